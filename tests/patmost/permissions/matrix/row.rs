//! One cell: the request with what it names put in, and what came of it.

use super::world::{Asker, World};
use crate::support::verbs::{EMOJI, send_emoji};
use crate::support::*;

/// One request by one who asks.
pub struct Row<'w, 'm> {
    pub world: &'w World<'m>,
    pub asker: &'w Asker<'m>,
    pub by: &'w Caller<'m>,
    pub target: &'w str,
    pub kind: &'w str,
}

impl<'m> Row<'_, 'm> {
    /// Puts in what the text names, and makes what must be new for each request. `None` when there is no such thing.
    pub fn filled(&self, text: &str) -> Option<String> {
        let mut filled = text.to_owned();
        let ids = self.world.ids.iter().map(|(name, id)| (*name, id.as_str()));
        let me = match self.by.id.as_str() {
            "" => &self.world.mate.id,
            id => id,
        };
        let own = [
            ("{target}", self.target),
            ("{channel}", self.target),
            ("{me}", me),
        ];
        for (name, id) in ids.chain(own) {
            filled = filled.replace(name, id);
        }
        let unique = format!("n{}", self.world.mm.clock().now());
        let millisecond = std::time::Duration::from_millis(1);
        self.world.mm.clock().advance(millisecond);
        for name in [
            "{fresh_user}",
            "{fresh_token}",
            "{fresh_team}",
            "{fresh_closed_team}",
            "{fresh_channel}",
            "{fresh_emoji}",
            "{own_post}",
            "{post}",
        ] {
            if text.contains(name) {
                filled = filled.replace(name, &self.fresh(name, &unique)?);
            }
        }
        Some(filled)
    }

    /// Makes what is named; the id. `None` when the caller may not make it.
    fn fresh(&self, name: &str, unique: &str) -> Option<String> {
        let (mm, admin) = (self.world.mm, self.world.mm.admin());
        let team = |kind: &str| {
            let open = kind == "O";
            let body = json!({"name": unique, "display_name": "Fresh", "type": kind, "allow_open_invite": open});
            admin.post("/teams", body).created().text("id")
        };
        Some(match name {
            "{fresh_user}" => {
                let account = mm.account(unique);
                admin.post("/users", account).created().text("id")
            }
            "{fresh_token}" => mm.account_of(self.target).token("x").id,
            "{fresh_team}" => team("O"),
            "{fresh_closed_team}" => team("I"),
            "{fresh_channel}" => self.fresh_channel(unique),
            "{fresh_emoji}" => send_emoji(mm, &admin, unique, EMOJI).ok().text("id"),
            "{own_post}" => self.fresh_post(self.by)?,
            _ if self.kind == "direct" => self.fresh_post(&admin)?,
            _ => self.fresh_post(&self.world.mate)?,
        })
    }

    /// Makes a channel of the target's kind that the caller is in if they are in the target; there is one direct channel.
    fn fresh_channel(&self, name: &str) -> String {
        let kind = match self.kind {
            "public" => "O",
            "private" => "P",
            _ => return self.target.into(),
        };
        let is_its_admin = |member: &&Asker| member.kind == "its admin";
        let its_admin = self.world.members.iter().find(is_its_admin).unwrap();
        let its_admin = its_admin.token.as_ref().unwrap();
        let team = &self.world.ids[0].1;
        let made = its_admin.create_channel(team, name, kind).created();
        if self.asker.kind == "channel" {
            its_admin.add_to_channel(&made, self.by).created();
        }
        made.text("id")
    }

    fn fresh_post(&self, by: &Caller<'m>) -> Option<String> {
        let answer = by.post_message(self.target, "m").json();
        let id = answer.get("id")?.as_str().unwrap();
        // An error has an id, too.
        (id.len() == 26).then(|| id.to_owned())
    }
}

/// What stands for the id with the number.
pub fn letter(number: usize) -> char {
    let letters = ('a'..='z').chain('A'..='Z');
    letters.into_iter().nth(number).unwrap()
}

/// The status, and a letter for what is no ordinary refusal; of a list of everything there is, how many.
pub fn outcome(ids: &mut Vec<String>, path: &str, answer: &Answer) -> String {
    let status = answer.status;
    if status < 300 {
        let counted = ["/teams", "/bots"].contains(&path) && status == 200;
        let count = || answer.json().as_array().map_or(0, Vec::len);
        return if counted {
            format!("{status}:{}", count())
        } else {
            status.to_string()
        };
    }
    let id = answer.json().text("id");
    if [
        "api.context.permissions.app_error",
        "api.context.session_expired.app_error",
    ]
    .contains(&id.as_str())
    {
        return status.to_string();
    }
    let number = ids
        .iter()
        .position(|known| *known == id)
        .unwrap_or_else(|| {
            ids.push(id);
            ids.len() - 1
        });
    format!("{status}{}", letter(number))
}

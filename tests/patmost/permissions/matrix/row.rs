//! One cell: the request with what it names put in, and what came of it.

use super::world::{Asker, World};
use crate::support::*;

/// One request by one who asks.
pub struct Row<'w, 'm> {
    pub world: &'w World<'m>,
    pub asker: &'w Asker<'m>,
    pub by: &'w Caller<'m>,
    pub target: &'w str,
    pub kind: &'w str,
}

impl Row<'_, '_> {
    /// The text with what it names put in; what must be new for each request is made now. None: there is no such thing.
    pub fn filled(&self, text: &str) -> Option<String> {
        let admin = self.world.mm.admin();
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
        let name = format!("n{}", self.world.mm.clock().now());
        self.world
            .mm
            .clock()
            .advance(std::time::Duration::from_millis(1));
        let post = |by: &Caller| {
            let post = json!({"channel_id": self.target, "message": "m"});
            by.post("/posts", post)
                .json()
                .get("id")
                .filter(|id| id.as_str().unwrap().len() == 26)
                .cloned()
        };
        let made = |name: &str, make: &dyn Fn() -> Option<Value>| match text.contains(name) {
            true => make().map(|id| id.as_str().unwrap().to_owned()),
            false => Some(String::new()),
        };
        let fresh: [(&str, &dyn Fn() -> Option<Value>); 7] = [
            ("{fresh_user}", &|| {
                Some(admin.post("/users", self.world.mm.account(&name)).created()["id"].clone())
            }),
            ("{fresh_token}", &|| {
                let path = format!("/users/{}/tokens", self.target);
                Some(admin.post(&path, json!({"description": "x"})).ok()["id"].clone())
            }),
            ("{fresh_team}", &|| {
                let team = json!({"name": name, "display_name": "Open", "type": "O", "allow_open_invite": true});
                Some(admin.post("/teams", team).created()["id"].clone())
            }),
            ("{fresh_closed_team}", &|| {
                let team = json!({"name": name, "display_name": "Closed", "type": "I"});
                Some(admin.post("/teams", team).created()["id"].clone())
            }),
            ("{fresh_channel}", &|| {
                let kind = match self.kind {
                    "public" => "O",
                    "private" => "P",
                    _ => return Some(self.target.into()),
                };
                let team = &self.world.ids[0].1;
                let channel =
                    json!({"team_id": team, "name": name, "display_name": name, "type": kind});
                let makes = self
                    .world
                    .members
                    .iter()
                    .find(|member| member.kind == "its admin")
                    .unwrap();
                let makes = makes.token.as_ref().unwrap();
                let id = makes.post("/channels", channel).created()["id"].clone();
                if self.asker.kind == "channel" {
                    let path = format!("/channels/{}/members", id.as_str().unwrap());
                    makes.post(&path, json!({"user_id": self.by.id})).created();
                }
                Some(id)
            }),
            ("{own_post}", &|| post(self.by)),
            ("{post}", &|| {
                post(if self.kind == "direct" {
                    &admin
                } else {
                    &self.world.mate
                })
            }),
        ];
        for (name, make) in fresh {
            filled = filled.replace(name, &made(name, make)?);
        }
        Some(filled)
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

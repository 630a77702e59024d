//! Who asks, and what is there to be asked about.

use crate::support::*;

/// Somebody who asks.
pub struct Asker<'m> {
    pub kind: &'static str,
    /// Without one for a stranger.
    pub session: Option<Caller<'m>>,
    pub token: Option<Caller<'m>>,
    pub bot: Option<String>,
}

/// Who asks, and what is there to be asked about.
pub struct World<'m> {
    pub mm: &'m Mattermost,
    pub askers: Vec<Asker<'m>>,
    pub members: Vec<Asker<'m>>,
    pub mate: Caller<'m>,
    pub another: String,
    /// By the names that a request has for them.
    pub ids: Vec<(&'static str, String)>,
    pub channels: [(&'static str, String); 3],
}

fn asker<'m>(kind: &'static str, caller: Caller<'m>) -> Asker<'m> {
    let token = caller.with_token(&caller.token("way in").secret);
    Asker {
        kind,
        session: Some(caller),
        token: Some(token),
        bot: None,
    }
}

fn bot<'m>(mm: &'m Mattermost, kind: &'static str, name: &str) -> Asker<'m> {
    Asker {
        session: None,
        ..asker(kind, mm.bot(name))
    }
}

fn nobody(mm: &Mattermost) -> Asker<'_> {
    Asker {
        kind: "nobody",
        session: Some(mm.anonymous()),
        token: None,
        bot: None,
    }
}

/// Somebody who has a bot.
fn owner<'m>(kind: &'static str, user: Caller<'m>, mm: &'m Mattermost, bot: &str) -> Asker<'m> {
    let bot = mm.bot(bot);
    let path = format!("/bots/{}/assign/{}", bot.id, user.id);
    mm.admin().post(&path, json!({})).ok();
    Asker {
        bot: Some(bot.id),
        ..asker(kind, user)
    }
}

pub fn world(mm: &Mattermost) -> World<'_> {
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let admin = mm.admin();
    let boss = mm.user("boss").with_role("system_admin");
    let askers = askers(mm, &boss);
    let group = Group::new(mm);
    let role = |name: &str| admin.get(&format!("/roles/name/{name}")).ok().text("id");
    let another = mm.user("another").id;
    let channels = group.channels();
    let hook = json!({"channel_id": channels[0].1});
    let hook = admin.post("/hooks/incoming", hook).created().text("id");
    let command =
        json!({"team_id": group.team, "trigger": "word", "method": "P", "url": "http://a"});
    let command = admin.post("/commands", command).created().text("id");
    let ids = vec![
        ("{team}", group.team.clone()),
        ("{mate}", group.mate.id.clone()),
        ("{another}", another.clone()),
        ("{system_user}", role("system_user")),
        ("{system_admin}", role("system_admin")),
        ("{hook}", hook),
        ("{command}", command),
    ];
    World {
        mm,
        askers,
        another,
        ids,
        channels,
        mate: group.mate.clone(),
        members: group.members(boss),
    }
}

/// Those who ask about the server and about accounts.
fn askers<'m>(mm: &'m Mattermost, boss: &Caller<'m>) -> Vec<Asker<'m>> {
    let token_role = |name: &str| mm.user(name).with_role(TOKEN_ROLE);
    let poster = mm
        .user("poster")
        .with_role("system_post_all")
        .with_role("system_post_all_public");
    vec![
        nobody(mm),
        asker("plain", mm.user("plain")),
        asker("token role", token_role("maker")),
        asker("post roles", poster),
        bot(mm, "bot", "robot"),
        owner("bot owner", token_role("owner"), mm, "of-owner"),
        owner("admin", boss.clone(), mm, "of-boss"),
    ]
}

/// A team by invitation only, and how far somebody is in it.
struct Group<'m> {
    mm: &'m Mattermost,
    team: String,
    team_admin: Caller<'m>,
    channel_admin: Caller<'m>,
    mate: Caller<'m>,
    in_team: Caller<'m>,
    in_channel: Caller<'m>,
}

impl<'m> Group<'m> {
    fn new(mm: &'m Mattermost) -> Group<'m> {
        let names = [
            "team-admin",
            "channel-admin",
            "mate",
            "in-team",
            "in-channel",
        ];
        let [team_admin, channel_admin, mate, in_team, in_channel] =
            names.map(|name| mm.user(name));
        let team = json!({"name": "core", "display_name": "Core", "type": "I"});
        let team = team_admin.post("/teams", team).created().text("id");
        for user in [&channel_admin, &mate, &in_team, &in_channel] {
            mm.admin().add_to_team(&team, user).created();
        }
        Group {
            mm,
            team,
            team_admin,
            channel_admin,
            mate,
            in_team,
            in_channel,
        }
    }

    /// Makes a channel of each kind.
    fn channels(&self) -> [(&'static str, String); 3] {
        let admin = &self.channel_admin;
        let channel = |name: &str, kind: &str| {
            let made = admin.create_channel(&self.team, name, kind).created();
            for user in [&self.mate, &self.in_channel] {
                admin.add_to_channel(&made, user).created();
            }
            made.text("id")
        };
        let ids = json!([admin.id, self.in_channel.id]);
        let direct = self.mm.admin().post("/channels/direct", ids).created();
        [
            ("public", channel("open", "O")),
            ("private", channel("closed", "P")),
            ("direct", direct.text("id")),
        ]
    }

    /// Those who ask about the team and its channels.
    fn members(self, boss: Caller<'m>) -> Vec<Asker<'m>> {
        let mm = self.mm;
        let poster = |name: &str, role: &str| mm.user(name).with_role(role);
        let publisher = poster("publisher", "system_post_all_public");
        vec![
            nobody(mm),
            asker("stranger", mm.user("stranger")),
            asker("post public", publisher),
            asker("post all", poster("caller", "system_post_all")),
            bot(mm, "bot", "robot-2"),
            asker("team", self.in_team),
            asker("channel", self.in_channel),
            asker("its admin", self.channel_admin),
            asker("team admin", self.team_admin),
            asker("admin", boss),
        ]
    }
}

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
    let made = mm.admin().create_bot(name);
    let mut account = mm.anonymous();
    account.id = made.created().text("user_id");
    Asker {
        session: None,
        ..asker(kind, account)
    }
}

pub fn world(mm: &Mattermost) -> World<'_> {
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let admin = mm.admin();
    let assign = |bot: &str, to: &Caller| {
        let path = format!("/bots/{bot}/assign/{}", to.id);
        admin.post(&path, json!({})).ok();
    };
    let nobody = || Asker {
        kind: "nobody",
        session: Some(mm.anonymous()),
        token: None,
        bot: None,
    };
    let id_of = |bot: Asker| Some(bot.token.unwrap().id);
    let post_role = |name: &str, role: &str| mm.user(name).with_role(role);
    let mut owner = asker("bot owner", mm.user("owner").with_role(TOKEN_ROLE));
    owner.bot = id_of(bot(mm, "", "of-owner"));
    assign(owner.bot.as_ref().unwrap(), owner.session.as_ref().unwrap());
    let mut system_admin = asker("admin", mm.user("boss").with_role("system_admin"));
    system_admin.bot = id_of(bot(mm, "", "of-boss"));
    let boss = system_admin.session.clone().unwrap();
    assign(system_admin.bot.as_ref().unwrap(), &boss);
    let askers = vec![
        nobody(),
        asker("plain", mm.user("plain")),
        asker("token role", mm.user("maker").with_role(TOKEN_ROLE)),
        asker(
            "post roles",
            post_role("poster", "system_post_all").with_role("system_post_all_public"),
        ),
        bot(mm, "bot", "robot"),
        owner,
        system_admin,
    ];
    let (team_admin, channel_admin) = (mm.user("team-admin"), mm.user("channel-admin"));
    let (mate, in_team, in_channel) = (mm.user("mate"), mm.user("in-team"), mm.user("in-channel"));
    let team = json!({"name": "core", "display_name": "Core", "type": "I"});
    let team = team_admin.post("/teams", team).created().text("id");
    for user in [&channel_admin, &mate, &in_team, &in_channel] {
        admin.add_to_team(&team, user).created();
    }
    let channel = |name: &str, kind: &str| {
        let channel = json!({"team_id": team, "name": name, "display_name": name, "type": kind});
        let id = channel_admin
            .post("/channels", channel)
            .created()
            .text("id");
        for user in [&mate, &in_channel] {
            let member = json!({"user_id": user.id});
            channel_admin
                .post(&format!("/channels/{id}/members"), member)
                .created();
        }
        id
    };
    let direct = json!([channel_admin.id, in_channel.id]);
    let direct = admin.post("/channels/direct", direct).created().text("id");
    let channels = [
        ("public", channel("open", "O")),
        ("private", channel("closed", "P")),
        ("direct", direct),
    ];
    let members = vec![
        nobody(),
        asker("stranger", mm.user("stranger")),
        asker(
            "post public",
            post_role("publisher", "system_post_all_public"),
        ),
        asker("post all", post_role("caller", "system_post_all")),
        bot(mm, "bot", "robot-2"),
        asker("team", in_team),
        asker("channel", in_channel),
        asker("its admin", channel_admin),
        asker("team admin", team_admin),
        asker("admin", boss.clone()),
    ];
    let role = |name: &str| admin.get(&format!("/roles/name/{name}")).ok().text("id");
    let another = mm.user("another").id;
    let ids = vec![
        ("{team}", team),
        ("{mate}", mate.id.clone()),
        ("{another}", another.clone()),
        ("{system_user}", role("system_user")),
        ("{system_admin}", role("system_admin")),
    ];
    World {
        mm,
        askers,
        members,
        mate,
        another,
        ids,
        channels,
    }
}

//! A team of the admin's, for tests of who hears and sees what.

use super::{Caller, Fields, Mattermost, json};

/// A team.
pub struct Team<'m> {
    mm: &'m Mattermost,
    pub id: String,
}

impl Mattermost {
    /// A new team; the admin is in it.
    pub fn team(&self, name: &str) -> Team<'_> {
        let body = json!({"name": name, "display_name": name, "type": "O"});
        let id = self.admin().post("/teams", body).created().text("id");
        Team { mm: self, id }
    }

    /// A new account in a team.
    pub fn member<'m>(&'m self, username: &str, team: &Team) -> Caller<'m> {
        let user = self.user(username);
        team.add(&user);
        user
    }
}

impl Team<'_> {
    /// Adds somebody.
    pub fn add(&self, user: &Caller) {
        let body = json!({"team_id": self.id, "user_id": user.id});
        let path = format!("/teams/{}/members", self.id);
        self.mm.admin().post(&path, body).created();
    }

    /// A new channel of the admin's, `O` or `P`, with members of the team.
    pub fn channel(&self, name: &str, kind: &str, members: &[&Caller]) -> String {
        let body = json!({"team_id": self.id, "name": name, "display_name": name, "type": kind});
        let id = self.mm.admin().post("/channels", body).created().text("id");
        for member in members {
            self.join(&id, member);
        }
        id
    }

    /// Adds somebody to a channel.
    pub fn join(&self, channel: &str, user: &Caller) {
        let path = format!("/channels/{channel}/members");
        let body = json!({"user_id": user.id});
        self.mm.admin().post(&path, body).created();
    }

    /// The id of one of the two channels that every team has.
    pub fn default_channel(&self, name: &str) -> String {
        let path = format!("/teams/{}/channels/name/{name}", self.id);
        self.mm.admin().get(&path).ok().text("id")
    }
}

/// An id that nobody has.
pub const NOBODY: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";

/// What the system said in a channel, oldest first.
pub fn said(caller: &Caller, channel: &str) -> Vec<String> {
    let list = caller.get(&format!("/channels/{channel}/posts")).ok();
    let order = list["order"].as_array().unwrap().iter().rev();
    let posts = order.map(|id| &list["posts"][id.as_str().unwrap()]);
    let system = posts.filter(|post| post.text("type").starts_with("system_"));
    system
        .map(|post| format!("{}: {}", post.text("type"), post.text("message")))
        .collect()
}

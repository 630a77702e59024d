//! What callers do, by its name. Each verb sends one request and gives its answer.

use super::{Answer, Caller, Fields, Mattermost, Token, Value, json};

/// Something with an id, or the id itself.
pub trait HasId {
    fn id(&self) -> &str;
}

impl HasId for Caller<'_> {
    fn id(&self) -> &str {
        &self.id
    }
}

impl HasId for Token {
    fn id(&self) -> &str {
        &self.id
    }
}

/// An object as the server sends it.
impl HasId for Value {
    fn id(&self) -> &str {
        self["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id in {self}"))
    }
}

impl HasId for String {
    fn id(&self) -> &str {
        self
    }
}

impl HasId for str {
    fn id(&self) -> &str {
        self
    }
}

impl<T: HasId + ?Sized> HasId for &T {
    fn id(&self) -> &str {
        (**self).id()
    }
}

impl Mattermost {
    /// Logs in by username, address or id, and a password.
    pub fn log_in(&self, login_id: &str, password: &str) -> Answer {
        let body = json!({"login_id": login_id, "password": password});
        self.anonymous().post("/users/login", body)
    }
}

/// The caller itself.
impl Caller<'_> {
    /// Reads the caller's own account.
    pub fn me(&self) -> Answer {
        self.get("/users/me")
    }

    pub fn patch_me(&self, fields: Value) -> Answer {
        self.put("/users/me/patch", fields)
    }

    pub fn log_out(&self) -> Answer {
        self.post("/users/logout", json!({}))
    }

    /// Lists the caller's sessions.
    pub fn sessions(&self) -> Answer {
        self.get("/users/me/sessions")
    }

    pub fn revoke_session(&self, session: impl HasId) -> Answer {
        let body = json!({"session_id": session.id()});
        self.post("/users/me/sessions/revoke", body)
    }

    /// Lists the caller's audit rows.
    pub fn audits(&self) -> Answer {
        self.get("/users/me/audits")
    }
}

/// Tokens. [`Caller::token`] has one made by the admin.
impl Caller<'_> {
    /// Makes a token of the caller's own.
    pub fn create_token(&self, description: &str) -> Answer {
        let body = json!({"description": description});
        self.post("/users/me/tokens", body)
    }

    /// Lists the caller's tokens.
    pub fn tokens(&self) -> Answer {
        self.get("/users/me/tokens")
    }

    pub fn read_token(&self, token: impl HasId) -> Answer {
        self.get(&format!("/users/tokens/{}", token.id()))
    }

    pub fn search_tokens(&self, term: &str) -> Answer {
        self.post("/users/tokens/search", json!({"term": term}))
    }

    pub fn revoke(&self, token: impl HasId) -> Answer {
        self.change_token("revoke", token)
    }

    pub fn disable(&self, token: impl HasId) -> Answer {
        self.change_token("disable", token)
    }

    pub fn enable(&self, token: impl HasId) -> Answer {
        self.change_token("enable", token)
    }

    pub fn rotate(&self, token: impl HasId) -> Answer {
        self.change_token("rotate", token)
    }

    /// Sends what all changes of a token send.
    pub fn change_token(&self, change: &str, token: impl HasId) -> Answer {
        let body = json!({"token_id": token.id()});
        self.post(&format!("/users/tokens/{change}"), body)
    }
}

/// Users.
impl Caller<'_> {
    pub fn read_user(&self, user: impl HasId) -> Answer {
        self.get(&format!("/users/{}", user.id()))
    }

    pub fn set_roles(&self, user: impl HasId, roles: &str) -> Answer {
        let path = format!("/users/{}/roles", user.id());
        self.put(&path, json!({"roles": roles}))
    }

    pub fn activate(&self, user: impl HasId) -> Answer {
        let path = format!("/users/{}/active", user.id());
        self.put(&path, json!({"active": true}))
    }

    pub fn deactivate(&self, user: impl HasId) -> Answer {
        let path = format!("/users/{}/active", user.id());
        self.put(&path, json!({"active": false}))
    }

    /// Sets somebody's password as an administrator does: without the current one.
    pub fn reset_password(&self, user: impl HasId, password: &str) -> Answer {
        let path = format!("/users/{}/password", user.id());
        self.put(&path, json!({"new_password": password}))
    }

    /// Changes the caller's own password.
    pub fn change_password(&self, current: &str, new: &str) -> Answer {
        let body = json!({"current_password": current, "new_password": new});
        self.put("/users/me/password", body)
    }

    pub fn sessions_of(&self, user: impl HasId) -> Answer {
        self.get(&format!("/users/{}/sessions", user.id()))
    }

    pub fn revoke_all_sessions(&self, user: impl HasId) -> Answer {
        let path = format!("/users/{}/sessions/revoke/all", user.id());
        self.post(&path, json!({}))
    }

    pub fn convert_to_bot(&self, user: impl HasId) -> Answer {
        let path = format!("/users/{}/convert_to_bot", user.id());
        self.post(&path, json!({}))
    }

    pub fn create_bot(&self, username: &str) -> Answer {
        self.post("/bots", json!({"username": username}))
    }
}

/// The server.
impl Caller<'_> {
    pub fn config(&self) -> Answer {
        self.get("/config")
    }

    pub fn patch_config(&self, settings: Value) -> Answer {
        self.put("/config/patch", settings)
    }
}

/// Teams, channels and posts.
impl Caller<'_> {
    /// Makes a team that everybody may join.
    pub fn create_team(&self, name: &str) -> Answer {
        let body = json!({"name": name, "display_name": name, "type": "O"});
        self.post("/teams", body)
    }

    /// Makes a channel, `O` or `P`.
    pub fn create_channel(&self, team: impl HasId, name: &str, kind: &str) -> Answer {
        let body = json!({"team_id": team.id(), "name": name, "display_name": name, "type": kind});
        self.post("/channels", body)
    }

    pub fn add_to_team(&self, team: impl HasId, user: impl HasId) -> Answer {
        let body = json!({"team_id": team.id(), "user_id": user.id()});
        self.post(&format!("/teams/{}/members", team.id()), body)
    }

    pub fn add_to_channel(&self, channel: impl HasId, user: impl HasId) -> Answer {
        let path = format!("/channels/{}/members", channel.id());
        self.post(&path, json!({"user_id": user.id()}))
    }

    /// Opens the channel of the caller and somebody.
    pub fn direct_channel(&self, user: impl HasId) -> Answer {
        self.post("/channels/direct", json!([self.id, user.id()]))
    }

    pub fn post_message(&self, channel: impl HasId, message: &str) -> Answer {
        let body = json!({"channel_id": channel.id(), "message": message});
        self.post("/posts", body)
    }

    /// Posts a message, which succeeds.
    pub fn says(&self, channel: impl HasId, message: &str) -> Value {
        self.post_message(channel, message).created()
    }
}

impl Answer {
    /// The token that was created or got a new secret.
    #[track_caller]
    pub fn new_token(&self) -> Token {
        let token = self.ok();
        Token {
            id: token.text("id"),
            secret: token.text("token"),
        }
    }
}

/// The beginning of a picture, which is enough to tell its kind.
pub const EMOJI: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";

/// Makes a custom emoji, as browsers do, by a form.
pub fn send_emoji(mm: &Mattermost, by: &Caller, name: &str, image: &[u8]) -> Answer {
    let emoji = json!({"name": name, "creator_id": by.id});
    let head = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"emoji\"\r\n\r\n{emoji}\r\n--limit\r\n\
         Content-Disposition: form-data; name=\"image\"; filename=\"e.png\"\r\n\r\n"
    );
    let body = [head.as_bytes(), image, b"\r\n--limit--\r\n"].concat();
    let request = by.request("POST", "/emoji");
    let request = request.header("Content-Type", "multipart/form-data; boundary=limit");
    mm.send(&request.body(body))
}

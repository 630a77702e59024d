//! Who sees which fields of an account.

use serde::Serialize;
use serde_json::value::RawValue;

use super::User;
use crate::clock::Millis;
use crate::config::{self, Config};
use crate::permission::Caller;

/// An account as somebody may see it.
#[derive(Debug, Serialize)]
pub struct View<'u> {
    id: &'u str,
    create_at: Millis,
    update_at: Millis,
    delete_at: Millis,
    username: &'u str,
    /// Mattermost: always there, always empty.
    auth_data: &'static str,
    auth_service: &'u str,
    email: &'u str,
    /// Mattermost: only there when it is so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    email_verified: bool,
    nickname: &'u str,
    first_name: &'u str,
    last_name: &'u str,
    position: &'u str,
    roles: &'u str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_props: Option<&'u RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_password_update: Option<Millis>,
    locale: &'u str,
    timezone: &'u RawValue,
    disable_welcome_email: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_bot: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    bot_description: &'u str,
    #[serde(skip_serializing_if = "is_empty_object")]
    props: &'u RawValue,
    /// When the account was active last; only in lists that are in the order of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_activity_at: Option<Millis>,
}

fn is_empty_object(value: &RawValue) -> bool {
    value.get() == "{}"
}

/// How much of an account a viewer sees.
#[derive(Clone, Copy, Debug)]
pub enum Seen {
    /// Everything that is ever shown.
    Own,
    /// Everything but what is the owner's own business.
    ByAdmin,
    /// What the privacy settings leave.
    ByOthers {
        /// `ShowEmailAddress`
        email: bool,
        /// `ShowFullName`
        names: bool,
    },
}

impl Seen {
    /// What this caller sees of the account with the id.
    pub fn by(caller: &Caller, config: &Config, user_id: &str) -> Seen {
        if caller.user_id == user_id {
            Seen::Own
        } else {
            Seen::listed(caller, config)
        }
    }

    /// What this caller sees of an account in a list. Mattermost: of the own one no more than of others.
    pub fn listed(caller: &Caller, config: &Config) -> Seen {
        if caller.is_system_admin() {
            Seen::ByAdmin
        } else {
            Seen::ByOthers {
                email: config.is_on(&config::SHOW_EMAIL_ADDRESS),
                names: config.is_on(&config::SHOW_FULL_NAME),
            }
        }
    }

    /// The account, so seen.
    pub fn view(self, user: &User) -> View<'_> {
        let (email, names) = match self {
            Seen::Own | Seen::ByAdmin => (true, true),
            Seen::ByOthers { email, names } => (email, names),
        };
        let own = matches!(self, Seen::Own);
        let when = |shown: bool, text| if shown { text } else { "" };
        View {
            id: &user.id,
            create_at: user.create_at,
            update_at: user.update_at,
            delete_at: user.delete_at,
            username: &user.username,
            auth_data: "",
            auth_service: &user.auth_service,
            email: when(email, &user.email),
            email_verified: user.email_verified,
            nickname: &user.nickname,
            first_name: when(names, &user.first_name),
            last_name: when(names, &user.last_name),
            position: &user.position,
            roles: &user.roles,
            notify_props: own.then_some(&*user.notify_props),
            last_password_update: own.then_some(user.last_password_update),
            locale: &user.locale,
            timezone: &user.timezone,
            disable_welcome_email: false,
            is_bot: user.is_bot(),
            bot_description: &user.bot_description,
            props: &user.props,
            last_activity_at: None,
        }
    }

    /// A text that changes with what is seen: the account, or the viewer's rights.
    pub fn etag(self, user: &User) -> String {
        let kind = match self {
            Seen::Own => "own".to_owned(),
            Seen::ByAdmin => "admin".to_owned(),
            Seen::ByOthers { email, names } => format!("{email}.{names}"),
        };
        format!(
            "{}.{}.{}.{kind}",
            config::MATTERMOST_VERSION,
            user.id,
            user.update_at
        )
    }
}

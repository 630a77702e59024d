//! Who asks, by which credential, and about whom.

use super::{Permission, PermissionSet, Scope};
use crate::clock::Millis;
use crate::error::{AppError, Failure, TOKEN_SCOPE};
use crate::id;

/// By which credential a caller came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// None: a stranger on a route that needs no session.
    Nothing,
    /// A login.
    Session,
    /// A personal access token; its id.
    Token(String),
    /// The command line: whoever can write the file may do everything.
    Operator,
}

/// Who asks, and by which credential. Made by `auth/` and by the command line only.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account's number in the data file; 0 for a stranger and for the operator.
    pub user_number: i64,
    /// Its id; empty for them.
    pub user_id: String,
    /// The session that acts; empty without one.
    pub session_id: String,
    /// The user's roles with single spaces between.
    pub roles: String,
    /// What these roles permit at this moment.
    pub permissions: PermissionSet,
    /// By which credential.
    pub via: Via,
    /// What the credential may be used for.
    pub scope: Scope,
    /// Whether the request only reads.
    pub is_reading: bool,
    /// The end of the token; 0 for one that never ends, and for other credentials.
    pub token_expires_at: Millis,
    /// Where from; empty for the command line.
    pub address: String,
    /// What is asked, for the audit: the path as the client wrote it, or the command.
    pub action: String,
    /// When.
    pub at: Millis,
    /// Whether the operator insists on a change that leaves nobody who manages the system.
    pub forced: bool,
}

impl Caller {
    /// A stranger: may do what needs no permission.
    pub fn stranger(address: String, action: String, at: Millis) -> Caller {
        let (user_id, session_id, roles) = Default::default();
        Caller {
            user_number: 0,
            user_id,
            session_id,
            roles,
            permissions: PermissionSet::default(),
            via: Via::Nothing,
            scope: Scope::Full,
            is_reading: false,
            token_expires_at: 0,
            address,
            action,
            at,
            forced: false,
        }
    }

    /// The command line.
    pub fn operator(command: &str, at: Millis) -> Caller {
        let stranger = Caller::stranger(String::new(), format!("patmost {command}"), at);
        Caller {
            permissions: PermissionSet::all(),
            via: Via::Operator,
            ..stranger
        }
    }

    /// Returns the id of something new: the one that the operator chose, as a seed does, or one of its own when none is chosen.
    ///
    /// # Errors
    /// The refusal, when anybody else chose one (Mattermost: an id is a sign that an update was meant), and when it is no id.
    pub fn id_of_new(&self, chosen: &str, refusal: &'static Failure) -> Result<String, AppError> {
        match chosen {
            "" => Ok(id::new()),
            chosen if self.via == Via::Operator && id::is_valid(chosen) => Ok(chosen.to_owned()),
            _ => Err(AppError::new(refusal)),
        }
    }

    /// Returns the operator, acting in the name of a user: a seed says who makes what.
    pub fn in_the_name_of(&self, user_id: &str) -> Caller {
        Caller {
            user_id: user_id.to_owned(),
            ..self.clone()
        }
    }

    /// Returns the caller of a request that only reads, or that changes something: of their permissions are left those that
    /// the credential may use for it.
    pub fn limited(self, is_reading: bool) -> Caller {
        Caller {
            permissions: self.scope.narrow(self.permissions, is_reading),
            is_reading,
            ..self
        }
    }

    /// The same, unless the credential may change nothing at all and the request does.
    ///
    /// # Errors
    /// 403, with the name of the scope that is missing.
    pub fn within(self, is_reading: bool) -> Result<Caller, AppError> {
        let caller = self.limited(is_reading);
        if !is_reading && caller.scope.changes_nothing() {
            caller.within_scope(None)?;
        }
        Ok(caller)
    }

    /// Looks whether the credential may be used for something that takes the permission, or for what everybody may do with
    /// their own account.
    ///
    /// # Errors
    /// 403, with the name of the scope that is missing.
    pub fn within_scope(&self, permission: Option<Permission>) -> Result<(), AppError> {
        match self.scope.missing(permission, self.is_reading) {
            Some(missing) => Err(AppError::named(&TOKEN_SCOPE, missing)),
            None => Ok(()),
        }
    }

    /// Whether the caller has the permission system-wide.
    pub fn has(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// Whether the caller manages the system: sees what is hidden from others.
    pub fn is_system_admin(&self) -> bool {
        self.has(Permission::ManageSystem)
    }

    /// The id of the token the caller came with.
    pub fn token_id(&self) -> Option<&str> {
        match &self.via {
            Via::Token(id) => Some(id),
            _ => None,
        }
    }
}

/// What a rule looks at in the user that it is asked about. That of an id that nobody has is the default.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// What the roles of the user permit.
    pub permissions: PermissionSet,
    /// The owner of the bot; `None` for a person.
    pub bot_owner_id: Option<String>,
}

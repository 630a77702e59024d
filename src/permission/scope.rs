//! What a token may do at most, whatever its owner may do.

use super::{Permission, PermissionSet};

/// The scopes of a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Everything that the owner may do: of a login, and of a token without scopes.
    #[default]
    Full,
    /// What is named.
    Limited {
        /// Whether everything may be read that the owner may read.
        reads: bool,
        /// The permissions that may be used.
        permissions: PermissionSet,
    },
}

/// The scope of a token without limits.
const FULL: &str = "full";

/// The scope of a token that changes nothing.
const READ: &str = "read";

impl Scope {
    /// The scope that permits nothing.
    pub const NOTHING: Scope = Scope::Limited {
        reads: false,
        permissions: PermissionSet::NONE,
    };

    /// Reads names of scopes; without any, it is the full one. `Err` has the name that is no scope, or that does not go with
    /// the others.
    pub fn parse<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Scope, &'n str> {
        let (mut reads, mut permissions, mut full) = (false, PermissionSet::default(), None);
        let mut count = 0;
        for name in names {
            count += 1;
            match name {
                FULL => full = Some(name),
                READ => reads = true,
                name => match Permission::by_name(name) {
                    Some(permission) => {
                        permissions = permissions.and([permission].into_iter().collect())
                    }
                    None => return Err(name),
                },
            }
        }
        match full {
            Some(full) if count > 1 => Err(full),
            None if count > 0 => Ok(Scope::Limited { reads, permissions }),
            _ => Ok(Scope::Full),
        }
    }

    /// Reads a scope as [`Scope::to_stored`] wrote it. A name that only a later version knows permits nothing here.
    pub fn of_stored(names: Option<&str>) -> Scope {
        Scope::parse(names.unwrap_or_default().split_whitespace()).unwrap_or(Scope::NOTHING)
    }

    /// Returns the names with spaces between; `None` for the full scope.
    pub fn to_stored(self) -> Option<String> {
        (self != Scope::Full).then(|| self.names().join(" "))
    }

    /// Returns the names of the scopes.
    pub fn names(self) -> Vec<&'static str> {
        match self {
            Scope::Full => vec![FULL],
            Scope::Limited { reads, permissions } => {
                let names = permissions.names();
                reads.then_some(READ).into_iter().chain(names).collect()
            }
        }
    }

    /// Whether it permits everything that the other one does.
    pub fn includes(self, other: Scope) -> bool {
        match (self, other) {
            (Scope::Full, _) => true,
            (Scope::Limited { .. }, Scope::Full) => false,
            (
                Scope::Limited { reads, permissions },
                Scope::Limited {
                    reads: other_reads,
                    permissions: others,
                },
            ) => (reads || !other_reads) && permissions.includes(others),
        }
    }

    /// Whether it permits a request that changes nothing to use every permission of the owner.
    pub fn reads(self) -> bool {
        match self {
            Scope::Full => true,
            Scope::Limited { reads, .. } => reads,
        }
    }

    /// Returns the name of the scope that is missing for something that takes the permission, or that everybody may do with
    /// their own account; `None` when nothing is missing. What everybody may read needs no scope.
    pub fn missing(self, permission: Option<Permission>, is_reading: bool) -> Option<&'static str> {
        let Scope::Limited { reads, permissions } = self else {
            return None;
        };
        match permission {
            _ if reads && is_reading => None,
            Some(permission) if permissions.has(permission) => None,
            Some(permission) => Some(permission.name()),
            None if is_reading => None,
            None => Some(FULL),
        }
    }

    /// Returns the permissions of those that may be used.
    pub fn narrow(self, of: PermissionSet, is_reading: bool) -> PermissionSet {
        match self {
            Scope::Full => of,
            Scope::Limited { reads: true, .. } if is_reading => of,
            Scope::Limited { permissions, .. } => of.common(permissions),
        }
    }

    /// Whether nothing at all may be changed with it.
    pub fn changes_nothing(self) -> bool {
        matches!(self, Scope::Limited { permissions, .. } if permissions == PermissionSet::NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(names: &str) -> Scope {
        Scope::parse(names.split_whitespace()).unwrap()
    }

    #[test]
    fn names_are_read_and_written() {
        assert_eq!(scope(""), Scope::Full);
        assert_eq!(scope("full").names(), ["full"]);
        assert_eq!(scope("create_post read").names(), ["read", "create_post"]);
        for (names, wrong) in [
            ("read x", "x"),
            ("full read", "full"),
            ("Read", "Read"),
            ("", ""),
        ] {
            let parsed = Scope::parse(names.split_whitespace());
            assert_eq!(parsed.err().unwrap_or_default(), wrong, "{names}");
        }
    }

    #[test]
    fn one_scope_includes_another() {
        for (one, other, includes) in [
            ("full", "read", true),
            ("full", "full", true),
            ("read", "full", false),
            ("read", "read", true),
            ("read", "create_post", false),
            ("create_post", "read", false),
            ("read create_post", "create_post", true),
        ] {
            assert_eq!(scope(one).includes(scope(other)), includes, "{one} {other}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let post = Some(Permission::CreatePost);
        for (names, permission, is_reading, missing) in [
            ("full", post, false, None),
            ("read", post, true, None),
            ("read", post, false, Some("create_post")),
            ("read", None, false, Some("full")),
            ("read", None, true, None),
            ("create_post", post, false, None),
            (
                "create_post",
                Some(Permission::ReadChannel),
                true,
                Some("read_channel"),
            ),
            ("create_post", None, true, None),
            ("create_post", None, false, Some("full")),
        ] {
            assert_eq!(
                scope(names).missing(permission, is_reading),
                missing,
                "{names}"
            );
        }
    }
}

//! Why a credential is refused: for the log and the audit. A client is told the one 401 whatever the reason.

/// The reason for which a credential is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No token and no session has this secret.
    Unknown,
    /// It is the public id of a token.
    TokenIdInsteadOfSecret,
    /// The token is disabled.
    TokenDisabled,
    /// The token has expired.
    TokenExpired,
    /// The token has another secret now.
    RotatedAway,
    /// The token may not be used from this address.
    AddressNotAllowed,
    /// Personal access tokens are switched off.
    TokensSwitchedOff,
    /// The session has expired.
    SessionExpired,
    /// The session was not used for too long.
    SessionIdle,
    /// The owner is deactivated.
    UserDeactivated,
    /// A cookie came without its CSRF token.
    Csrf,
    /// The secret stands in the query, where only OAuth's may.
    SecretInQuery,
    /// The token was ended while it was verified.
    Ended,
}

impl Reason {
    /// Returns the word in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Unknown => "unknown",
            Reason::TokenIdInsteadOfSecret => "token_id_instead_of_secret",
            Reason::TokenDisabled => "token_disabled",
            Reason::TokenExpired => "token_expired",
            Reason::RotatedAway => "rotated_away",
            Reason::AddressNotAllowed => "address_not_allowed",
            Reason::TokensSwitchedOff => "tokens_switched_off",
            Reason::SessionExpired => "session_expired",
            Reason::SessionIdle => "session_idle",
            Reason::UserDeactivated => "user_deactivated",
            Reason::Csrf => "csrf",
            Reason::SecretInQuery => "secret_in_query",
            Reason::Ended => "ended",
        }
    }

    /// Whether the client may be guessing secrets.
    pub fn is_guess(self) -> bool {
        self == Reason::Unknown
    }
}

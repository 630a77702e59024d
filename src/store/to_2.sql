-- From version 1 to 2: accounts have numbers, tokens and sessions refer to them by number, tokens are found by their hash
-- as one row, and the session of a token is part of it.

ALTER TABLE users RENAME TO old_users;
ALTER TABLE tokens RENAME TO old_tokens;
ALTER TABLE sessions RENAME TO old_sessions;

CREATE TABLE users (
    number               INTEGER PRIMARY KEY,        -- by it tokens and sessions refer to their owner: the shortest way for every request
    id                   TEXT    NOT NULL UNIQUE,
    create_at            INTEGER NOT NULL,
    update_at            INTEGER NOT NULL,           -- moves with every change that a reader can see; part of the Etag
    delete_at            INTEGER NOT NULL DEFAULT 0, -- above 0: deactivated then
    username             TEXT    NOT NULL UNIQUE,    -- lower case
    email                TEXT    NOT NULL UNIQUE,    -- lower case
    nickname             TEXT    NOT NULL DEFAULT '',
    first_name           TEXT    NOT NULL DEFAULT '',
    last_name            TEXT    NOT NULL DEFAULT '',
    position             TEXT    NOT NULL DEFAULT '',
    locale               TEXT    NOT NULL DEFAULT 'en',
    roles                TEXT    NOT NULL,           -- names with single spaces between
    password_hash        TEXT    NOT NULL DEFAULT '',-- Argon2id as a PHC string; empty: no login by password
    auth_service         TEXT    NOT NULL DEFAULT '',-- empty, or ldap, saml...: then no login by password
    auth_data            TEXT    UNIQUE,             -- the account's name at that service, shown to nobody
    notify_props         TEXT    NOT NULL,           -- JSON object of strings
    timezone             TEXT    NOT NULL,           -- JSON object of strings
    last_password_update INTEGER NOT NULL,
    failed_attempts      INTEGER NOT NULL DEFAULT 0, -- wrong passwords since the last right one
    bot_owner_id         TEXT,                       -- only bots have one; its display name is first_name
    bot_description      TEXT    NOT NULL DEFAULT '' -- only bots have one
) STRICT;
INSERT INTO users SELECT rowid, * FROM old_users ORDER BY rowid;

CREATE TABLE tokens (
    secret_hash       TEXT    NOT NULL PRIMARY KEY,  -- SHA-256 of the secret, hexadecimal
    id                TEXT    NOT NULL UNIQUE,       -- public: named in lists, logs and audits
    owner             INTEGER NOT NULL REFERENCES users (number) ON DELETE CASCADE,
    description       TEXT    NOT NULL,              -- 1 to 255 bytes
    is_active         INTEGER NOT NULL DEFAULT 1,    -- 0 while disabled
    create_at         INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL DEFAULT 0,    -- 0: never
    last_used_at      INTEGER NOT NULL DEFAULT 0,    -- exact to a minute
    last_used_from    TEXT    NOT NULL DEFAULT '',   -- address, as in the access log; empty: not known
    session_id        TEXT,                          -- null: no session is open
    session_create_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO tokens
SELECT t.secret_hash, t.id, u.number, t.description, t.is_active, t.create_at, t.expires_at,
       max(t.last_used_at, coalesce(s.last_activity_at, 0)), '', s.id, coalesce(s.create_at, 0)
FROM old_tokens t JOIN users u ON u.id = t.user_id LEFT JOIN old_sessions s ON s.token_id = t.id ORDER BY t.secret_hash;

CREATE TABLE sessions (
    number           INTEGER PRIMARY KEY,            -- the order in which they were opened
    id               TEXT    NOT NULL UNIQUE,
    owner            INTEGER NOT NULL REFERENCES users (number) ON DELETE CASCADE,
    secret_hash      TEXT    NOT NULL UNIQUE,        -- SHA-256 of the secret, hexadecimal
    device_id        TEXT    NOT NULL DEFAULT '',    -- as the login gave it
    create_at        INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,               -- exact to a minute
    props            TEXT    NOT NULL                -- JSON object of strings, as clients see it
) STRICT;
INSERT INTO sessions
SELECT s.number, s.id, u.number, s.secret_hash, s.device_id, s.create_at, s.expires_at, s.last_activity_at, s.props
FROM old_sessions s JOIN users u ON u.id = s.user_id WHERE s.secret_hash IS NOT NULL ORDER BY s.number;

DROP TABLE old_sessions;
DROP TABLE old_tokens;
DROP TABLE old_users;

CREATE INDEX users_by_bot ON users (create_at, username) WHERE bot_owner_id IS NOT NULL;
CREATE INDEX users_by_bot_owner ON users (bot_owner_id) WHERE bot_owner_id IS NOT NULL;
CREATE INDEX users_by_nickname ON users (lower(nickname));
CREATE INDEX users_by_first_name ON users (lower(first_name));
CREATE INDEX users_by_last_name ON users (lower(last_name));
CREATE INDEX tokens_by_owner ON tokens (owner, create_at, id);
CREATE INDEX tokens_by_age ON tokens (create_at, id);
CREATE INDEX tokens_by_end ON tokens (expires_at) WHERE expires_at > 0;
CREATE UNIQUE INDEX tokens_by_session ON tokens (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX sessions_by_owner ON sessions (owner);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE VIEW all_sessions AS
SELECT s.id, u.id AS user_id, s.device_id, s.create_at, s.expires_at, s.last_activity_at, u.roles, s.props, s.number
FROM users u JOIN sessions s ON s.owner = u.number
UNION ALL
SELECT t.session_id, u.id, '', t.session_create_at,
       min(t.session_create_at + 36500 * 86400000, iif(t.expires_at > 0, t.expires_at, 9223372036854775807)),
       t.last_used_at, u.roles,
       json_patch(json_object('is_guest', 'false', 'type', 'UserAccessToken', 'user_access_token_id', t.id),
                  iif(u.bot_owner_id IS NULL, '{}', '{"is_bot": "true"}')),
       NULL
FROM users u JOIN tokens t ON t.owner = u.number WHERE t.session_id IS NOT NULL;

PRAGMA user_version = 2;

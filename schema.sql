-- The whole current schema of patmost. Times are milliseconds since 1970 (UTC), 0 means never or not.
-- Ids are 26 letters. Flags are 0 or 1. A change here needs a numbered step in src/store/migrate.rs.

-- People and bots.
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
, props TEXT NOT NULL DEFAULT '{}', email_verified INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX users_by_bot ON users (create_at, username) WHERE bot_owner_id IS NOT NULL;
CREATE INDEX users_by_bot_owner ON users (bot_owner_id) WHERE bot_owner_id IS NOT NULL;
-- Search is by the beginning of these, in any case.
CREATE INDEX users_by_nickname ON users (lower(nickname));
CREATE INDEX users_by_first_name ON users (lower(first_name));
CREATE INDEX users_by_last_name ON users (lower(last_name));
CREATE INDEX users_by_admin ON users (number) WHERE instr(' ' || roles || ' ', ' system_admin ') > 0;

-- Personal access tokens. The secret is shown once and stored as a hash only; every request finds the whole row by it.
-- The first use of a token opens its session, which is part of it. The parent, written where ALTER TABLE puts it, is the id of
-- the token by which this one was made; null: it was made with a login or by the operator. The used day is that of the last use,
-- in days since 1970.
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
, parent TEXT, scopes TEXT, allowed_from TEXT, used_day INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_parent ON tokens (parent) WHERE parent IS NOT NULL;
CREATE INDEX tokens_by_owner ON tokens (owner, create_at, id);
CREATE INDEX tokens_by_age ON tokens (create_at, id);
CREATE INDEX tokens_by_end ON tokens (expires_at, is_active, used_day) WHERE expires_at > 0;
CREATE INDEX tokens_by_use ON tokens (used_day, create_at, id) WHERE is_active = 1;
CREATE UNIQUE INDEX tokens_by_session ON tokens (session_id) WHERE session_id IS NOT NULL;

-- The sessions of logins.
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
CREATE INDEX sessions_by_owner ON sessions (owner);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- All sessions, as clients see them. That of a token ends 36500 days after it began, and at most with the token.
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

-- What clients keep for an account: their settings, unread by the server.
CREATE TABLE preferences (
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    category TEXT NOT NULL,
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (user_id, category, name)
) STRICT;

-- Presence that somebody set by hand; without a row it follows the sessions.
CREATE TABLE statuses (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    status  TEXT NOT NULL                            -- online, away, dnd, offline
, dnd_end_time INTEGER NOT NULL DEFAULT 0) STRICT;

-- Teams: channels and members under one name.
CREATE TABLE teams (
    id                TEXT    NOT NULL PRIMARY KEY,
    create_at         INTEGER NOT NULL,
    update_at         INTEGER NOT NULL,
    delete_at         INTEGER NOT NULL DEFAULT 0,
    name              TEXT    NOT NULL UNIQUE,       -- lower case, part of addresses
    display_name      TEXT    NOT NULL,
    description       TEXT    NOT NULL,
    email             TEXT    NOT NULL,              -- of its creator
    type              TEXT    NOT NULL,              -- O: open; I: by invitation
    allow_open_invite INTEGER NOT NULL,              -- whether anyone may see and join it, when open
    invite_id         TEXT    NOT NULL
, company_name TEXT NOT NULL DEFAULT '', allowed_domains TEXT NOT NULL DEFAULT '') STRICT;
CREATE UNIQUE INDEX teams_by_invite ON teams (invite_id) WHERE invite_id <> '';

CREATE TABLE team_members (
    team_id      TEXT    NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scheme_admin INTEGER NOT NULL,                   -- whether a team admin
    PRIMARY KEY (team_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_members_by_user ON team_members (user_id);

-- Channels: public and private ones of a team, direct and group messages of none.
CREATE TABLE channels (
    id              TEXT    NOT NULL PRIMARY KEY,
    create_at       INTEGER NOT NULL,
    update_at       INTEGER NOT NULL,
    delete_at       INTEGER NOT NULL DEFAULT 0,      -- above 0: archived then
    team_id         TEXT    NOT NULL,                -- empty for direct and group messages
    type            TEXT    NOT NULL,                -- O: public; P: private; D: direct; G: group
    display_name    TEXT    NOT NULL,
    name            TEXT    NOT NULL,                -- in the team; of a direct one both ids with __ between
    header          TEXT    NOT NULL,
    purpose         TEXT    NOT NULL,
    last_post_at    INTEGER NOT NULL,
    total_msg_count INTEGER NOT NULL DEFAULT 0,      -- without system messages
    creator_id      TEXT    NOT NULL,
    UNIQUE (team_id, name)
) STRICT;
CREATE INDEX channels_by_display_name ON channels (team_id, display_name);

CREATE TABLE channel_members (
    channel_id     TEXT    NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    user_id        TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scheme_admin   INTEGER NOT NULL,                 -- whether a channel admin
    last_viewed_at INTEGER NOT NULL DEFAULT 0,
    msg_count      INTEGER NOT NULL DEFAULT 0,       -- messages seen
    mention_count  INTEGER NOT NULL DEFAULT 0,       -- mentions not seen
    last_update_at INTEGER NOT NULL, notify_props TEXT,
    PRIMARY KEY (channel_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX channel_members_by_user ON channel_members (user_id);

CREATE TABLE posts (
    number          INTEGER PRIMARY KEY,             -- the order in which they were written
    id              TEXT    NOT NULL UNIQUE,
    create_at       INTEGER NOT NULL,
    update_at       INTEGER NOT NULL,
    edit_at         INTEGER NOT NULL DEFAULT 0,
    delete_at       INTEGER NOT NULL DEFAULT 0,
    is_pinned       INTEGER NOT NULL DEFAULT 0,
    user_id         TEXT    NOT NULL,
    channel_id      TEXT    NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    root_id         TEXT    NOT NULL,                -- first post of the thread; empty for that post itself
    message         TEXT    NOT NULL,
    type            TEXT    NOT NULL,                -- empty, or system_...
    props           TEXT    NOT NULL,                -- JSON object, as the client sent it
    hashtags        TEXT    NOT NULL,
    pending_post_id TEXT    NOT NULL                 -- chosen by the client: the same again is the same post
) STRICT;
CREATE INDEX posts_by_channel ON posts (channel_id, create_at, number);
CREATE INDEX posts_by_change ON posts (channel_id, update_at);
CREATE INDEX posts_by_root ON posts (root_id, create_at) WHERE root_id <> '';
CREATE INDEX posts_pinned ON posts (channel_id) WHERE is_pinned = 1;
CREATE UNIQUE INDEX posts_by_pending ON posts (user_id, pending_post_id) WHERE pending_post_id <> '';

CREATE TABLE reactions (
    post_id    TEXT    NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    emoji_name TEXT    NOT NULL,
    create_at  INTEGER NOT NULL,
    PRIMARY KEY (post_id, user_id, emoji_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_by_user ON reactions (user_id);

-- Roles and what they permit. The built-in ones are written when the file is made.
CREATE TABLE roles (
    id             TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL UNIQUE,
    display_name   TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    create_at      INTEGER NOT NULL,
    update_at      INTEGER NOT NULL,
    delete_at      INTEGER NOT NULL DEFAULT 0,
    permissions    TEXT    NOT NULL,                 -- Mattermost's names with single spaces between
    scheme_managed INTEGER NOT NULL,
    built_in       INTEGER NOT NULL
) STRICT;

-- The stored configuration: one row, what was set and differs from nothing. Defaults are not stored.
CREATE TABLE config (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,                       -- grows with every change, so that a server sees it
    document TEXT    NOT NULL                        -- JSON object: section -> setting -> value
) STRICT;
INSERT INTO config (id, revision, document) VALUES (1, 1, '{}');

-- Wrong passwords by the network they came from, so that a stranger's guesses do not lock the owner out.
CREATE TABLE failed_logins (
    owner    INTEGER NOT NULL REFERENCES users (number) ON DELETE CASCADE,
    network  TEXT    NOT NULL,                       -- an IPv4 address, or the /64 of an IPv6 one
    attempts INTEGER NOT NULL,                       -- since the last right one from there, or the end of the last lock
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (owner, network)
) STRICT, WITHOUT ROWID;
CREATE INDEX failed_logins_by_age ON failed_logins (last_at);

-- Who did what. Written in the transaction of the change itself, never holding a secret. Only the count of failed logins
-- changes; rows end with their age or their number (`PatmostSettings`).
CREATE TABLE audits (
    number     INTEGER PRIMARY KEY,                  -- the order in which they were written
    id         TEXT    NOT NULL,
    create_at  INTEGER NOT NULL,
    user_id    TEXT    NOT NULL,                     -- who acted; empty when not known
    action     TEXT    NOT NULL,                     -- path of the request, or the command
    extra_info TEXT    NOT NULL,
    ip_address TEXT    NOT NULL,
    session_id TEXT    NOT NULL
) STRICT;
CREATE INDEX audits_by_age ON audits (create_at, number);
CREATE INDEX audits_by_user ON audits (user_id, create_at, number);
CREATE INDEX audits_of_failed_logins ON audits (create_at)
    WHERE extra_info >= 'failure - login_id=' AND extra_info < 'failure - login_id>';

-- Slash commands: a word by which members of a team ask an integration.
CREATE TABLE slash_commands (
    number             INTEGER PRIMARY KEY,          -- the order in which they were made
    id                 TEXT    NOT NULL UNIQUE,
    token              TEXT    NOT NULL,             -- in clear: the integration is shown it with every request
    create_at          INTEGER NOT NULL,
    update_at          INTEGER NOT NULL,
    creator_id         TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    team_id            TEXT    NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    trigger_word       TEXT    NOT NULL,             -- lower case, without the slash
    method             TEXT    NOT NULL,             -- P: POST; G: GET
    username           TEXT    NOT NULL,
    icon_url           TEXT    NOT NULL,
    auto_complete      INTEGER NOT NULL,
    auto_complete_desc TEXT    NOT NULL,
    auto_complete_hint TEXT    NOT NULL,
    display_name       TEXT    NOT NULL,
    description        TEXT    NOT NULL,
    url                TEXT    NOT NULL,
    UNIQUE (team_id, trigger_word)
) STRICT;
CREATE INDEX slash_commands_by_creator ON slash_commands (creator_id);

-- Incoming webhooks: whoever knows the secret of one posts by it, in its owner's name. Mattermost calls the secret its id.
CREATE TABLE incoming_webhooks (
    number         INTEGER PRIMARY KEY,              -- the order in which they were made
    id             TEXT    NOT NULL UNIQUE,          -- public: named in lists, logs and audits
    secret_hash    TEXT    NOT NULL UNIQUE,          -- SHA-256 of the secret, hexadecimal
    secret         TEXT,                             -- in clear where `PatmostSettings.ShowWebhookIds` is on, else null
    create_at      INTEGER NOT NULL,
    update_at      INTEGER NOT NULL,
    user_id        TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    channel_id     TEXT    NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    team_id        TEXT    NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    display_name   TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    username       TEXT    NOT NULL,                 -- shown in place of the owner's, where settings allow it
    icon_url       TEXT    NOT NULL,
    channel_locked INTEGER NOT NULL                  -- whether it posts in its own channel only
) STRICT;
CREATE INDEX incoming_webhooks_by_user ON incoming_webhooks (user_id);
CREATE INDEX incoming_webhooks_by_channel ON incoming_webhooks (channel_id);
CREATE INDEX incoming_webhooks_by_team ON incoming_webhooks (team_id);
CREATE INDEX incoming_webhooks_in_clear ON incoming_webhooks (number) WHERE secret IS NOT NULL;

-- The secret that a token had before the one it has: good until its end, and known for some time after it.
CREATE TABLE previous_secrets (
    secret_hash  TEXT    NOT NULL PRIMARY KEY,
    token_id     TEXT    NOT NULL UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
    until        INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL DEFAULT 0          -- exact to a minute
) STRICT, WITHOUT ROWID;
CREATE INDEX previous_secrets_by_end ON previous_secrets (until);

-- Of which tokens it was told that they end, and at which stage before that.
CREATE TABLE expiry_notices (
    token_id   TEXT    NOT NULL PRIMARY KEY REFERENCES tokens (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,                     -- the end that it was told of: another one is told anew
    days       INTEGER NOT NULL                      -- the stage: 7, 3 or 1 days before
) STRICT, WITHOUT ROWID;

-- What tokens did last: a ring of requests for each, and of all together no more than a setting says.
CREATE TABLE token_requests (
    token_id   TEXT    NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    slot       INTEGER NOT NULL,                     -- its place in the ring
    number     INTEGER NOT NULL,                     -- the order in which they came
    at         INTEGER NOT NULL,
    method     TEXT    NOT NULL,
    route      TEXT    NOT NULL,                     -- the pattern, not the path: that may have a secret in it by mistake
    status     INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    PRIMARY KEY (token_id, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_requests_by_time ON token_requests (at);

-- How many there are: one row, kept by the triggers.
CREATE TABLE token_request_count (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL
) STRICT;
INSERT INTO token_request_count (id, count) VALUES (1, 0);
CREATE TRIGGER token_request_added AFTER INSERT ON token_requests BEGIN
    UPDATE token_request_count SET count = count + 1 WHERE id = 1;
END;
CREATE TRIGGER token_request_deleted AFTER DELETE ON token_requests BEGIN
    UPDATE token_request_count SET count = count - 1 WHERE id = 1;
END;

-- Files: what was uploaded, for posts. Whatever they belong to takes them along when it is deleted for good.
CREATE TABLE files (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    channel_id TEXT    REFERENCES channels (id) ON DELETE CASCADE, -- null while it is on its way
    post_id    TEXT    REFERENCES posts (id) ON DELETE CASCADE,    -- null while it is in no post, for a day at most
    position   INTEGER NOT NULL DEFAULT 0,           -- in its post
    create_at  INTEGER NOT NULL,
    name       TEXT    NOT NULL,                     -- made safe
    size       INTEGER NOT NULL DEFAULT 0,           -- bytes
    width      INTEGER NOT NULL DEFAULT 0,           -- of a picture whose size is known
    height     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX files_by_user ON files (user_id);
CREATE INDEX files_by_channel ON files (channel_id);
CREATE INDEX files_by_post ON files (post_id, position) WHERE post_id IS NOT NULL;
CREATE INDEX files_without_post ON files (create_at) WHERE post_id IS NULL;

-- What is in them. Pieces outlive their file: they are deleted a few at a time.
CREATE TABLE file_pieces (
    file_id TEXT    NOT NULL,
    start   INTEGER NOT NULL,                        -- its first byte in the file
    size    INTEGER NOT NULL,
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (file_id, start)
) STRICT;

-- Files that are deleted, and their pieces are not.
CREATE TABLE leftover_files (
    file_id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Pictures of accounts that have one of their own.
CREATE TABLE pictures (
    user_id   TEXT    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    update_at INTEGER NOT NULL,
    mime_type TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    bytes     BLOB    NOT NULL
) STRICT;

-- How many bytes all of them have: one row. A file counts as 1024 bytes more than are in it.
CREATE TABLE file_bytes (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO file_bytes (id, bytes) VALUES (1, 0);
CREATE TRIGGER file_added AFTER INSERT ON files BEGIN
    UPDATE file_bytes SET bytes = bytes + 1024;
END;
CREATE TRIGGER file_deleted AFTER DELETE ON files BEGIN
    UPDATE file_bytes SET bytes = bytes - 1024;
    INSERT INTO leftover_files (file_id) VALUES (OLD.id);
END;
CREATE TRIGGER file_piece_added AFTER INSERT ON file_pieces BEGIN
    UPDATE file_bytes SET bytes = bytes + NEW.size;
END;
CREATE TRIGGER file_piece_deleted AFTER DELETE ON file_pieces BEGIN
    UPDATE file_bytes SET bytes = bytes - OLD.size;
END;
CREATE TRIGGER picture_added AFTER INSERT ON pictures BEGIN
    UPDATE file_bytes SET bytes = bytes + NEW.size;
END;
CREATE TRIGGER picture_deleted AFTER DELETE ON pictures BEGIN
    UPDATE file_bytes SET bytes = bytes - OLD.size;
END;

-- Custom emoji: a name and a picture.
CREATE TABLE emoji (
    number     INTEGER PRIMARY KEY,                  -- the order in which they were made
    id         TEXT    NOT NULL UNIQUE,
    create_at  INTEGER NOT NULL,
    creator_id TEXT    NOT NULL,
    name       TEXT    NOT NULL UNIQUE,
    mime_type  TEXT    NOT NULL,
    size       INTEGER NOT NULL,
    bytes      BLOB    NOT NULL
) STRICT;
CREATE TRIGGER emoji_added AFTER INSERT ON emoji BEGIN
    UPDATE file_bytes SET bytes = bytes + NEW.size;
END;
CREATE TRIGGER emoji_deleted AFTER DELETE ON emoji BEGIN
    UPDATE file_bytes SET bytes = bytes - OLD.size;
END;

-- How many accounts there are of each kind, kept by the triggers: to count a million for each question takes too long.
CREATE TABLE user_counts (
    roles          TEXT    NOT NULL,
    is_deactivated INTEGER NOT NULL,
    is_bot         INTEGER NOT NULL,
    count          INTEGER NOT NULL,                 -- above 0
    PRIMARY KEY (roles, is_deactivated, is_bot)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER users_come AFTER INSERT ON users BEGIN
    INSERT INTO user_counts VALUES (new.roles, new.delete_at > 0, new.bot_owner_id IS NOT NULL, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER users_go AFTER DELETE ON users BEGIN
    UPDATE user_counts SET count = count - 1
    WHERE (roles, is_deactivated, is_bot) = (old.roles, old.delete_at > 0, old.bot_owner_id IS NOT NULL);
    DELETE FROM user_counts
    WHERE (roles, is_deactivated, is_bot) = (old.roles, old.delete_at > 0, old.bot_owner_id IS NOT NULL) AND count = 0;
END;
CREATE TRIGGER users_turn AFTER UPDATE OF roles, delete_at, bot_owner_id ON users
WHEN (old.roles, old.delete_at > 0, old.bot_owner_id IS NOT NULL) IS NOT (new.roles, new.delete_at > 0, new.bot_owner_id IS NOT NULL)
BEGIN
    UPDATE user_counts SET count = count - 1
    WHERE (roles, is_deactivated, is_bot) = (old.roles, old.delete_at > 0, old.bot_owner_id IS NOT NULL);
    DELETE FROM user_counts
    WHERE (roles, is_deactivated, is_bot) = (old.roles, old.delete_at > 0, old.bot_owner_id IS NOT NULL) AND count = 0;
    INSERT INTO user_counts VALUES (new.roles, new.delete_at > 0, new.bot_owner_id IS NOT NULL, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
-- How many are in each team and channel, and how many of them are deactivated; kept by triggers.
CREATE TABLE member_counts (
    place_id    TEXT    NOT NULL PRIMARY KEY,        -- a team or a channel
    members     INTEGER NOT NULL,
    deactivated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER team_members_come AFTER INSERT ON team_members BEGIN
    INSERT INTO member_counts VALUES (new.team_id, 1, (SELECT delete_at > 0 FROM users WHERE id = new.user_id))
    ON CONFLICT DO UPDATE SET members = members + 1, deactivated = deactivated + excluded.deactivated;
END;
CREATE TRIGGER team_members_go AFTER DELETE ON team_members BEGIN
    UPDATE member_counts SET members = members - 1,
        deactivated = deactivated - (SELECT delete_at > 0 FROM users WHERE id = old.user_id)
    WHERE place_id = old.team_id;
END;
CREATE TRIGGER channel_members_come AFTER INSERT ON channel_members BEGIN
    INSERT INTO member_counts VALUES (new.channel_id, 1, (SELECT delete_at > 0 FROM users WHERE id = new.user_id))
    ON CONFLICT DO UPDATE SET members = members + 1, deactivated = deactivated + excluded.deactivated;
END;
CREATE TRIGGER channel_members_go AFTER DELETE ON channel_members BEGIN
    UPDATE member_counts SET members = members - 1,
        deactivated = deactivated - (SELECT delete_at > 0 FROM users WHERE id = old.user_id)
    WHERE place_id = old.channel_id;
END;
-- While the account is still there, by which it is known whether it was deactivated.
CREATE TRIGGER members_go_with_users BEFORE DELETE ON users BEGIN
    DELETE FROM team_members WHERE user_id = old.id;
    DELETE FROM channel_members WHERE user_id = old.id;
END;
CREATE TRIGGER members_turn_with_users AFTER UPDATE OF delete_at ON users WHEN (old.delete_at > 0) <> (new.delete_at > 0) BEGIN
    UPDATE member_counts SET deactivated = deactivated + iif(new.delete_at > 0, 1, -1)
    WHERE place_id IN (
        SELECT team_id FROM team_members WHERE user_id = new.id UNION ALL SELECT channel_id FROM channel_members WHERE user_id = new.id
    );
END;
-- The accounts of each kind, by username.
CREATE INDEX users_by_kind ON users (roles, delete_at > 0, username);

-- How many tokens there are, by the day (since 1970) on which they end and that of their last use, kept by the triggers.
CREATE TABLE token_counts (
    end_day   INTEGER NOT NULL,                      -- -1: never
    is_active INTEGER NOT NULL,
    used_day  INTEGER NOT NULL,                      -- 0: never used
    count     INTEGER NOT NULL,                      -- above 0
    PRIMARY KEY (end_day, is_active, used_day)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tokens_come AFTER INSERT ON tokens BEGIN
    INSERT INTO token_counts VALUES (iif(new.expires_at > 0, new.expires_at / 86400000, -1), new.is_active, new.used_day, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER tokens_go AFTER DELETE ON tokens BEGIN
    UPDATE token_counts SET count = count - 1
    WHERE (end_day, is_active, used_day) = (iif(old.expires_at > 0, old.expires_at / 86400000, -1), old.is_active, old.used_day);
    DELETE FROM token_counts
    WHERE (end_day, is_active, used_day) = (iif(old.expires_at > 0, old.expires_at / 86400000, -1), old.is_active, old.used_day)
        AND count = 0;
END;
CREATE TRIGGER tokens_turn AFTER UPDATE OF expires_at, is_active, used_day ON tokens BEGIN
    UPDATE token_counts SET count = count - 1
    WHERE (end_day, is_active, used_day) = (iif(old.expires_at > 0, old.expires_at / 86400000, -1), old.is_active, old.used_day);
    DELETE FROM token_counts
    WHERE (end_day, is_active, used_day) = (iif(old.expires_at > 0, old.expires_at / 86400000, -1), old.is_active, old.used_day)
        AND count = 0;
    INSERT INTO token_counts VALUES (iif(new.expires_at > 0, new.expires_at / 86400000, -1), new.is_active, new.used_day, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
-- Only the first use on a day changes an index.
CREATE TRIGGER tokens_used AFTER UPDATE OF last_used_at ON tokens
WHEN new.last_used_at / 86400000 <> old.last_used_at / 86400000
BEGIN
    UPDATE tokens SET used_day = new.last_used_at / 86400000 WHERE secret_hash = new.secret_hash;
END;

PRAGMA application_id = 1885434996; -- "patt": tells this file from other SQLite files
PRAGMA user_version = 3;

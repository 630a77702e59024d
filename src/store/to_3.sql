-- Brings a file of schema version 2 to version 3: wrong passwords are kept by network, tokens know their parent, and there
-- are incoming webhooks.

-- Wrong passwords by the network they came from, so that a stranger's guesses do not lock the owner out.
CREATE TABLE failed_logins (
    owner    INTEGER NOT NULL REFERENCES users (number) ON DELETE CASCADE,
    network  TEXT    NOT NULL,                       -- an IPv4 address, or the /64 of an IPv6 one
    attempts INTEGER NOT NULL,                       -- since the last right one from there, or the end of the last lock
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (owner, network)
) STRICT, WITHOUT ROWID;
CREATE INDEX failed_logins_by_age ON failed_logins (last_at);

-- Found at once: whether there is another system admin.
CREATE INDEX users_by_admin ON users (number) WHERE instr(' ' || roles || ' ', ' system_admin ') > 0;

-- Failed logins of the last minute are found at once, to be counted in one row.
CREATE INDEX audits_of_failed_logins ON audits (create_at)
    WHERE extra_info >= 'failure - login_id=' AND extra_info < 'failure - login_id>';

-- What of a team can be changed: its company, and the domains of the addresses of its members.
ALTER TABLE teams ADD COLUMN company_name TEXT NOT NULL DEFAULT '';
ALTER TABLE teams ADD COLUMN allowed_domains TEXT NOT NULL DEFAULT '';

-- Who is invited to which team.
CREATE UNIQUE INDEX teams_by_invite ON teams (invite_id) WHERE invite_id <> '';

-- What a channel notifies a member of, a JSON object of strings; null: the defaults.
ALTER TABLE channel_members ADD COLUMN notify_props TEXT;

-- Until when an account is not to be disturbed, in seconds; 0: until it says otherwise.
ALTER TABLE statuses ADD COLUMN dnd_end_time INTEGER NOT NULL DEFAULT 0;

-- What clients keep with an account: a JSON object of strings.
ALTER TABLE users ADD COLUMN props TEXT NOT NULL DEFAULT '{}';

-- Which tokens were made by a token, so that all can be revoked together.
ALTER TABLE tokens ADD COLUMN parent TEXT;
CREATE INDEX tokens_by_parent ON tokens (parent) WHERE parent IS NOT NULL;

-- What a token may be used for, and from where: names and networks with spaces between. Null: everything, and from everywhere.
ALTER TABLE tokens ADD COLUMN scopes TEXT;
ALTER TABLE tokens ADD COLUMN allowed_from TEXT;

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

-- Counts and orders that a million accounts and tokens need, to the end.
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
INSERT INTO member_counts SELECT m.team_id, count(*), sum(u.delete_at > 0) FROM team_members m JOIN users u ON u.id = m.user_id GROUP BY 1;
INSERT INTO member_counts SELECT m.channel_id, count(*), sum(u.delete_at > 0) FROM channel_members m JOIN users u ON u.id = m.user_id GROUP BY 1;
-- The accounts of each kind, by username.
CREATE INDEX users_by_kind ON users (roles, delete_at > 0, username);
INSERT INTO user_counts SELECT roles, delete_at > 0, bot_owner_id IS NOT NULL, count(*) FROM users GROUP BY 1, 2, 3;

ALTER TABLE tokens ADD COLUMN used_day INTEGER NOT NULL DEFAULT 0;
DROP INDEX tokens_by_end;
UPDATE tokens SET used_day = last_used_at / 86400000 WHERE last_used_at > 0;
CREATE INDEX tokens_by_end ON tokens (expires_at, is_active, used_day) WHERE expires_at > 0;
CREATE INDEX tokens_by_use ON tokens (used_day, create_at, id) WHERE is_active = 1;

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
INSERT INTO token_counts
SELECT iif(expires_at > 0, expires_at / 86400000, -1), is_active, used_day, count(*) FROM tokens GROUP BY 1, 2, 3;

-- Whether somebody has said that the address is right; a change of the address takes it back.
ALTER TABLE users ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0;

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
-- Permissions that are new: a system admin has every one.
UPDATE roles SET permissions = permissions || ' manage_own_incoming_webhooks bypass_incoming_webhook_channel_lock manage_own_slash_commands'
WHERE name = 'system_admin';

PRAGMA user_version = 3;

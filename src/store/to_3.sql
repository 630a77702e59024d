-- Brings a file of schema version 2 to version 3: wrong passwords are kept by network, and tokens know their parent.

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

-- Which tokens were made by a token, so that all can be revoked together.
ALTER TABLE tokens ADD COLUMN parent TEXT;
CREATE INDEX tokens_by_parent ON tokens (parent) WHERE parent IS NOT NULL;

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

PRAGMA user_version = 3;

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

-- Which tokens were made by a token, so that all can be revoked together.
ALTER TABLE tokens ADD COLUMN parent TEXT;
CREATE INDEX tokens_by_parent ON tokens (parent) WHERE parent IS NOT NULL;

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
UPDATE roles SET permissions = permissions || ' manage_own_incoming_webhooks bypass_incoming_webhook_channel_lock'
WHERE name = 'system_admin';

PRAGMA user_version = 3;

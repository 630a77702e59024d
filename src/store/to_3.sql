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

PRAGMA user_version = 3;

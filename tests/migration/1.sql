-- Written by the last patmost of schema version 1: logins, and tokens that were used, unused, disabled, of a bot, and with an end.
PRAGMA foreign_keys = OFF;
PRAGMA application_id = 1885434996;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
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
INSERT INTO "audits" VALUES(1,'94a1o1nuz9iy5p5qrgkjgh8ze3',1795577122754,'','patmost config set','','','');
INSERT INTO "audits" VALUES(2,'txum9oct4b758acr6zoj7u7ygi',1795577122794,'','/api/v4/users','user=tsua3aty9ntjqtchis6od5196k','127.0.0.1','');
INSERT INTO "audits" VALUES(3,'mmu43x8p41zx3f9o1xmgs9e3gc',1795577122855,'','/api/v4/users/login','attempt - login_id=admin','127.0.0.1','');
INSERT INTO "audits" VALUES(4,'d4n4ktsdeikmw89s9kdy3am8fc',1795577122855,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/login','authenticated','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(5,'3bd6nq7x9du9bdu83e9sku3zj9',1795577122855,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/login','success session_user=tsua3aty9ntjqtchis6od5196k','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(6,'mnpenfy5iqjpesydn8e5rauj7d',1795577122890,'tsua3aty9ntjqtchis6od5196k','/api/v4/users','user=s1ynb8gbwqc18fgb7b4pgffh14','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(7,'bcfg9s6ndsdws19osg61fq8jwg',1795577123037,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/roles','user=s1ynb8gbwqc18fgb7b4pgffh14 roles=system_user system_user_access_token','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(8,'b3umpxyr4uxrm9o8kgdac8d7rg',1795577123046,'tsua3aty9ntjqtchis6od5196k','/api/v4/bots','user=3wers56ppjs58i3165mom15hdn','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(9,'p55tgiwfhhupaus3cenqed74fz',1795577123151,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/tokens','','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(10,'pm7s1mb1xg9jjkop5mxtsispm9',1795577123151,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/tokens','success - token_id=pks4bubpxjewz3e733g6znret9','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(11,'baku98gcwutkcryitguqxsakks',1795577123159,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/tokens','','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(12,'hcxmcw45usydihru8gt4bspbik',1795577123159,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/tokens','success - token_id=g7n8935wrinwnzzih75fnr6xrc','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(13,'jzyyjqj4pykhawjepz539uqek8',1795577123168,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/tokens','','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(14,'jntzfczizjwhh8h9gbfku9dxqy',1795577123168,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/tokens','success - token_id=r889bg1rj74pp3pbut9se65r5a','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(15,'b61bfy5g7ywc7rcztpzahthxrd',1795577123176,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/3wers56ppjs58i3165mom15hdn/tokens','','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(16,'ra4sjttf7ak9pxatb6shx4ff9e',1795577123176,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/3wers56ppjs58i3165mom15hdn/tokens','success - token_id=ndhijcba45c4xem7yjghdc735d','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(17,'xyh8t7afs5grhbng8mi5hwwfyw',1795577123184,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/tokens','','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(18,'rh7ia913ize85d6as9ibrct4cy',1795577123184,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/s1ynb8gbwqc18fgb7b4pgffh14/tokens','success - token_id=e9te5qzc793dym4fx8i8wj65j4','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(19,'kqcwc4ba8q5t7cdpaziidzzznz',1795577123782,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/tokens/disable','','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(20,'d7mpfpft6ntos6au5px6bfppw3',1795577123782,'tsua3aty9ntjqtchis6od5196k','/api/v4/users/tokens/disable','success - token_id=r889bg1rj74pp3pbut9se65r5a','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(21,'fig1iwgymba1xhub1kjupyg1kf',1795577123792,'tsua3aty9ntjqtchis6od5196k','/api/v4/teams','name=team','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(22,'uw17ry5tc4ey1b8ejq7dkpdmeb',1795577123921,'tsua3aty9ntjqtchis6od5196k','/api/v4/teams/sbtj5i1s7qx955caq1owh6kpoi/members','name=team user_id=s1ynb8gbwqc18fgb7b4pgffh14','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(23,'99yegkioris3dehkdets1j6p8o',1795577123933,'tsua3aty9ntjqtchis6od5196k','/api/v4/channels','name=builds','127.0.0.1','3scf1gecnsbyi9z6oweb5pw5ee');
INSERT INTO "audits" VALUES(24,'5q4zmyrkyxg4x7oa3jerq7ggz9',1795577124065,'','/api/v4/users/login','attempt - login_id=ci','127.0.0.1','');
INSERT INTO "audits" VALUES(25,'ikf7ygtbpo8tpeirpkps6fatwq',1795577124065,'s1ynb8gbwqc18fgb7b4pgffh14','/api/v4/users/login','authenticated','127.0.0.1','7p91py4oairheymm3e5a5tm1pk');
INSERT INTO "audits" VALUES(26,'q5dcgp5fb844rgtyb44t8brbso',1795577124065,'s1ynb8gbwqc18fgb7b4pgffh14','/api/v4/users/login','success session_user=s1ynb8gbwqc18fgb7b4pgffh14','127.0.0.1','7p91py4oairheymm3e5a5tm1pk');
CREATE TABLE channel_members (
    channel_id     TEXT    NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    user_id        TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scheme_admin   INTEGER NOT NULL,                 -- whether a channel admin
    last_viewed_at INTEGER NOT NULL DEFAULT 0,
    msg_count      INTEGER NOT NULL DEFAULT 0,       -- messages seen
    mention_count  INTEGER NOT NULL DEFAULT 0,       -- mentions not seen
    last_update_at INTEGER NOT NULL,
    PRIMARY KEY (channel_id, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "channel_members" VALUES('eeptoctxpog44kpigoy7y1cszk','tsua3aty9ntjqtchis6od5196k',1,1795577124055,1,0,1795577124055);
INSERT INTO "channel_members" VALUES('idjq4riq36535838w94wbgpmi3','s1ynb8gbwqc18fgb7b4pgffh14',0,0,0,0,1795577123921);
INSERT INTO "channel_members" VALUES('idjq4riq36535838w94wbgpmi3','tsua3aty9ntjqtchis6od5196k',0,0,0,0,1795577123792);
INSERT INTO "channel_members" VALUES('k5m3zzbfch6o8fkk4zm544q1wy','s1ynb8gbwqc18fgb7b4pgffh14',0,0,0,0,1795577123921);
INSERT INTO "channel_members" VALUES('k5m3zzbfch6o8fkk4zm544q1wy','tsua3aty9ntjqtchis6od5196k',0,0,0,0,1795577123792);
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
INSERT INTO "channels" VALUES('k5m3zzbfch6o8fkk4zm544q1wy',1795577123792,1795577123792,0,'sbtj5i1s7qx955caq1owh6kpoi','O','Town Square','town-square','','',1795577123921,0,'');
INSERT INTO "channels" VALUES('idjq4riq36535838w94wbgpmi3',1795577123792,1795577123792,0,'sbtj5i1s7qx955caq1owh6kpoi','O','Off-Topic','off-topic','','',1795577123921,0,'');
INSERT INTO "channels" VALUES('eeptoctxpog44kpigoy7y1cszk',1795577123933,1795577123933,0,'sbtj5i1s7qx955caq1owh6kpoi','O','Builds','builds','','',1795577124055,1,'tsua3aty9ntjqtchis6od5196k');
CREATE TABLE config (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,                       -- grows with every change, so that a server sees it
    document TEXT    NOT NULL                        -- JSON object: section -> setting -> value
) STRICT;
INSERT INTO "config" VALUES(1,2,'{"ServiceSettings":{"EnableBotAccountCreation":true}}');
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
INSERT INTO "posts" VALUES(1,'qed4ag6p83yf1n3bzj7raj96sn',1795577123792,1795577123792,0,0,0,'tsua3aty9ntjqtchis6od5196k','k5m3zzbfch6o8fkk4zm544q1wy','','admin joined the team.','system_join_team','{"username":"admin"}','','');
INSERT INTO "posts" VALUES(2,'jg1yksi3ud1u4wod1qpagnehmo',1795577123792,1795577123792,0,0,0,'tsua3aty9ntjqtchis6od5196k','idjq4riq36535838w94wbgpmi3','','admin joined the channel.','system_join_channel','{"username":"admin"}','','');
INSERT INTO "posts" VALUES(3,'fdkr7adh4e3cm6e5qhz77pg99t',1795577123921,1795577123921,0,0,0,'s1ynb8gbwqc18fgb7b4pgffh14','k5m3zzbfch6o8fkk4zm544q1wy','','ci joined the team.','system_join_team','{"username":"ci"}','','');
INSERT INTO "posts" VALUES(4,'1gkg9ucd87si4uuud3ybc164ft',1795577123921,1795577123921,0,0,0,'s1ynb8gbwqc18fgb7b4pgffh14','idjq4riq36535838w94wbgpmi3','','ci joined the channel.','system_join_channel','{"username":"ci"}','','');
INSERT INTO "posts" VALUES(5,'jqa81bp4xoy59s5rw3gh3xx3uc',1795577123933,1795577123933,0,0,0,'tsua3aty9ntjqtchis6od5196k','eeptoctxpog44kpigoy7y1cszk','','admin joined the channel.','system_join_channel','{"username":"admin"}','','');
INSERT INTO "posts" VALUES(6,'79gi3yggcqspccqhsnt3m1p14x',1795577124055,1795577124055,0,0,0,'tsua3aty9ntjqtchis6od5196k','eeptoctxpog44kpigoy7y1cszk','','hello','','{}','','');
CREATE TABLE preferences (
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    category TEXT NOT NULL,
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (user_id, category, name)
) STRICT;
CREATE TABLE reactions (
    post_id    TEXT    NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    emoji_name TEXT    NOT NULL,
    create_at  INTEGER NOT NULL,
    PRIMARY KEY (post_id, user_id, emoji_name)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "roles" VALUES('r1gns44rj5sj4ps5s78gduucwy','system_admin','authentication.roles.global_admin.name','authentication.roles.global_admin.description',1795577122751,1795577122751,0,'manage_system manage_roles assign_system_admin_role edit_other_users sysconsole_read_user_management_users sysconsole_write_user_management_users sysconsole_write_user_management_permissions read_audits get_logs invalidate_caches view_members list_users_without_team create_user_access_token read_user_access_token revoke_user_access_token create_bot read_bots read_others_bots manage_bots manage_others_bots create_team manage_team list_public_teams join_public_teams list_private_teams join_private_teams view_team add_user_to_team remove_user_from_team manage_team_roles import_team invite_user invite_guest promote_guest demote_to_guest list_team_channels join_public_channels read_public_channel create_public_channel create_private_channel delete_public_channel delete_private_channel manage_public_channel_members manage_private_channel_members manage_public_channel_properties manage_private_channel_properties manage_channel_roles read_channel create_direct_channel create_group_channel create_post create_post_public create_post_ephemeral edit_post edit_others_posts delete_post delete_others_posts use_channel_mentions use_group_mentions add_reaction remove_reaction remove_others_reactions upload_file get_public_link use_slash_commands create_emojis delete_emojis delete_others_emojis manage_incoming_webhooks manage_outgoing_webhooks manage_others_incoming_webhooks manage_others_outgoing_webhooks manage_slash_commands manage_others_slash_commands manage_oauth manage_system_wide_oauth manage_jobs',1,1);
INSERT INTO "roles" VALUES('zfzwh7dpxobn3kgmtjztraemg3','system_user','authentication.roles.global_user.name','authentication.roles.global_user.description',1795577122751,1795577122751,0,'create_team list_public_teams join_public_teams create_direct_channel create_group_channel view_members create_emojis delete_emojis',1,1);
INSERT INTO "roles" VALUES('9tebb1ywuhhj35cw3cwo4p4ghm','system_user_access_token','authentication.roles.system_user_access_token.name','authentication.roles.system_user_access_token.description',1795577122751,1795577122751,0,'create_user_access_token read_user_access_token revoke_user_access_token',0,1);
INSERT INTO "roles" VALUES('unqzsn8hf9a4k6gxt9yk3qd13u','system_post_all','authentication.roles.system_post_all.name','authentication.roles.system_post_all.description',1795577122751,1795577122751,0,'create_post use_channel_mentions use_group_mentions',0,1);
INSERT INTO "roles" VALUES('g88q3dg6tgpscb93k9g1c9cor5','system_post_all_public','authentication.roles.system_post_all_public.name','authentication.roles.system_post_all_public.description',1795577122751,1795577122751,0,'create_post_public use_channel_mentions use_group_mentions',0,1);
INSERT INTO "roles" VALUES('emgstquxwjm55tdwn1nzh6roo9','system_guest','authentication.roles.global_guest.name','authentication.roles.global_guest.description',1795577122751,1795577122751,0,'create_direct_channel create_group_channel',1,1);
INSERT INTO "roles" VALUES('mbqf3mjhkxoy46dif5fn1xthmq','team_admin','authentication.roles.team_admin.name','authentication.roles.team_admin.description',1795577122751,1795577122751,0,'remove_user_from_team manage_team import_team manage_team_roles manage_channel_roles manage_others_incoming_webhooks manage_others_outgoing_webhooks manage_slash_commands manage_others_slash_commands manage_incoming_webhooks manage_outgoing_webhooks delete_post delete_others_posts',1,1);
INSERT INTO "roles" VALUES('xubw4hbhwtwnertw9t7x6si1go','team_user','authentication.roles.team_user.name','authentication.roles.team_user.description',1795577122751,1795577122751,0,'list_team_channels join_public_channels read_public_channel view_team create_public_channel create_private_channel invite_user add_user_to_team',1,1);
INSERT INTO "roles" VALUES('4nd3oag9btx9s4rqz7gwnc3qaj','team_guest','authentication.roles.team_guest.name','authentication.roles.team_guest.description',1795577122751,1795577122751,0,'view_team',1,1);
INSERT INTO "roles" VALUES('kb3w9uy3kupxx889fn77enoope','team_post_all','authentication.roles.team_post_all.name','authentication.roles.team_post_all.description',1795577122751,1795577122751,0,'create_post use_channel_mentions use_group_mentions',0,1);
INSERT INTO "roles" VALUES('bioatu9yd1nimchttf88fh779y','team_post_all_public','authentication.roles.team_post_all_public.name','authentication.roles.team_post_all_public.description',1795577122751,1795577122751,0,'create_post_public use_channel_mentions use_group_mentions',0,1);
INSERT INTO "roles" VALUES('dcte6obkgrwxoym5m99aecykd5','channel_admin','authentication.roles.channel_admin.name','authentication.roles.channel_admin.description',1795577122751,1795577122751,0,'manage_channel_roles use_group_mentions',1,1);
INSERT INTO "roles" VALUES('397ke1gk6sx4o4zyfqn5uryuio','channel_user','authentication.roles.channel_user.name','authentication.roles.channel_user.description',1795577122751,1795577122751,0,'read_channel add_reaction remove_reaction manage_public_channel_members manage_private_channel_members manage_public_channel_properties manage_private_channel_properties delete_public_channel delete_private_channel upload_file get_public_link create_post edit_post delete_post use_channel_mentions use_group_mentions use_slash_commands',1,1);
INSERT INTO "roles" VALUES('ac6b4uxh37xy1stn3k6f5dpsaz','channel_guest','authentication.roles.channel_guest.name','authentication.roles.channel_guest.description',1795577122751,1795577122751,0,'read_channel add_reaction remove_reaction upload_file edit_post create_post use_channel_mentions use_slash_commands',1,1);
CREATE TABLE sessions (
    number           INTEGER PRIMARY KEY,            -- the order in which they were opened
    id               TEXT    NOT NULL UNIQUE,
    user_id          TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret_hash      TEXT    UNIQUE,                 -- SHA-256 of a login's secret; null for a token's session
    token_id         TEXT    UNIQUE REFERENCES tokens (id) ON DELETE CASCADE, -- null for a login
    device_id        TEXT    NOT NULL DEFAULT '',    -- as the login gave it
    create_at        INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,               -- a token's session: 36500 days ahead, at most the token's own end
    last_activity_at INTEGER NOT NULL,               -- exact to a minute
    props            TEXT    NOT NULL                -- JSON object of strings, as clients see it
) STRICT;
INSERT INTO "sessions" VALUES(1,'3scf1gecnsbyi9z6oweb5pw5ee','tsua3aty9ntjqtchis6od5196k','2fa6dabe77b8e65b2ca0a10a45c20b2a0d3c1a2067d1b68fb07e86a4d6fa0070',NULL,'',1795577122855,1811129122855,1795577122855,'{"browser":"Unknown/0.0","csrf":"","isMobile":"false","isOAuthUser":"false","isSaml":"false","is_guest":"false","os":"","platform":"Windows"}');
INSERT INTO "sessions" VALUES(2,'oe6zzuinna6ifkbqqrpxr6a6e1','s1ynb8gbwqc18fgb7b4pgffh14',NULL,'pks4bubpxjewz3e733g6znret9','',1795577123295,4949177123295,1795577123295,'{"is_guest":"false","type":"UserAccessToken","user_access_token_id":"pks4bubpxjewz3e733g6znret9"}');
INSERT INTO "sessions" VALUES(3,'y4k8rkzor4hf9qk59aocx9d771','3wers56ppjs58i3165mom15hdn',NULL,'ndhijcba45c4xem7yjghdc735d','',1795577123410,4949177123410,1795577123410,'{"is_bot":"true","is_guest":"false","type":"UserAccessToken","user_access_token_id":"ndhijcba45c4xem7yjghdc735d"}');
INSERT INTO "sessions" VALUES(4,'x1eh6pazbp57q87f66hfcqohno','s1ynb8gbwqc18fgb7b4pgffh14',NULL,'e9te5qzc793dym4fx8i8wj65j4','',1795577123518,4102444800000,1795577123518,'{"is_guest":"false","type":"UserAccessToken","user_access_token_id":"e9te5qzc793dym4fx8i8wj65j4"}');
INSERT INTO "sessions" VALUES(5,'7p91py4oairheymm3e5a5tm1pk','s1ynb8gbwqc18fgb7b4pgffh14','77d23ef16033ba79dc132601e015b9e9d05d0fe655b1625c5faa13d25a5d6b16',NULL,'',1795577124065,1811129124065,1795577124065,'{"browser":"Unknown/0.0","csrf":"","isMobile":"false","isOAuthUser":"false","isSaml":"false","is_guest":"false","os":"","platform":"Windows"}');
CREATE TABLE statuses (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    status  TEXT NOT NULL                            -- online, away, dnd, offline
) STRICT;
CREATE TABLE team_members (
    team_id      TEXT    NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scheme_admin INTEGER NOT NULL,                   -- whether a team admin
    PRIMARY KEY (team_id, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "team_members" VALUES('sbtj5i1s7qx955caq1owh6kpoi','s1ynb8gbwqc18fgb7b4pgffh14',0);
INSERT INTO "team_members" VALUES('sbtj5i1s7qx955caq1owh6kpoi','tsua3aty9ntjqtchis6od5196k',1);
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
) STRICT;
INSERT INTO "teams" VALUES('sbtj5i1s7qx955caq1owh6kpoi',1795577123792,1795577123792,0,'team','Team','','admin@example.com','O',0,'sxzsgqr7qxaj8pihdyo6rh7bxc');
CREATE TABLE tokens (
    id           TEXT    NOT NULL PRIMARY KEY,       -- public: named in lists, logs and audits
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret_hash  TEXT    NOT NULL UNIQUE,            -- SHA-256 of the secret, hexadecimal
    description  TEXT    NOT NULL,                   -- 1 to 255 bytes
    is_active    INTEGER NOT NULL DEFAULT 1,         -- 0 while disabled
    create_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL DEFAULT 0,         -- 0: never
    last_used_at INTEGER NOT NULL DEFAULT 0          -- exact to a minute
) STRICT;
INSERT INTO "tokens" VALUES('pks4bubpxjewz3e733g6znret9','s1ynb8gbwqc18fgb7b4pgffh14','3ea2a960e4d0ff81129ce61338e10c38db10ebabde08901521d1b7048d7faa11','used',1,1795577123151,0,1795577123295);
INSERT INTO "tokens" VALUES('g7n8935wrinwnzzih75fnr6xrc','s1ynb8gbwqc18fgb7b4pgffh14','fee567874dfd29cde633c6d4c346d6bf492f3ddd1f7e47a5f3828c7f65c1fb05','unused',1,1795577123159,0,0);
INSERT INTO "tokens" VALUES('r889bg1rj74pp3pbut9se65r5a','s1ynb8gbwqc18fgb7b4pgffh14','70c68272bc9445c6270feafbf9c6412b394161c93d59d82e537666aa578063a8','disabled',0,1795577123168,0,1795577123649);
INSERT INTO "tokens" VALUES('ndhijcba45c4xem7yjghdc735d','3wers56ppjs58i3165mom15hdn','64212c795c5e009ef881203a4fe0904441b3346cf9450dad65ebf245988a7224','of a bot',1,1795577123176,0,1795577123410);
INSERT INTO "tokens" VALUES('e9te5qzc793dym4fx8i8wj65j4','s1ynb8gbwqc18fgb7b4pgffh14','f72ff29a837442eb1daee1c1f97a22a870b9baf19e284a1681980489dd1c5461','ends',1,1795577123184,4102444800000,1795577123518);
CREATE TABLE users (
    id                   TEXT    NOT NULL PRIMARY KEY,
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
INSERT INTO "users" VALUES('tsua3aty9ntjqtchis6od5196k',1795577122794,1795577122794,0,'admin','admin@example.com','','','','','en','system_admin system_user','$argon2id$v=19$m=19456,t=2,p=1$EKxIVQYhNCPdXMcS+9Ls+w$cKBKdovBRFBxhN1gzMtYBQn5F1/R7DtHJxVSsSG7GSg','',NULL,'{"channel":"true","comments":"never","desktop":"mention","desktop_sound":"true","email":"true","first_name":"false","mention_keys":"","push":"mention","push_status":"away"}','{"automaticTimezone":"","manualTimezone":"","useAutomaticTimezone":"true"}',1795577122794,0,NULL,'');
INSERT INTO "users" VALUES('s1ynb8gbwqc18fgb7b4pgffh14',1795577122890,1795577123037,0,'ci','ci@example.com','','','','','en','system_user system_user_access_token','$argon2id$v=19$m=19456,t=2,p=1$cVmkFQ62nSiRxT4WCI6HwQ$5WZybRrjzHobG2B45yQvMboj/At6AZuENzCXqBULlVs','',NULL,'{"channel":"true","comments":"never","desktop":"mention","desktop_sound":"true","email":"true","first_name":"false","mention_keys":"","push":"mention","push_status":"away"}','{"automaticTimezone":"","manualTimezone":"","useAutomaticTimezone":"true"}',1795577122890,0,NULL,'');
INSERT INTO "users" VALUES('3wers56ppjs58i3165mom15hdn',1795577123046,1795577123046,0,'robot','robot@localhost','','Robot','','','en','system_user','','',NULL,'{"channel":"true","comments":"never","desktop":"mention","desktop_sound":"true","email":"true","first_name":"false","mention_keys":"","push":"mention","push_status":"away"}','{"automaticTimezone":"","manualTimezone":"","useAutomaticTimezone":"true"}',1795577123046,0,'tsua3aty9ntjqtchis6od5196k','');
CREATE INDEX users_by_bot ON users (create_at, username) WHERE bot_owner_id IS NOT NULL;
CREATE INDEX users_by_bot_owner ON users (bot_owner_id) WHERE bot_owner_id IS NOT NULL;
CREATE INDEX users_by_nickname ON users (lower(nickname));
CREATE INDEX users_by_first_name ON users (lower(first_name));
CREATE INDEX users_by_last_name ON users (lower(last_name));
CREATE INDEX tokens_by_user ON tokens (user_id, create_at, id);
CREATE INDEX tokens_by_age ON tokens (create_at, id);
CREATE INDEX tokens_by_end ON tokens (expires_at) WHERE expires_at > 0;
CREATE INDEX sessions_by_user ON sessions (user_id, create_at, number);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX team_members_by_user ON team_members (user_id);
CREATE INDEX channels_by_display_name ON channels (team_id, display_name);
CREATE INDEX channel_members_by_user ON channel_members (user_id);
CREATE INDEX posts_by_channel ON posts (channel_id, create_at, number);
CREATE INDEX posts_by_change ON posts (channel_id, update_at);
CREATE INDEX posts_by_root ON posts (root_id, create_at) WHERE root_id <> '';
CREATE INDEX posts_pinned ON posts (channel_id) WHERE is_pinned = 1;
CREATE UNIQUE INDEX posts_by_pending ON posts (user_id, pending_post_id) WHERE pending_post_id <> '';
CREATE INDEX reactions_by_user ON reactions (user_id);
CREATE INDEX audits_by_age ON audits (create_at, number);
CREATE INDEX audits_by_user ON audits (user_id, create_at, number);
COMMIT;

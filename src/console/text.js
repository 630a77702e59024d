// Every text of the console, and nothing else: a translation is another file like this one.

/** Of dates and numbers. */
export const LOCALE = 'en-GB';

const many = (count, one, more) => (Number(count) === 1 ? one : more);

export const text = {
  action: {
    again: 'Try again', cancel: 'Cancel', clear: 'Clear', close: 'Close', copied: 'Copied', copy: 'Copy', filter: 'Filter', manage: 'Manage',
    refresh: 'Refresh', save: 'Save', search: 'Search',
  },
  menu: { label: 'Pages', open: 'Menu', skip: 'Skip to the page', security: 'Profile › Security', console: 'System Console' },
  pager: {
    label: 'Pages of the list', first: 'First', previous: 'Previous', next: 'Next', last: 'Last',
    page: (page) => `Page ${page}`, pageOf: (page, last) => `Page ${page} of ${last}`,
  },
  time: { now: 'just now', never: 'Never' },
  field: { email: 'E-mail address', username: 'Username', password: 'Password' },
  rule: {
    username: 'Letters a to z, digits, and . - _; at most 64.',
    password: (config) => {
      const parts = [['Lowercase', 'a lowercase letter'], ['Uppercase', 'an uppercase letter'], ['Number', 'a digit'], ['Symbol', 'a symbol']]
        .filter(([rule]) => config[`PasswordRequire${rule}`] === 'true').map(([, words]) => words);
      const with_ = parts.length ? `, with ${parts.join(', ')}` : '';
      return `At least ${config.PasswordMinimumLength} characters${with_}.`;
    },
  },
  column: {
    account: 'Account', accountAndToken: 'Account, token', action: 'Action', actions: 'Actions', address: 'From', answer: 'Answer', channel: 'Channel', created: 'Created', details: 'Details', email: 'E-mail',
    expires: 'Expires', hour: 'Hour', lastActive: 'Last active', lastUsed: 'Last used', mayDo: 'May do', owner: 'Owner', request: 'Request', session: 'Session',
    signedIn: 'Signed in', status: 'Status', token: 'Token', webhook: 'Webhook', when: 'When',
  },
  signIn: {
    title: 'Sign in', to: (site) => `Sign in to ${site}`, submit: 'Sign in', either: 'Username or e-mail address', out: 'Sign out',
    signedOut: 'You are signed out.', ended: 'Your session has ended. Sign in again to go on where you were.',
  },
  setUp: {
    title: 'Create the first account', submit: 'Create account',
    lead: 'Nobody has an account on this server yet. The first one becomes system admin.',
    code: 'Setup code', codeIsIn: 'The server printed it when it started, and keeps it in the file patmost.db-setup-code beside its data.',
  },
  tokens: {
    title: 'Personal Access Tokens', manage: 'Manage Tokens', of: 'Tokens of',
    lead: 'A token lets a program act as you, without your password. It can do whatever you can do.',
    mayDo: (roles) => `Each of these tokens may do what the account may do: ${roles}.`,
    off: 'Personal access tokens are turned off on this server. Existing ones are refused until they are turned on again.',
    offAdmin: 'Turn them on under Integration Management.', offUser: 'A system admin can turn them on.',
    notAllowed: 'Your account may not create personal access tokens. A system admin can allow it under Users › Manage Roles.',
    ownerDeactivated: 'This account is deactivated: its tokens are refused until it is activated again.',
    gone: 'The token you were looking for does not exist any more.', goneAudits: 'What the audit says about it',
    none: 'There are no tokens yet.',
    state: { active: 'Active', soon: 'Expires soon', expired: 'Expired', disabled: 'Disabled' },
    create: 'Create Token', createSubmit: 'Create', description: 'Description',
    descriptionHelp: 'What the token is for. You will know it by this in lists and in the log.',
    tooLong: 'At most 255 bytes: letters beyond a to z take two or more.',
    adminWarning: 'This account is a system admin. Whoever has the token can do everything on this server, so prefer an account that may do less.',
    expiry: 'Expiry', noExpiry: 'No expiry', days: { 7: '7 days', 30: '30 days', 90: '90 days', 365: '1 year' }, longest: (days) => `${days} days, the longest allowed`,
    custom: 'Custom…', customDay: 'Last day', policy: (days) => `On this server a token must end within ${days} days.`,
    secret: {
      title: 'Your token', label: 'Secret', once: 'Copy the secret now. It cannot be seen again once this is closed.',
      curl: 'Try it', id: 'To manage the token, and in the log, it goes by its id:', done: 'I have copied it',
    },
    disable: { title: 'Disable this token?', submit: 'Disable', done: 'The token is disabled.', words: 'It is refused from the next request on, until it is enabled again.' },
    enable: { title: 'Enable this token?', submit: 'Enable', done: 'The token is enabled.', words: 'Its secret is accepted again.' },
    rotate: { title: 'Rotate this token?', submit: 'Rotate', words: 'It gets a new secret, shown once. The old secret is refused from the next request on.' },
    remove: { title: 'Delete this token?', submit: 'Delete', done: 'The token is deleted.', words: 'It is refused from the next request on. This cannot be undone.',
      children: 'Also delete the tokens that were made with it', childrenHelp: 'And those that were made with these. Whoever had the secret may have made some.' },
    madeBy: 'Made with token',
  },
  sessions: {
    title: 'Active Sessions', lead: 'Where you are signed in, and which of your tokens are in use.', current: 'This browser', unknown: 'Unknown browser',
    ofToken: 'Access token', end: 'Log out', ended: 'Logged out.', allOthers: 'Log out everywhere else',
    endWords: 'It ends at once. Tokens go on working: to stop one, disable or delete it.',
    endCurrent: 'This is the session of this browser: you will have to sign in again.', endToken: 'The token goes on working, with a new session at its next use. To stop it, disable or delete it.',
  },
  history: { title: 'Access History', lead: 'What your account did, newest first.', none: 'Nothing yet.' },
  password: {
    title: 'Password', lead: 'Changing it ends no session and no token, unless you say so.', current: 'Current password', new: 'New password', again: 'New password, once more',
    differ: 'The two are not the same.', submit: 'Change password', done: 'The password is changed.',
    resetHelp: 'The account can sign in with it at once, also when it was locked. Its sessions and tokens go on, unless you say otherwise.',
    revokeSessions: 'End all other sessions', revokeTokens: 'Delete all access tokens', revokeHelp: 'For when somebody else may know the password.',
  },
  roles: {
    role: 'Role', extra: 'Additional permissions', none: 'Nothing', admin: 'System Admin', member: 'Member', done: 'The roles are changed. They hold from the next request on.',
    adminHelp: 'May do everything on this server.', memberHelp: 'May sign in and use what everyone may use.',
    ownAdmin: 'This is your own account. As a member you cannot come back here.',
    label: {
      system_user_access_token: 'Allow this account to generate personal access tokens', system_post_all: 'post:all', system_post_all_public: 'post:channels',
    },
    help: {
      system_user_access_token: 'It can create tokens, see its own, and revoke them.', system_post_all: 'It can post in all channels, private and direct ones included, without being in them.',
      system_post_all_public: 'It can post in all public channels without being in them.',
    },
    short: { system_user_access_token: 'personal access tokens', system_post_all: 'post:all', system_post_all_public: 'post:channels', system_guest: 'Guest' },
  },
  users: {
    title: 'Users', create: 'Create User', createBot: 'Create Bot', created: 'The account is created.', active: 'Active', deactivated: 'Deactivated', bot: 'Bot',
    search: 'Name, e-mail, user id or token id', filterLabel: 'Show',
    filter: { '': 'All accounts', active: 'Active', inactive: 'Deactivated', admins: 'System admins', bots: 'Bots' },
    count: (words, count) => `${words} ${many(count, 'account', 'accounts')}`, nothing: 'There is no such account.', unknown: 'There is no such account (any more).',
    manyFound: 'These are the first that were found. More letters find fewer.',
    byToken: 'Found as the owner of the token',
    action: {
      roles: 'Manage Roles', tokens: 'Manage Tokens', password: 'Reset Password', activate: 'Activate', deactivate: 'Deactivate', sessions: 'Remove Sessions',
      deactivateSelf: 'Deactivate (not oneself)',
    },
    activate: { words: 'It can sign in again, and its tokens work again.', done: 'The account is activated.' },
    deactivate: { words: 'Its sessions end at once and its tokens are refused, and so are its bots, until it is activated again.', done: 'The account is deactivated.' },
    sessions: { words: 'It is signed out everywhere. Its tokens go on working: to stop one, disable or delete it.', done: 'The sessions are ended.' },
  },
  bots: {
    off: 'Bot accounts are turned off on this server.', words: 'A bot cannot sign in; it works with tokens that you create for it.', display: 'Display name (optional)',
    description: 'Description (optional)', created: 'The bot is created. Create a token for it here.',
  },
  access: {
    title: 'Access Tokens', lead: 'All tokens on this server: whose they are, what they may do, when and from where they were last used.',
    search: 'Token id, user id or username', found: (count) => `${count} ${many(count, 'token', 'tokens')} found`, nothing: 'There is no such token.',
    unknown: 'No such token', unknownHint: 'There is no token with this id any more; it may have been deleted:',
  },
  integrations: {
    title: 'Integration Management', lead: 'What programs may do with this server.', saved: 'Saved. It holds from the next request on.', pinned: 'Cannot be changed here: set by',
    label: {
      EnableUserAccessTokens: 'Enable Personal Access Tokens', EnableBotAccountCreation: 'Enable Bot Accounts',
      MaximumPersonalAccessTokenLifetimeDays: 'Maximum lifetime of tokens, in days',
    },
    help: {
      EnableUserAccessTokens: 'Accounts with the permission can create tokens. While this is off, tokens of people are refused and those of bots work.',
      EnableBotAccountCreation: 'Bots can be created. Those that exist work either way.',
      MaximumPersonalAccessTokenLifetimeDays: 'New tokens of people must end within so many days. 0: no limit.',
    },
    nonCompliant: 'Tokens beyond the maximum lifetime',
    count: (words, count, days) => `${words} active ${many(count, 'token lives', 'tokens live')} longer than ${days} days from now allow.`,
    allComply: (days) => `Every active token ends within ${days} days.`,
    revoke: 'Revoke them', revokeWords: (words, count) => `${words} ${many(count, 'token', 'tokens')} will be deleted and refused at once. Programs that use them stop working. This cannot be undone.`,
    revoking: 'Tokens revoked', left: (count) => `${count} left`, revoked: (count) => `${count} ${many(count, 'token', 'tokens')} revoked.`,
  },
  webhooks: {
    title: 'Incoming Webhooks', lead: 'Addresses by which programs post without a login, in their owners’ names.', none: 'There are no incoming webhooks yet.',
    unnamed: 'Without a name', locked: 'This channel only', create: 'Create Webhook', createSubmit: 'Create',
    channel: 'Team and channel', channelHelp: 'Their names with a slash between, such as core/town-square.', name: 'Name (optional)',
    lock: 'Posts in this channel only', lockHelp: 'Otherwise a request may name another channel of the team, or a person.',
    address: { title: 'Your webhook', label: 'Address', once: 'Copy the address now. It cannot be seen again once this is closed, and whoever has it can post.' },
    remove: { title: 'Delete this webhook?', submit: 'Delete', done: 'The webhook is deleted.', words: 'Nothing is posted by it from the next request on. This cannot be undone.' },
  },
  logs: {
    title: 'Logs', lead: 'The last lines of the server’s log, newest first.', none: 'The log is empty.', nothing: 'No line of the log fits.', byToken: 'Token id', byUser: 'Username or user id',
    found: (found, looked) => `${found} of the last ${looked} lines`, credential: { none: 'without a credential' },
  },
  audits: {
    title: 'Audits', lead: 'Who did what, newest first.', none: 'Nothing yet.', nothing: 'No row fits.', nobody: 'not known', commandLine: 'command line',
    found: (found, looked) => `${found} of ${looked} rows`, further: 'Look further back',
  },
  dashboard: {
    title: 'Dashboard', byState: 'Tokens by state', requests: 'Requests of the last 24 hours', unused: 'Unused tokens', asTable: 'As a table',
    unusedHelp: 'Active tokens that nobody used in the last 30 days, or ever. What is not needed is best deleted.', noneUnused: 'Every active token is in use.',
    state: { active: 'Active', expires_soon: 'Expire within a week', unused: 'Unused', disabled: 'Disabled', expired: 'Expired' },
    outcome: { succeeded: 'Succeeded', refused: 'Refused', mistaken: 'Not possible', failed: 'Failed' },
    summary: (totals) => `Requests by hour. In all: ${totals}.`,
  },
  error: {
    title: 'This did not work', unreachable: 'The server does not answer. Check the connection and try again.', unexpected: 'Something went wrong on this page. Load it anew and try again.',
    requestId: 'Request', forbidden: 'Not allowed', forbiddenHint: 'Your account may not see this page.',
    /** Where the server's own sentence says too little, or means something else here. */
    byId: {
      'api.context.permissions.app_error': 'Your account may not do this.',
      'api.user.check_user_password.invalid.app_error': 'The password does not keep to the rules.',
      'api.user.create_user.setup_code.app_error': 'That is not the setup code of this start of the server.',
      'api.context.session_expired.app_error': 'Your session has ended.',
    },
  },
};

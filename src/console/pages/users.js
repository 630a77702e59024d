// User Management > Users: finds accounts by name, address, id and token id, and lists them page by page.

import * as api from '../api.js';
import { menu } from '../dialog.js';
import { badge, button, code, el, empty, field, heading, link, note, pager, said, select, table, username } from '../dom.js';
import { number } from '../format.js';
import { ADMIN, rolesInWords } from '../roles.js';
import { text } from '../text.js';
import { createBot, createUser, manageRoles, removeSessions, resetPassword, setActive } from './user_actions.js';

const PER_PAGE = 50;

/** Accounts that a search asks for. */
const FOUND_MOST = 200;

/** Shorter terms begin too many token ids to mean one. */
const TOKEN_ID_LETTERS = 6;

const FILTERS = ['', 'active', 'inactive', 'admins', 'bots'];

export async function usersPage(context) {
  const { query } = context;
  const [term, filter, page] = [query.get('q') ?? '', query.get('filter') ?? '', Number(query.get('page') ?? 0)];
  const { users: found, total, byToken } = term ? await find(term, filter) : await list(filter, page);
  const users = term ? found.slice(page * PER_PAGE, (page + 1) * PER_PAGE) : found;
  const href = (changed) => `#/users${api.query({ q: term, filter, page: '', ...changed })}`;
  const filters = select(FILTERS.map((name) => [name, text.users.filter[name]]), filter, {
    name: 'filter', onchange: (event) => { location.hash = href({ filter: event.target.value }); },
  });
  return [
    heading(text.users.title, undefined, button(text.users.createBot, () => createBot(context)), button(text.users.create, () => createUser(context), 'primary')),
    el('div', { class: 'filters' }, search('users', text.users.search, term, { filter }), field(text.users.filterLabel, filters)),
    term && total >= FOUND_MOST && note('info', text.users.manyFound),
    byToken && note('info', text.users.byToken, ' ', code(byToken)),
    el('p', { class: 'quiet', role: 'status' }, text.users.count(number(total), total)),
    users.length ? userTable(context, users) : empty(text.users.nothing),
    pager({ page, total, more: (page + 1) * PER_PAGE < total, perPage: PER_PAGE, href: (page) => href({ page: page || '' }) }),
  ];
}

/** A form that looks for something; what it looks for is in the address, so going back finds it again. */
export function search(page, label, term, others = {}) {
  const input = el('input', { type: 'search', name: 'q', value: term, autocapitalize: 'none', spellcheck: 'false', autocomplete: 'off' });
  const onsubmit = (event) => {
    event.preventDefault();
    location.hash = `#/${page}${api.query({ q: input.value.trim(), ...others })}`;
  };
  return el('form', { class: 'search', role: 'search', onsubmit }, field(label, input), el('button', { type: 'submit' }, text.action.search));
}

/** A page of a filter, and how many accounts it has. */
async function list(filter, page) {
  const part = { page, per_page: PER_PAGE };
  const stats = async (query) => (await api.get(`/users/stats/filtered${api.query(query)}`)).total_users_count;
  const everyone = { include_deleted: true, include_bots: true };
  const users = (query) => api.get(`/users${api.query({ ...part, ...query })}`);
  const both = async (...asked) => {
    const [total, users] = await Promise.all(asked);
    return { total, users };
  };
  switch (filter) {
    case 'active': return both(stats({ include_bots: true }), users({ active: true }));
    case 'inactive': return both(Promise.all([stats(everyone), stats({ include_bots: true })]).then(([all, active]) => all - active), users({ inactive: true }));
    case 'admins': return both(stats({ ...everyone, roles: ADMIN }), users({ role: ADMIN }));
    case 'bots': return both(Promise.all([stats(everyone), stats({ include_deleted: true })]).then(([all, people]) => all - people), bots(part));
    default: return both(stats(everyone), users({}));
  }
}

async function bots(part) {
  const found = await api.get(`/bots${api.query({ ...part, include_deleted: true })}`);
  const users = await api.usersById(found.map((bot) => bot.user_id));
  return found.map((bot) => users.get(bot.user_id)).filter(Boolean);
}

/** Everybody whom the term means: by a name or an address, by the id, by the id of a token. */
async function find(term, filter) {
  const id = term.toLowerCase();
  const mayBeId = new RegExp(`^[a-z0-9]{${TOKEN_ID_LETTERS},26}$`).test(id);
  const [byName, byId] = await Promise.all([
    api.post('/users/search', { term, allow_inactive: true, limit: FOUND_MOST }),
    api.isId(id) ? api.usersById([id]) : new Map(),
  ]);
  // That search also goes by the owners' names: where there are such names it would find all their tokens.
  const tokens = mayBeId && byName.length === 0 && byId.size === 0 ? await api.post('/users/tokens/search', { term: id }) : [];
  const byToken = tokens.filter((token) => token.id.startsWith(id));
  const owners = await api.usersById(byToken.slice(0, FOUND_MOST).map((token) => token.user_id));
  const found = new Map([...byName.map((user) => [user.id, user]), ...byId, ...owners]);
  const fits = {
    active: (user) => user.delete_at === 0, inactive: (user) => user.delete_at > 0,
    admins: (user) => user.roles.split(' ').includes(ADMIN), bots: (user) => user.is_bot,
  }[filter] ?? (() => true);
  const users = [...found.values()].filter(fits).sort((a, b) => (a.username < b.username ? -1 : 1));
  return { users, total: users.length, byToken: byToken[0]?.id };
}

function userTable(context, users) {
  const { column } = text;
  return table(text.users.title, [column.account, column.email, column.mayDo, column.status, column.actions], users.map((user) => ({
    id: user.id,
    cells: [
      [
        el('div', {}, link(`#/users/${user.id}/tokens`, username(user)), ' ', user.is_bot && badge(text.users.bot, 'soon')),
        (user.first_name || user.last_name) && el('div', {}, said(`${user.first_name} ${user.last_name}`.trim())),
        code(user.id),
      ],
      user.is_bot ? el('span', { class: 'quiet' }, said(user.bot_description ?? '')) : said(user.email),
      rolesInWords(user),
      user.delete_at ? badge(text.users.deactivated, 'disabled') : badge(text.users.active, 'active'),
      actions(context, user),
    ],
  })));
}

function actions(context, user) {
  const self = user.id === context.me.id;
  const { action } = text.users;
  const mayLeave = context.config.EnableUserDeactivation === 'true';
  return menu(text.action.manage, () => [
    [action.tokens, () => { location.hash = `#/users/${user.id}/tokens`; }],
    [action.roles, () => manageRoles(context, user)],
    !user.is_bot && [action.password, () => resetPassword(context, user)],
    [action.sessions, () => removeSessions(context, user)],
    user.delete_at
      ? [action.activate, () => setActive(context, user, true)]
      : [self && !mayLeave ? action.deactivateSelf : action.deactivate, self && !mayLeave ? null : () => setActive(context, user, false), 'danger'],
  ].filter(Boolean), `${text.action.manage} @${user.username}`);
}

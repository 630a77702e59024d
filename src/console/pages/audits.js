// Audits: who did what, with the rows of a token or an account alone.

import * as api from '../api.js';
import { code, el, empty, heading, link, pager, table, username } from '../dom.js';
import { moment, number } from '../format.js';
import { text } from '../text.js';
import { accountOf, filters } from './logs.js';
import { details } from './security.js';

const PER_PAGE = 50;

/** Rows of one request while looking for a token, and how many are looked at before one is asked whether to go on. */
const LOOKED_AT = 200;
const REQUESTS = 25;

export async function auditsPage({ query }) {
  const [token, account, page] = [query.get('token') ?? '', query.get('user') ?? '', Number(query.get('page') ?? 0)];
  const head = [heading(text.audits.title, text.audits.lead), filters('audits', token, account)];
  const user = account ? await accountOf(account) : null;
  if (account && !user) return [head, empty(text.users.nothing)];
  const path = user ? `/users/${user.id}/audits` : '/audits';
  const href = (page) => `#/audits${api.query({ token, user: account, page: page || '' })}`;
  if (token) return [head, ...(await search(path, token, page, href))];
  const rows = await api.get(path + api.query({ page, per_page: PER_PAGE }));
  return [head, rows.length ? await show(rows) : empty(text.audits.none), pager({ page, more: rows.length === PER_PAGE, perPage: PER_PAGE, href })];
}

/** The rows that name the token. The server cannot look for them, so they are looked for here, a stretch at a time. */
async function search(path, token, stretch, href) {
  const [found, first] = [[], stretch * REQUESTS];
  let looked = 0;
  let more = true;
  for (let page = first; more && page < first + REQUESTS; page += 1) {
    const rows = await api.get(path + api.query({ page, per_page: LOOKED_AT }));
    looked += rows.length;
    found.push(...rows.filter((row) => row.extra_info.includes(`token_id=${token}`)));
    more = rows.length === LOOKED_AT;
  }
  return [
    el('p', { class: 'quiet', role: 'status' }, text.audits.found(number(found.length), number(looked))),
    found.length ? await show(found) : empty(text.audits.nothing),
    more && el('p', {}, link(href(stretch + 1), text.audits.further)),
  ];
}

async function show(rows) {
  const users = await api.usersById(rows.map((row) => row.user_id));
  const { column } = text;
  const who = (id) => (users.has(id) ? link(`#/audits?user=${users.get(id).username}`, username(users.get(id))) : id ? code(id) : el('span', { class: 'quiet' }, text.audits.nobody));
  return table(text.audits.title, [column.when, column.account, column.action, column.details, column.address], rows.map((row) => ({
    id: row.id,
    cells: [moment(row.create_at), who(row.user_id), code(row.action), details(row.extra_info), row.ip_address || text.audits.commandLine],
  })));
}

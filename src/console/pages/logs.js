// Logs: the last lines of the server's log, with those of a token or an account alone.

import * as api from '../api.js';
import { badge, button, code, el, empty, field, heading, link, pager, table, username } from '../dom.js';
import { moment, number } from '../format.js';
import { text } from '../text.js';
import { details } from './security.js';

const PER_PAGE = 100;

/** Lines of one request while looking for some; the server keeps ten times as many. */
const LOOKED_AT = 1000;

/** Lines that are shown of what was found. */
const FOUND_MOST = 300;

export async function logsPage(context) {
  const { query } = context;
  const [token, account, page] = [query.get('token') ?? '', query.get('user') ?? '', Number(query.get('page') ?? 0)];
  const head = [heading(text.logs.title, text.logs.lead, button(text.action.refresh, () => context.reload())), filters('logs', token, account)];
  const user = account ? await accountOf(account) : null;
  if (account && !user) return [head, empty(text.users.nothing)];
  if (!token && !user) {
    const lines = await read(page, PER_PAGE);
    return [head, lines.length ? await show(lines) : empty(text.logs.none),
      pager({ page, more: lines.length === PER_PAGE, perPage: PER_PAGE, href: (page) => `#/logs${api.query({ page: page || '' })}` })];
  }
  const { found, looked } = await search((line) => (!token || line.token_id?.startsWith(token)) && (!user || line.user_id === user.id));
  return [head, el('p', { class: 'quiet', role: 'status' }, text.logs.found(number(found.length), number(looked))), found.length ? await show(found) : empty(text.logs.nothing)];
}

/** The two fields by which the log and the audit are narrowed down. */
export function filters(page, token, user) {
  const input = (value) => el('input', { type: 'search', value, autocapitalize: 'none', spellcheck: 'false', autocomplete: 'off' });
  const [byToken, byUser] = [input(token), input(user)];
  const onsubmit = (event) => {
    event.preventDefault();
    location.hash = `#/${page}${api.query({ token: byToken.value.trim(), user: byUser.value.trim() })}`;
  };
  return el('form', { class: 'search', role: 'search', onsubmit },
    field(text.logs.byToken, byToken), field(text.logs.byUser, byUser), el('button', { type: 'submit' }, text.action.filter), (token || user) && link(`#/${page}`, text.action.clear));
}

/** The account of a username or an id. */
export async function accountOf(name) {
  const users = api.isId(name) ? [...(await api.usersById([name])).values()] : [];
  return users[0] ?? (await api.post('/users/usernames', [name.replace(/^@/, '').toLowerCase()]))[0];
}

/** A part of the log, newest first. */
async function read(page, perPage) {
  const lines = await api.get(`/logs${api.query({ page, logs_per_page: perPage })}`);
  return lines.map(parse).reverse();
}

/** A line of a request is made of names and values; any other line is a text. */
function parse(line) {
  const { level, ts, msg } = JSON.parse(line);
  const values = Object.fromEntries([...msg.matchAll(/(?:^| )([a-z_]+)=([^ ]*)/g)].map(([, name, value]) => [name, value]));
  return { ...values, isRequest: 'method' in values && 'route' in values, level, at: Date.parse(ts), msg };
}

async function search(fits) {
  const found = [];
  let looked = 0;
  for (let page = 0; found.length < FOUND_MOST; page += 1) {
    const lines = await read(page, LOOKED_AT);
    looked += lines.length;
    found.push(...lines.filter(fits));
    if (lines.length < LOOKED_AT) break;
  }
  return { found: found.slice(0, FOUND_MOST), looked };
}

async function show(lines) {
  const users = await api.usersById(lines.map((line) => line.user_id).filter(Boolean));
  const { column } = text;
  return table(text.logs.title, [column.when, column.request, column.answer, column.accountAndToken, column.address], lines.map((line, at) => ({
    id: line.request_id ?? String(at),
    cells: line.isRequest ? request(line, users) : [moment(line.at), details(line.msg), badge(line.level, line.level === 'error' ? 'expired' : ''), '', ''],
  })));
}

function request(line, users) {
  const user = users.get(line.user_id);
  return [
    moment(line.at),
    [el('div', {}, code(`${line.method} ${line.route}`)), line.request_id && el('div', { class: 'quiet' }, code(line.request_id))],
    [badge(line.status, line.status < 400 ? 'active' : line.status < 500 || line.status === '501' ? 'soon' : 'expired'), line.error && el('div', { class: 'quiet error-id' }, line.error)],
    [
      el('div', {}, user ? link(`#/logs?user=${user.username}`, username(user)) : line.user_id ? code(line.user_id) : el('span', { class: 'quiet' }, text.logs.credential[line.credential] ?? line.credential ?? '')),
      line.token_id && link(`#/token/${line.token_id}`, code(line.token_id)),
    ],
    line.address ?? '',
  ];
}

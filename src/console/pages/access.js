// All tokens there are: whose, what they may do, and when they were used. And the way from a token id to its owner.

import * as api from '../api.js';
import { code, el, empty, heading, link, pager, said, table, username } from '../dom.js';
import { expiry, number, state, used } from '../format.js';
import { rolesInWords } from '../roles.js';
import { text } from '../text.js';
import { search } from './users.js';

const PER_PAGE = 50;

export async function accessPage({ query }) {
  const [term, page] = [query.get('q') ?? '', Number(query.get('page') ?? 0)];
  const found = term
    ? await api.post('/users/tokens/search?include_usage=true', { term })
    : await api.get(`/users/tokens${api.query({ include_usage: true, page, per_page: PER_PAGE })}`);
  const shown = term ? found.slice(page * PER_PAGE, (page + 1) * PER_PAGE) : found;
  const more = term ? found.length > (page + 1) * PER_PAGE : found.length === PER_PAGE;
  return [
    heading(text.access.title, text.access.lead),
    search('access', text.access.search, term),
    term && el('p', { class: 'quiet', role: 'status' }, text.access.found(number(found.length))),
    shown.length ? await tokenTable(text.access.title, shown) : empty(term ? text.access.nothing : text.tokens.none),
    pager({ page, more, perPage: PER_PAGE, total: term ? found.length : undefined, href: (page) => `#/access${api.query({ q: term, page: page || '' })}` }),
  ];
}

/** Tokens of several owners. */
export async function tokenTable(caption, tokens) {
  const owners = await api.usersById(tokens.map((token) => token.user_id));
  const { column } = text;
  const row = (token) => {
    const owner = owners.get(token.user_id);
    return {
      id: token.id,
      cells: [
        [el('div', { class: 'strong' }, said(token.description)), link(`#/users/${token.user_id}/tokens/${token.id}`, code(token.id))],
        owner ? [link(`#/users/${owner.id}/tokens`, username(owner)), owner.delete_at > 0 && el('div', { class: 'quiet' }, text.users.deactivated)] : code(token.user_id),
        owner ? rolesInWords(owner) : '',
        state(token), used(token), expiry(token),
      ],
    };
  };
  return table(caption, [column.token, column.owner, column.mayDo, column.status, column.lastUsed, column.expires], tokens.map(row));
}

/** Leads from a token id, as the log and the audit have it, to its owner's tokens. */
export async function findToken({ params }) {
  const found = api.isId(params.token) ? await api.post('/users/tokens/search', { term: params.token }) : [];
  const token = found.find((token) => token.id === params.token);
  if (token) return void location.replace(`#/users/${token.user_id}/tokens/${token.id}`);
  return [
    heading(text.access.unknown),
    el('p', {}, text.access.unknownHint, ' ', code(params.token)),
    el('p', {}, link(`#/audits?token=${params.token}`, text.tokens.goneAudits)),
  ];
}

// Profile > Security beside the tokens: sessions, access history, password.

import * as api from '../api.js';
import { confirm } from '../dialog.js';
import { announce, badge, button, choice, code, el, empty, failure, field, heading, link, note, pager, said, table, working } from '../dom.js';
import { date, moment, when } from '../format.js';
import { text } from '../text.js';

const PER_PAGE = 50;

export async function sessionsPage(context) {
  const sessions = await api.get('/users/me/sessions?include_current=true');
  const { column } = text;
  const others = sessions.some((session) => !session.is_current);
  return [
    heading(text.sessions.title, text.sessions.lead, others && button(text.sessions.allOthers, () => endOthers(context, sessions), 'danger')),
    table(text.sessions.title, [column.session, column.signedIn, column.lastActive, column.expires, column.actions], sessions.map((session) => ({
      id: session.id,
      cells: [[what(session), code(session.id)], when(session.create_at), when(session.last_activity_at), date(session.expires_at), end(context, session)],
    }))),
  ];
}

function what({ props, device_id: device, is_current: current }) {
  if (props.user_access_token_id) {
    return el('div', { class: 'strong' }, text.sessions.ofToken, ' ', link(`#/token/${props.user_access_token_id}`, code(props.user_access_token_id)));
  }
  const words = [props.browser, props.os || props.platform].filter(Boolean).join(', ');
  return el('div', { class: 'strong' }, said(device || words || text.sessions.unknown), ' ', current && badge(text.sessions.current, 'active'));
}

const revoke = (session) => api.post('/users/me/sessions/revoke', { session_id: session.id });

function end(context, session) {
  const words = session.is_current ? text.sessions.endCurrent : session.props.user_access_token_id ? text.sessions.endToken : text.sessions.endWords;
  return button(text.sessions.end, () => confirm(text.sessions.end, words, text.sessions.end, async () => {
    await revoke(session);
    announce(text.sessions.ended);
    await context.reload();
  }, true), 'small danger', { 'aria-label': `${text.sessions.end}: ${session.id}` });
}

function endOthers(context, sessions) {
  return confirm(text.sessions.allOthers, text.sessions.endWords, text.sessions.allOthers, async () => {
    for (const session of sessions.filter((session) => !session.is_current)) await revoke(session);
    announce(text.sessions.ended);
    await context.reload();
  }, true);
}

export async function historyPage({ query }) {
  const page = Number(query.get('page') ?? 0);
  const rows = await api.get(`/users/me/audits${api.query({ page, per_page: PER_PAGE })}`);
  const { column } = text;
  return [
    heading(text.history.title, text.history.lead),
    rows.length ? table(text.history.title, [column.when, column.action, column.details, column.address], rows.map((row) => ({
      id: row.id, cells: [moment(row.create_at), code(row.action), details(row.extra_info), row.ip_address || text.audits.commandLine],
    }))) : empty(text.history.none),
    pager({ page, more: rows.length === PER_PAGE, perPage: PER_PAGE, href: (page) => `#/history${api.query({ page: page || '' })}` }),
  ];
}

/** A text of the audit or the log; each token id in it leads to its owner's tokens. */
export function details(words) {
  if (!words) return '';
  const parts = words.split(/(token_id=[a-z0-9]{26})/);
  return el('bdi', { class: 'said details' }, parts.map((part, at) =>
    (at % 2 ? [part.slice(0, 9), link(`#/token/${part.slice(9)}`, part.slice(9))] : part)));
}

/** What else a new password ends: the choices, and the members of the request that say so. */
export function alsoEnded() {
  const [sessions, tokens] = ['revoke_sessions', 'revoke_tokens'].map((name) => el('input', { type: 'checkbox', name }));
  return {
    fields: [choice(text.password.revokeSessions, sessions, text.password.revokeHelp), choice(text.password.revokeTokens, tokens)],
    value: () => ({ revoke_sessions: sessions.checked, revoke_tokens: tokens.checked }),
  };
}

export async function passwordPage({ config, me }) {
  const input = (autocomplete, more = {}) => el('input', { type: 'password', required: true, autocomplete, ...more });
  const current = input('current-password');
  const fresh = input('new-password', { minlength: config.PasswordMinimumLength });
  const again = input('new-password');
  const same = () => again.setCustomValidity(again.value === fresh.value ? '' : text.password.differ);
  for (const field of [fresh, again]) field.addEventListener('input', same);
  const also = alsoEnded();
  const errors = el('div', { 'aria-live': 'assertive' });
  const submit = el('button', { type: 'submit', class: 'primary' }, text.password.submit);
  const form = el('form', { class: 'card narrow' },
    // Password managers store the password under this name.
    el('input', { type: 'text', autocomplete: 'username', value: me.username, hidden: true }),
    field(text.password.current, current), field(text.password.new, fresh, text.rule.password(config)), field(text.password.again, again), also.fields, errors, submit);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    errors.replaceChildren();
    try {
      await working(submit, () => api.put('/users/me/password', { current_password: current.value, new_password: fresh.value, ...also.value() }));
      form.reset();
      announce(text.password.done);
    } catch (error) {
      errors.replaceChildren(note('danger', failure(error)));
    }
  });
  return [heading(text.password.title, text.password.lead), form];
}

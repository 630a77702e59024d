// Personal access tokens of one account: the own ones, and those that an admin manages.

import * as api from '../api.js';
import { confirm, formDialog } from '../dialog.js';
import { announce, button, choice, code, el, empty, field, heading, link, note, said, select, table, username } from '../dom.js';
import { DAY, expiry, state, used, when } from '../format.js';
import { isAdmin, rolesInWords } from '../roles.js';
import { text } from '../text.js';

/** Tokens that one request brings. */
const PER_PAGE = 200;
const DESCRIPTION_BYTES = 255;

export const ownTokensPage = (context) => page(context, context.me, true);

export async function userTokensPage(context) {
  const users = await api.usersById([context.params.id]);
  const owner = users.get(context.params.id);
  return owner ? page(context, owner, owner.id === context.me.id) : [heading(text.tokens.manage), empty(text.users.unknown), link('#/users', text.users.title)];
}

async function page(context, owner, own) {
  const { can, params } = context;
  // What an admin has set meanwhile counts.
  const config = await api.get('/config/client?format=old');
  const here = { ...context, config };
  const mayCreate = can.has('create_user_access_token');
  const on = owner.is_bot || config.EnableUserAccessTokens === 'true';
  const tokens = can.has('read_user_access_token') ? await all(owner) : null;
  const missing = params.token && tokens && !tokens.some((token) => token.id === params.token);
  return [
    own
      ? heading(text.tokens.title, text.tokens.lead, createButton(here, owner, on && mayCreate))
      : heading([text.tokens.of, ' ', username(owner)], text.tokens.mayDo(rolesInWords(owner)), createButton(here, owner, on && mayCreate)),
    !own && owner.delete_at > 0 && note('warning', text.tokens.ownerDeactivated),
    !on && note('warning', text.tokens.off, ' ', can.has('manage_system') ? link('#/integrations', text.tokens.offAdmin) : text.tokens.offUser),
    !mayCreate && note('info', text.tokens.notAllowed),
    missing && note('warning', text.tokens.gone, ' ', link(`#/audits?token=${params.token}`, text.tokens.goneAudits)),
    tokens && list(here, owner, tokens),
  ];
}

const createButton = (context, owner, allowed) => allowed && button(text.tokens.create, () => createToken(context, owner), 'primary');

async function all(owner) {
  const tokens = [];
  for (let page = 0; ; page += 1) {
    const found = await api.get(`/users/${owner.id}/tokens${api.query({ include_usage: true, page, per_page: PER_PAGE })}`);
    tokens.push(...found);
    if (found.length < PER_PAGE) return tokens.reverse();
  }
}

function list(context, owner, tokens) {
  if (tokens.length === 0) return empty(text.tokens.none);
  const { column } = text;
  return table(text.tokens.title, [column.token, column.status, column.created, column.lastUsed, column.expires, column.actions], tokens.map((token) => ({
    id: token.id,
    current: token.id === context.params.token,
    cells: [
      [el('div', { class: 'strong' }, said(token.description)), code(token.id), token.parent_id && el('div', { class: 'help' }, text.tokens.madeBy, ' ', link(`#/token/${token.parent_id}`, token.parent_id))],
      state(token), when(token.create_at), used(token), expiry(token), actions(context, owner, token),
    ],
  })));
}

function actions(context, owner, token) {
  const { can } = context;
  const named = (label, action, kind = '') => button(label, action, `small ${kind}`, { 'aria-label': `${label}: ${token.description}` });
  const change = (what) => () =>
    confirm(text.tokens[what].title, [el('p', { class: 'subject' }, said(token.description)), text.tokens[what].words], text.tokens[what].submit, async () => {
      await api.post(`/users/tokens/${what}`, { token_id: token.id });
      announce(text.tokens[what].done);
      await context.reload();
    });
  const active = token.is_active;
  return el('div', { class: 'actions' },
    active && can.has('revoke_user_access_token') && named(text.tokens.disable.submit, change('disable')),
    !active && can.has('create_user_access_token') && named(text.tokens.enable.submit, change('enable')),
    active && can.has('create_user_access_token') && named(text.tokens.rotate.submit, () => rotate(context, owner, token)),
    can.has('revoke_user_access_token') && named(text.tokens.remove.submit, () => remove(context, token), 'danger'));
}

function remove(context, token) {
  const words = text.tokens.remove;
  const children = el('input', { type: 'checkbox', name: 'with_children' });
  return confirm(words.title, [
    el('p', { class: 'subject' }, said(token.description)), words.words, choice(words.children, children, words.childrenHelp),
  ], words.submit, async () => {
    await api.post('/users/tokens/revoke', { token_id: token.id, with_children: children.checked });
    announce(words.done);
    await context.reload();
  }, true);
}

async function createToken(context, owner) {
  const description = el('input', { name: 'description', required: true, autocomplete: 'off' });
  const tooLong = () => description.setCustomValidity(new TextEncoder().encode(description.value).length > DESCRIPTION_BYTES ? text.tokens.tooLong : '');
  description.addEventListener('input', tooLong);
  const end = expiryFields(context, owner);
  const created = await formDialog({
    title: text.tokens.create,
    content: [warning(owner), field(text.tokens.description, description, text.tokens.descriptionHelp), end.fields],
    submit: text.tokens.createSubmit,
    onsubmit: () => api.post(`/users/${owner.id}/tokens`, { description: description.value, expires_at: end.value() }),
  });
  if (created) await showSecret(context, created);
}

async function rotate(context, owner, token) {
  const end = expiryFields(context, owner);
  const rotated = await formDialog({
    title: text.tokens.rotate.title,
    content: [el('p', { class: 'subject' }, said(token.description)), el('p', {}, text.tokens.rotate.words), end.fields],
    submit: text.tokens.rotate.submit,
    onsubmit: () => api.post('/users/tokens/rotate', { token_id: token.id, expires_at: end.value() }),
  });
  if (rotated) await showSecret(context, rotated);
}

const warning = (owner) => isAdmin(owner) && note('warning', text.tokens.adminWarning);

/** When the token ends: presets and a day of one's choice, none of them beyond what the policy allows. */
function expiryFields(context, owner) {
  const most = owner.is_bot ? 0 : Number(context.config.MaximumPersonalAccessTokenLifetimeDays ?? 0);
  const presets = [7, 30, 90, 365].filter((days) => !most || days < most).map((days) => [String(days), text.tokens.days[days]]);
  const options = [...(most ? [] : [['0', text.tokens.noExpiry]]), ...presets, ...(most ? [[String(most), text.tokens.longest(most)]] : []), ['custom', text.tokens.custom]];
  const choose = select(options, options.some(([value]) => value === '90') ? '90' : options[0][0], { name: 'expiry' });
  const iso = (at) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const custom = el('input', { type: 'date', name: 'expiry_day', min: iso(api.now()), max: most ? iso(api.now() + most * DAY) : undefined });
  const day = field(text.tokens.customDay, custom);
  const latest = () => (most ? api.now() + most * DAY - 5000 : Infinity);
  const shown = () => {
    day.hidden = choose.value !== 'custom';
    // A field that is not seen must not be looked at either.
    custom.required = !day.hidden;
    custom.disabled = day.hidden;
  };
  choose.addEventListener('change', shown);
  shown();
  return {
    fields: [field(text.tokens.expiry, choose, most ? text.tokens.policy(most) : undefined), day],
    value: () => {
      if (choose.value === '0') return 0;
      const end = choose.value === 'custom' ? new Date(`${custom.value}T23:59:59`).getTime() : api.now() + Number(choose.value) * DAY;
      return Math.floor(Math.min(end, latest()));
    },
  };
}

/** The one time that the secret is shown. It goes with the dialog. */
async function showSecret(context, token) {
  const secret = el('code', { class: 'secret', tabindex: '0' }, token.token);
  const curl = el('code', { class: 'block', tabindex: '0' }, `curl -H "Authorization: Bearer ${token.token}" ${location.origin}/api/v4/users/me`);
  await formDialog({
    title: text.tokens.secret.title,
    content: [
      note('warning', text.tokens.secret.once),
      el('div', { class: 'field' }, el('div', { class: 'label' }, text.tokens.secret.label), el('div', { class: 'copy' }, secret, copy(secret, token.token, text.tokens.secret.label))),
      el('div', { class: 'field' }, el('div', { class: 'label' }, text.tokens.secret.curl), el('div', { class: 'copy' }, curl, copy(curl, curl.textContent, text.tokens.secret.curl))),
      el('p', { class: 'help' }, text.tokens.secret.id, ' ', code(token.id)),
    ],
    submit: text.tokens.secret.done,
    mayCancel: false,
  });
  await context.reload();
}

/** A button that copies the words of a node. */
export function copy(node, words, name) {
  const copying = button(text.action.copy, async () => {
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      // Without HTTPS there is no clipboard for scripts; selecting it is the next best.
      getSelection().selectAllChildren(node);
      if (!document.execCommand('copy')) return;
    }
    copying.textContent = text.action.copied;
  }, '', { 'aria-label': `${text.action.copy}: ${name}` });
  return copying;
}

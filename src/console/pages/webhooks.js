// Incoming webhooks: whose, where they post; made, with the address that is shown once, and deleted.

import * as api from '../api.js';
import { confirm, formDialog } from '../dialog.js';
import { announce, badge, button, choice, code, el, empty, field, heading, note, pager, said, table, username } from '../dom.js';
import { when } from '../format.js';
import { text } from '../text.js';
import { copy } from './tokens.js';

const PER_PAGE = 50;
const words = text.webhooks;

export async function webhooksPage(context) {
  const page = Number(context.query.get('page') ?? 0);
  const hooks = await api.get(`/hooks/incoming${api.query({ page, per_page: PER_PAGE })}`);
  return [
    heading(words.title, words.lead, button(words.create, () => create(context), 'primary')),
    hooks.length ? await list(context, hooks) : empty(words.none),
    pager({ page, more: hooks.length === PER_PAGE, perPage: PER_PAGE, href: (page) => `#/webhooks${api.query({ page: page || '' })}` }),
  ];
}

/** What each id of a kind is the id of; one that is gone since is left out. */
async function byId(path, ids) {
  const found = await Promise.all([...new Set(ids)].map((id) => api.get(`/${path}/${id}`).catch(() => null)));
  return new Map(found.filter(Boolean).map((one) => [one.id, one]));
}

async function list(context, hooks) {
  const [owners, channels, teams] = await Promise.all([
    api.usersById(hooks.map((hook) => hook.user_id)),
    byId('channels', hooks.map((hook) => hook.channel_id)),
    byId('teams', hooks.map((hook) => hook.team_id)),
  ]);
  const { column } = text;
  const row = (hook) => {
    const owner = owners.get(hook.user_id);
    const place = `${teams.get(hook.team_id)?.name ?? ''}/${channels.get(hook.channel_id)?.name ?? ''}`;
    return {
      id: hook.id,
      cells: [
        [el('div', { class: 'strong' }, said(hook.display_name || words.unnamed)), code(hook.id)],
        [said(place), hook.channel_locked && badge(words.locked)],
        owner ? [username(owner), owner.delete_at > 0 && el('div', { class: 'quiet' }, text.users.deactivated)] : code(hook.user_id),
        when(hook.create_at),
        button(words.remove.submit, () => remove(context, hook), 'small danger', { 'aria-label': `${words.remove.submit}: ${hook.display_name || hook.id}` }),
      ],
    };
  };
  return table(words.title, [column.webhook, column.channel, column.owner, column.created, column.actions], hooks.map(row));
}

const remove = (context, hook) =>
  confirm(words.remove.title, [el('p', { class: 'subject' }, said(hook.display_name || hook.id)), words.remove.words], words.remove.submit, async () => {
    await api.remove(`/hooks/incoming/${hook.id}`);
    announce(words.remove.done);
    await context.reload();
  }, true);

async function create(context) {
  const place = el('input', { name: 'channel', required: true, autocomplete: 'off', pattern: '[a-z0-9\\-]+/[a-z0-9_\\-]+' });
  const name = el('input', { name: 'display_name', autocomplete: 'off', maxlength: '64' });
  const locked = el('input', { type: 'checkbox', name: 'channel_locked' });
  const made = await formDialog({
    title: words.create,
    content: [field(words.channel, place, words.channelHelp), field(words.name, name), choice(words.lock, locked, words.lockHelp)],
    submit: words.createSubmit,
    onsubmit: async () => {
      const [team, channel] = place.value.split('/');
      const { id } = await api.get(`/teams/name/${team}/channels/name/${channel}`);
      return api.post('/hooks/incoming', { channel_id: id, display_name: name.value, channel_locked: locked.checked });
    },
  });
  if (made) await showAddress(context, made);
}

/** The one time that the address is shown. It goes with the dialog. */
async function showAddress(context, hook) {
  const address = el('code', { class: 'secret', tabindex: '0' }, `${location.origin}/hooks/${hook.id}`);
  await formDialog({
    title: words.address.title,
    content: [
      note('warning', words.address.once),
      el('div', { class: 'field' }, el('div', { class: 'label' }, words.address.label), el('div', { class: 'copy' }, address, copy(address, address.textContent, words.address.label))),
    ],
    submit: text.tokens.secret.done,
    mayCancel: false,
  });
  await context.reload();
}

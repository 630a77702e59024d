// What can be done to an account, each in a dialog of its own.

import * as api from '../api.js';
import { confirm, formDialog } from '../dialog.js';
import { announce, choice, el, field, link, note, username } from '../dom.js';
import { alsoEnded } from './security.js';
import { ADMIN, EXTRA, changed, namesOf } from '../roles.js';
import { text } from '../text.js';

const subject = (user) => el('p', { class: 'subject' }, username(user));

/** Says what was done, and shows the page as it is now. */
async function done(context, words) {
  announce(words);
  await context.reload();
}

export function manageRoles(context, user) {
  const names = namesOf(user);
  const radio = (value, checked) => el('input', { type: 'radio', name: 'role', value, checked });
  const admin = radio(ADMIN, names.includes(ADMIN));
  const member = radio('system_user', !names.includes(ADMIN));
  const extra = EXTRA.map((name) => el('input', { type: 'checkbox', name, checked: names.includes(name) }));
  const losing = user.id === context.me.id && names.includes(ADMIN) && note('warning', text.roles.ownAdmin);
  return formDialog({
    title: text.users.action.roles,
    content: [
      subject(user),
      el('fieldset', {}, el('legend', {}, text.roles.role), choice(text.roles.member, member, text.roles.memberHelp), choice(text.roles.admin, admin, text.roles.adminHelp)),
      el('fieldset', {}, el('legend', {}, text.roles.extra), EXTRA.map((name, at) => choice(text.roles.label[name], extra[at], text.roles.help[name]))),
      losing,
    ],
    submit: text.action.save,
    onsubmit: async () => {
      const given = EXTRA.filter((_, at) => extra[at].checked);
      await api.put(`/users/${user.id}/roles`, { roles: changed(user, admin.checked, given) });
      await done(context, text.roles.done);
    },
  });
}

export function resetPassword(context, user) {
  const password = el('input', { type: 'password', required: true, autocomplete: 'new-password', minlength: context.config.PasswordMinimumLength });
  const own = user.id === context.me.id;
  if (own) return void (location.hash = '#/password');
  const also = alsoEnded();
  return formDialog({
    title: text.users.action.password,
    content: [subject(user), el('p', {}, text.password.resetHelp), field(text.password.new, password, text.rule.password(context.config)), also.fields],
    submit: text.users.action.password,
    onsubmit: async () => {
      await api.put(`/users/${user.id}/password`, { new_password: password.value, ...also.value() });
      announce(text.password.done);
    },
  });
}

export function setActive(context, user, active) {
  const words = active ? text.users.activate : text.users.deactivate;
  const title = active ? text.users.action.activate : text.users.action.deactivate;
  return confirm(title, [subject(user), words.words], title, async () => {
    await api.put(`/users/${user.id}/active`, { active });
    await done(context, words.done);
  }, !active);
}

export function removeSessions(context, user) {
  return confirm(text.users.action.sessions, [subject(user), text.users.sessions.words], text.users.action.sessions, async () => {
    await api.post(`/users/${user.id}/sessions/revoke/all`);
    announce(text.users.sessions.done);
  }, true);
}

const nameInput = () => el('input', { required: true, autocapitalize: 'none', spellcheck: 'false', autocomplete: 'off', pattern: '[A-Za-z0-9._\\-]{1,64}', title: text.rule.username });

export function createUser(context) {
  const email = el('input', { type: 'email', required: true, autocomplete: 'off' });
  const name = nameInput();
  const password = el('input', { type: 'password', required: true, autocomplete: 'new-password', minlength: context.config.PasswordMinimumLength });
  return formDialog({
    title: text.users.create,
    content: [field(text.field.email, email), field(text.field.username, name, text.rule.username), field(text.field.password, password, text.rule.password(context.config))],
    submit: text.users.create,
    onsubmit: async () => {
      await api.post('/users', { email: email.value, username: name.value, password: password.value });
      await done(context, text.users.created);
    },
  });
}

export async function createBot(context) {
  const { EnableBotAccountCreation: on } = await api.get('/config/client?format=old');
  if (on !== 'true') {
    return formDialog({ title: text.users.createBot, content: [note('info', text.bots.off), link('#/integrations', text.integrations.title)], submit: text.action.close, mayCancel: false })
      .then(() => {});
  }
  const [name, display, description] = [nameInput(), el('input', { maxlength: '64' }), el('input', { maxlength: '1024' })];
  const bot = await formDialog({
    title: text.users.createBot,
    content: [el('p', {}, text.bots.words), field(text.field.username, name, text.rule.username), field(text.bots.display, display), field(text.bots.description, description)],
    submit: text.users.createBot,
    onsubmit: () => api.post('/bots', { username: name.value, display_name: display.value, description: description.value }),
  });
  if (!bot) return;
  announce(text.bots.created);
  location.hash = `#/users/${bot.user_id}/tokens`;
}

// Integrations > Integration Management: the settings that decide about tokens and bots.

import * as api from '../api.js';
import { formDialog } from '../dialog.js';
import { announce, button, choice, code, el, failure, field, heading, link, note, working } from '../dom.js';
import { number } from '../format.js';
import { text } from '../text.js';

const SECTION = 'ServiceSettings';
const SWITCHES = ['EnableUserAccessTokens', 'EnableBotAccountCreation'];
const LIFETIME = 'MaximumPersonalAccessTokenLifetimeDays';

/** How often the count is read while tokens are revoked. */
const LOOK = 400;

export async function integrationsPage(context) {
  const [config, pinned, { count }] = await Promise.all([
    api.get('/config'), api.get('/config/environment?include_source=true'), countNonCompliant(),
  ]);
  const [values, pins] = [config[SECTION], pinned[SECTION] ?? {}];
  const help = (name) => [text.integrations.help[name], pins[name] && el('span', { class: 'pinned' }, text.integrations.pinned, ' ', code(pins[name]))];
  const inputs = Object.fromEntries(SWITCHES.map((name) => [name, el('input', { type: 'checkbox', class: 'switch', role: 'switch', checked: values[name], disabled: name in pins })]));
  const days = el('input', { type: 'number', min: '0', max: '36500', step: '1', required: true, value: String(values[LIFETIME]), disabled: LIFETIME in pins });
  const errors = el('div', { 'aria-live': 'assertive' });
  const submit = el('button', { type: 'submit', class: 'primary' }, text.action.save);
  const form = el('form', { class: 'card' },
    SWITCHES.map((name) => choice(text.integrations.label[name], inputs[name], help(name))),
    field(text.integrations.label[LIFETIME], days, help(LIFETIME)),
    errors, submit);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    errors.replaceChildren();
    const changed = Object.fromEntries([...SWITCHES.map((name) => [name, inputs[name].checked]), [LIFETIME, Number(days.value)]].filter(([name]) => !(name in pins)));
    try {
      await working(submit, () => api.put('/config/patch', { [SECTION]: changed }));
      announce(text.integrations.saved);
      await context.reload();
    } catch (error) {
      errors.replaceChildren(note('danger', failure(error)));
    }
  });
  return [heading(text.integrations.title, text.integrations.lead), form, values[LIFETIME] > 0 && nonCompliant(context, count, values[LIFETIME])];
}

const countNonCompliant = () => api.get('/users/tokens/non_compliant/count');

function nonCompliant(context, count, days) {
  return el('section', { class: 'card', 'aria-labelledby': 'non-compliant' },
    el('h2', { id: 'non-compliant' }, text.integrations.nonCompliant),
    el('p', {}, count ? text.integrations.count(number(count), count, days) : text.integrations.allComply(days)),
    el('div', { class: 'actions' },
      count > 0 && button(text.integrations.revoke, () => revokeAll(context, count), 'danger'), link('#/access', text.access.title)));
}

/** Revokes them, and shows how far it has come: the server does it in parts, and counts what is left. */
async function revokeAll(context, count) {
  const progress = el('progress', { max: String(count), value: 0, 'aria-label': text.integrations.revoking });
  const left = el('p', { role: 'status', class: 'quiet' });
  const shown = el('div', { hidden: true }, progress, left);
  const revoked = await formDialog({
    title: text.integrations.revoke,
    content: [el('p', {}, text.integrations.revokeWords(number(count), count)), shown],
    submit: text.integrations.revoke,
    danger: true,
    onsubmit: async () => {
      shown.hidden = false;
      let ended = false;
      const look = async () => {
        const { count: rest } = await countNonCompliant();
        progress.value = count - rest;
        left.textContent = text.integrations.left(number(rest));
        if (!ended) timer = setTimeout(() => look().catch(() => {}), LOOK);
      };
      let timer = setTimeout(() => look().catch(() => {}), LOOK);
      try {
        return await api.post('/users/tokens/non_compliant/revoke');
      } finally {
        ended = true;
        clearTimeout(timer);
      }
    },
  });
  if (!revoked) return;
  announce(text.integrations.revoked(number(revoked.count)));
  await context.reload();
}

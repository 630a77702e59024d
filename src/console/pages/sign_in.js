// For whoever is not signed in: the first account, and signing in.

import * as api from '../api.js';
import { el, failure, field, note, working } from '../dom.js';
import { text } from '../text.js';

function outside(title, lead, form) {
  return el('main', { class: 'alone' },
    el('img', { src: 'console/icon.svg', alt: '', width: '40', height: '40' }),
    el('h1', {}, title), lead && el('p', { class: 'lead' }, lead), form);
}

/** A form whose button does something and which tells what went wrong. */
function form(submit, content, onsubmit) {
  const errors = el('div', { 'aria-live': 'assertive' });
  const button = el('button', { type: 'submit', class: 'primary wide' }, submit);
  const send = async (event) => {
    event.preventDefault();
    errors.replaceChildren();
    try {
      await working(button, onsubmit);
    } catch (error) {
      errors.replaceChildren(note('danger', failure(error)));
    }
  };
  return el('form', { onsubmit: send }, content, errors, button);
}

export function signInPage(config, message, enter) {
  const { EnableSignInWithEmail: email, EnableSignInWithUsername: name } = config;
  const label = email === 'true' && name === 'true' ? text.signIn.either : email === 'true' ? text.field.email : text.field.username;
  const loginId = el('input', { name: 'login_id', required: true, autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' });
  const password = el('input', { name: 'password', type: 'password', required: true, autocomplete: 'current-password' });
  const told = message && note('info', message);
  if (told) {
    // Whoever cannot see it hears it with the field that has the focus.
    told.id = 'why';
    loginId.setAttribute('aria-describedby', told.id);
  }
  return outside(text.signIn.to(config.SiteName), undefined,
    form(text.signIn.submit, [told, field(label, loginId), field(text.field.password, password)], async () => {
      try {
        await api.signIn(loginId.value, password.value);
      } finally {
        password.value = '';
      }
      await enter();
    }));
}

/** The first account becomes system admin. */
export function setUpPage(config, enter) {
  const email = el('input', { name: 'email', type: 'email', required: true, autocomplete: 'email' });
  const username = el('input', { name: 'username', required: true, autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', pattern: '[A-Za-z0-9._\\-]{1,64}', title: text.rule.username });
  const password = el('input', { name: 'password', type: 'password', required: true, autocomplete: 'new-password', minlength: config.PasswordMinimumLength });
  const code = config.SetupCodeRequired === 'true' && el('input', { name: 'setup_code', required: true, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
  return outside(text.setUp.title, text.setUp.lead,
    form(text.setUp.submit, [
      code && field(text.setUp.code, code, text.setUp.codeIsIn),
      field(text.field.email, email), field(text.field.username, username, text.rule.username), field(text.field.password, password, text.rule.password(config)),
    ], async () => {
      await api.signUp({ email: email.value, username: username.value, password: password.value }, code && code.value.trim());
      await api.signIn(username.value, password.value);
      await enter();
    }));
}

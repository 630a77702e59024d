// Times and states in words.

import { now } from './api.js';
import { badge, el } from './dom.js';
import { LOCALE, text } from './text.js';

const MINUTE = 60_000;
export const DAY = 86_400_000;

/** A token that ends within a week ends soon. */
const SOON = 7 * DAY;

const whole = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });
const numbers = new Intl.NumberFormat(LOCALE);

export const number = (value) => numbers.format(value);

const UNITS = [['year', 365 * DAY], ['month', 30 * DAY], ['day', DAY], ['hour', 60 * MINUTE], ['minute', MINUTE]];

function ago(at) {
  const distance = at - now();
  const [unit, length] = UNITS.find(([, length]) => Math.abs(distance) >= length) ?? ['second', 1000];
  return Math.abs(distance) < MINUTE ? text.time.now : relative.format(Math.round(distance / length), unit);
}

const time = (at, words) => el('time', { datetime: new Date(at).toISOString(), title: whole.format(at) }, words);

/** `3 days ago`, exact on hovering. */
export const when = (at) => time(at, ago(at));

/** Date and time. */
export const moment = (at) => time(at, whole.format(at));

/** A date. */
export const date = (at) => time(at, day.format(at));

export const used = (token) => (token.last_used_at ? [when(token.last_used_at), el('div', { class: 'quiet' }, token.last_used_from)] : el('span', { class: 'quiet' }, text.time.never));

export const expiry = (token) => (token.expires_at ? [date(token.expires_at), el('div', { class: 'quiet' }, ago(token.expires_at))] : el('span', { class: 'quiet' }, text.time.never));

/** `active`, `soon`, `expired` or `disabled`. */
export function stateOf(token) {
  if (token.expires_at && token.expires_at <= now()) return 'expired';
  if (!token.is_active) return 'disabled';
  return token.expires_at && token.expires_at <= now() + SOON ? 'soon' : 'active';
}

export const state = (token) => badge(text.tokens.state[stateOf(token)], stateOf(token));

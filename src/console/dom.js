// Builds what is shown. Texts become text nodes, never HTML.

import { text } from './text.js';
import { ApiError, Unreachable } from './api.js';

const SVG = 'http://www.w3.org/2000/svg';

function build(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked' || name === 'disabled') node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** An element: its attributes, `on...` listeners, and what is in it. */
export const el = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);

/** The same for drawings. */
export const svg = (tag, attributes, ...children) => build(document.createElementNS(SVG, tag), attributes, children);

/** What somebody wrote: it has a direction of its own and cannot turn around what stands beside it. */
export const said = (words) => el('bdi', { class: 'said' }, words);

/** A name with its @. */
export const username = (user) => el('bdi', { class: 'said' }, `@${user.username}`);

/** An id, or anything else for machines. */
export const code = (words) => el('code', {}, words);

export const link = (href, ...children) => el('a', { href }, ...children);

export const button = (label, onclick, kind = '', attributes = {}) =>
  el('button', { type: 'button', class: kind, onclick, ...attributes }, label);

/** A word in a coloured field; the word says it, the colour repeats it. */
export const badge = (label, kind = '') => el('span', { class: `badge ${kind}` }, label);

/** A paragraph that stands out: `info`, `warning` or `danger`. */
export const note = (kind, ...children) => el('div', { class: `note ${kind}`, role: kind === 'danger' ? 'alert' : undefined }, ...children);

let fields = 0;

/** A labelled input with a sentence of help. */
export function field(label, input, help) {
  input.id ||= `field-${++fields}`;
  const hint = help && el('p', { class: 'help', id: `${input.id}-help` }, help);
  if (hint) input.setAttribute('aria-describedby', hint.id);
  return el('div', { class: 'field' }, el('label', { for: input.id }, label), input, hint);
}

/** A box or a circle to tick, with its label behind it. */
export function choice(label, input, help) {
  input.id ||= `field-${++fields}`;
  const hint = help && el('p', { class: 'help', id: `${input.id}-help` }, help);
  if (hint) input.setAttribute('aria-describedby', hint.id);
  return el('div', { class: 'choice' }, input, el('div', {}, el('label', { for: input.id }, label), hint));
}

/** A list to choose from: `[value, label]` each. */
export const select = (options, chosen, attributes = {}) =>
  el('select', attributes, options.map(([value, label]) => el('option', { value, selected: value === chosen }, label)));

/**
 * A table; on narrow screens each row becomes a card. The roles are written down because a card's layout would take them away.
 * `rows` are `{ id, cells, current }`.
 */
export function table(caption, columns, rows) {
  const cell = (content, index) => el('td', { role: 'cell', 'data-label': columns[index] }, el('div', {}, content));
  return el('div', { class: 'scroll' },
    el('table', { role: 'table' },
      el('caption', { class: 'unseen' }, caption),
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, columns.map((name) => el('th', { scope: 'col', role: 'columnheader' }, name)))),
      el('tbody', { role: 'rowgroup' }, rows.map((row) =>
        el('tr', { role: 'row', 'data-id': row.id, 'aria-current': row.current ? 'true' : undefined, class: row.current ? 'current' : undefined }, row.cells.map(cell))))));
}

/** What is shown where there is nothing. */
export const empty = (...children) => el('p', { class: 'empty' }, ...children);

/** The head of a page: its title, a sentence, and what can be done. */
export const heading = (title, lead, ...actions) =>
  el('header', { class: 'page-head' },
    el('div', {}, el('h1', { tabindex: '-1' }, title), lead && el('p', { class: 'lead' }, lead)),
    actions.some(Boolean) && el('div', { class: 'actions' }, actions));

/** Newer and older, or previous and next. `total` is a number of rows, where it is known. */
export function pager({ page, more, total, perPage, href }) {
  const last = total === undefined ? undefined : Math.max(0, Math.ceil(total / perPage) - 1);
  if (page === 0 && !more) return null;
  const step = (label, to, on) => (on ? link(href(to), label) : el('span', { class: 'off' }, label));
  return el('nav', { class: 'pager', 'aria-label': text.pager.label },
    step(text.pager.first, 0, page > 0),
    step(text.pager.previous, page - 1, page > 0),
    el('span', {}, last === undefined ? text.pager.page(page + 1) : text.pager.pageOf(page + 1, last + 1)),
    step(text.pager.next, page + 1, more),
    last !== undefined && step(text.pager.last, last, page < last));
}

/** What went wrong, in words, with the id under which the log has it. */
export function failure(error) {
  if (error instanceof Unreachable) return [text.error.unreachable];
  if (!(error instanceof ApiError)) return [text.error.unexpected];
  const known = text.error.byId[error.id] ?? error.message;
  return [known, error.requestId && el('span', { class: 'request-id' }, ' ', text.error.requestId, ' ', code(error.requestId))];
}

/** Tells what has been done, also to who cannot see it. */
export function announce(words) {
  const notice = document.getElementById('notice');
  notice.replaceChildren(el('p', {}, words));
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => notice.replaceChildren(), 6000);
}

/** Runs what a button starts: the button waits meanwhile, and a failure is told beside it. */
export async function working(control, work) {
  control.disabled = true;
  control.setAttribute('aria-busy', 'true');
  try {
    return await work();
  } finally {
    control.disabled = false;
    control.removeAttribute('aria-busy');
  }
}

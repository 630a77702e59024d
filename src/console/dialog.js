// Dialogs and menus. Both are the browser's own: it keeps the focus inside, closes on Escape, and gives the focus back.

import { button, el, failure, note, working } from './dom.js';
import { text } from './text.js';

let dialogs = 0;

/**
 * Shows a form in a dialog and resolves to what `onsubmit` gives, or to undefined when it is given up. A failure stays in
 * the dialog, in words. With
 * `mayCancel` false it can only be answered.
 */
export function formDialog({ title, content, submit, danger = false, onsubmit, mayCancel = true }) {
  return new Promise((resolve) => {
    const id = `dialog-${++dialogs}`;
    const errors = el('div', { 'aria-live': 'assertive' });
    const doIt = el('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, submit);
    const cancel = mayCancel && button(text.action.cancel, () => close(undefined));
    const form = el('form', {},
      el('h2', { id }, title),
      el('div', { class: 'dialog-body' }, content),
      errors,
      el('div', { class: 'dialog-foot' }, cancel, doIt));
    const dialog = el('dialog', { 'aria-labelledby': id }, form);
    let result;
    const close = (value) => {
      result = value;
      dialog.close();
    };
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (doIt.disabled) return;
      errors.replaceChildren();
      // What is under way cannot be called back.
      if (cancel) cancel.disabled = true;
      try {
        close((await working(doIt, async () => onsubmit?.())) ?? true);
      } catch (error) {
        errors.replaceChildren(note('danger', failure(error)));
        if (cancel) cancel.disabled = false;
        doIt.focus();
      }
    });
    dialog.addEventListener('cancel', (event) => {
      // Neither what is under way, nor what is shown once.
      if (!mayCancel || doIt.disabled) event.preventDefault();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      // The page may have been read anew: then what had the focus is gone.
      if (document.activeElement === document.body) document.querySelector('main h1')?.focus({ preventScroll: true });
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    const first = dialog.querySelector('input:not([type=radio]):not(:disabled), select, textarea');
    if (first && !danger) first.focus();
  });
}

/** Asks before something is done. */
export const confirm = (title, words, submit, onsubmit, danger = false) =>
  formDialog({ title, content: [words].flat().map((line) => (line instanceof Node ? line : el('p', {}, line))), submit, danger, onsubmit });

/** Ends every dialog: what they are about is over. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
}

/** Puts a menu below its button, or above where there is no room. */
function place(opener, list) {
  const { top, bottom, right } = opener.getBoundingClientRect();
  const above = bottom + list.offsetHeight + 8 > innerHeight && top > list.offsetHeight;
  list.style.top = `${above ? top - list.offsetHeight - 4 : bottom + 4}px`;
  list.style.left = `${Math.max(8, Math.min(right - list.offsetWidth, innerWidth - list.offsetWidth - 8))}px`;
}

// A menu belongs to a place on the page, and follows it.
for (const moved of ['scroll', 'resize']) {
  addEventListener(moved, () => {
    const open = document.querySelector('.menu:popover-open');
    if (open) place(open.previousElementSibling, open);
  }, { passive: true });
}

/**
 * A button that opens a menu of `[label, action, kind]`; an entry without an action says why it cannot be done. The entries
 * are made when they are asked for: a long list has many menus.
 */
export function menu(label, entries, name) {
  const list = el('div', { class: 'menu', popover: 'auto', role: 'menu', 'aria-label': name });
  const opener = el('button', { type: 'button', class: 'small', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-label': name },
    label, el('span', { class: 'arrow', 'aria-hidden': 'true' }, '▾'));
  const item = ([words, action, kind = '']) => {
    const choose = () => {
      if (!action) return;
      list.hidePopover();
      action();
    };
    return el('button', { type: 'button', role: 'menuitem', class: kind, tabindex: '-1', 'aria-disabled': action ? undefined : 'true', onclick: choose }, words);
  };
  list.addEventListener('keydown', (event) => {
    const items = [...list.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Tab') list.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length].focus();
  });
  list.addEventListener('beforetoggle', (event) => {
    if (event.newState === 'open') list.replaceChildren(...entries().map(item));
  });
  list.addEventListener('toggle', (event) => {
    const open = event.newState === 'open';
    opener.setAttribute('aria-expanded', String(open));
    if (!open) return;
    place(opener, list);
    list.firstChild.focus();
  });
  opener.popoverTargetElement = list;
  opener.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    if (list.matches(':popover-open')) list.firstChild.focus();
    else list.showPopover();
  });
  return el('div', { class: 'menu-place' }, opener, list);
}

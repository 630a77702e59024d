// Roles as people know them.

import { text } from './text.js';

export const ADMIN = 'system_admin';
const USER = 'system_user';

/** Roles that can be given beside the first two. */
export const EXTRA = ['system_user_access_token', 'system_post_all', 'system_post_all_public'];

export const namesOf = (user) => user.roles.split(' ').filter(Boolean);

export const isAdmin = (user) => namesOf(user).includes(ADMIN);

/** What an account may do, in words. */
export function rolesInWords(user) {
  const names = namesOf(user);
  const main = names.includes(ADMIN) ? [text.roles.admin] : names.includes(USER) ? [text.roles.member] : [];
  const others = names.filter((name) => name !== ADMIN && name !== USER).map((name) => text.roles.short[name] ?? name);
  return [...main, ...others].join(', ') || text.roles.none;
}

/** The account's roles with these in place of the ones that this console knows. */
export function changed(user, admin, extra) {
  const kept = namesOf(user).filter((name) => name !== ADMIN && name !== USER && !EXTRA.includes(name));
  return [...(admin ? [ADMIN] : []), USER, ...kept, ...extra].join(' ');
}

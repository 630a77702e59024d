// How fast it is: the first page, and the list of a hundred thousand accounts.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { closeBrowser, server, visit } from './browser.js';

const ACCOUNTS = 100_000;
const FIRST_PAGE = 200;
const USERS_PAGE = 100;

let mm;
let page;

/** Half of them with tokens, a tenth deactivated. */
const FILL = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=60)
users = ((f'{n:026d}', 1, 1, 5 * (n % 10 == 0), f'user{n:06d}', f'user{n:06d}@example.com', 'system_user', '{}', '{}', 1) for n in range(${ACCOUNTS}))
db.executemany('INSERT INTO users (id, create_at, update_at, delete_at, username, email, roles, notify_props, timezone, last_password_update) VALUES (?,?,?,?,?,?,?,?,?,?)', users)
tokens = ((f'token{n:021d}', f'{n:026d}', f'hash{n}', 'made', 1) for n in range(0, ${ACCOUNTS}, 2))
db.executemany('INSERT INTO tokens (id, owner, secret_hash, description, create_at) VALUES (?,(SELECT number FROM users WHERE id = ?),?,?,?)', tokens)
db.commit()
`;

before(async () => {
  mm = await server();
  await mm.admin();
  await promisify(execFile)('python3', ['-c', FILL, join(mm.folder, 'patmost.db')]);
  page = await visit(mm);
  await page.open('');
  await page.signIn('admin');
});
after(async () => {
  await page.leave();
  await closeBrowser();
  await mm.stop();
});

/** The best of several: whatever else the machine does can only make them worse. */
const best = (times) => Math.min(...times);

test(`the first page is usable within ${FIRST_PAGE} ms`, async () => {
  const times = [];
  for (let time = 0; time < 5; time += 1) {
    const other = await visit(mm);
    await other.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector('button[type=submit]')) return;
        globalThis.usable = performance.now();
        observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
    await other.open('');
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
    times.push(await other.evaluate(() => globalThis.usable));
    await other.leave();
  }
  console.log(`# first page: ${times.map(Math.round)} ms`);
  assert.ok(best(times) < FIRST_PAGE, `${times}`);
});

/** Milliseconds from the address to the row that must be there. */
const shown = (hash, words) => page.evaluate(([hash, words]) => new Promise((resolve) => {
  const begun = performance.now();
  const observer = new MutationObserver(() => {
    if (!document.querySelector('tbody')?.textContent.includes(words)) return;
    observer.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - begun));
  });
  observer.observe(document.body, { childList: true, subtree: true });
  location.hash = hash;
}), [hash, words]);

for (const [name, hash, words] of [
  ['the second page of all accounts', '#/users?page=1', 'user000049'],
  ['one in the middle', '#/users?page=1000', 'user049999'],
  ['the last one', '#/users?page=2000', 'user099999'],
  ['the last page of those that are active', '#/users?filter=active&page=1800', 'user099999'],
  ['the last page of those that are deactivated', '#/users?filter=inactive&page=199', 'user099990'],
  ['the system admins', '#/users?filter=admins', '@admin'],
  ['a search by name', '#/users?q=user09', 'user090000'],
  ['a search by e-mail', '#/users?q=user012345@example.com', '@user012345'],
  ['a search by token id', '#/users?q=token000000000000000012344', '@user012344'],
]) {
  test(`${name} of ${ACCOUNTS} accounts within ${USERS_PAGE} ms`, async () => {
    const times = [];
    for (let time = 0; time < 8; time += 1) {
      await page.to('password', 'Password');
      times.push(await shown(hash, words));
    }
    console.log(`# ${name}: ${times.map(Math.round)} ms`);
    assert.ok(best(times) < USERS_PAGE, `${times}`);
  });
}

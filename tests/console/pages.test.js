// Each page of the console: what it shows, what it does, and what it does not let happen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, closeBrowser, look, row, server, visit } from './browser.js';

let mm;
let admin;
let page;

before(async () => {
  mm = await server();
  admin = await mm.admin();
  await set({ EnableUserAccessTokens: true, EnableBotAccountCreation: true });
  page = await visit(mm);
  await page.open('');
  await page.signIn('admin');
});
after(async () => {
  await page.leave();
  await closeBrowser();
  await mm.stop();
});

const set = (settings) => mm.api('PUT', '/config/patch', admin, { ServiceSettings: settings });
const dialog = () => page.getByRole('dialog');
const answer = (name) => dialog().getByRole('button', { name, exact: true }).click();

async function account(username, fields = {}) {
  const { body } = await mm.api('POST', '/users', admin, { email: `${username}@example.com`, username, password: PASSWORD, ...fields });
  return body;
}
const token = async (user, description, expires_at = 0) => (await mm.api('POST', `/users/${user.id}/tokens`, admin, { description, expires_at })).body;
const login = async (login_id) => (await mm.api('POST', '/users/login', null, { login_id, password: PASSWORD })).secret;

test('what somebody wrote is shown as text, whatever it is', async () => {
  // Short enough for a site's name, too.
  const image = '<img src=x onerror=hacked=1>';
  const reversed = 'safe \u202e\u2066 drowssap \u200f txt.exe';
  const long = `${'W'.repeat(120)}${'<b>'.repeat(45)}`;
  const mallory = await account('m'.repeat(64), { email: 'mallory@example.com', nickname: image, first_name: image, last_name: '\u202eyrollaM' });
  for (const description of [image, reversed, long]) await token(mallory, description);
  await mm.api('PUT', '/config/patch', admin, { TeamSettings: { SiteName: image } });
  await mm.api('POST', '/users/login', null, { login_id: image, password: 'x' });
  await mm.api('POST', '/logs', admin, { level: 'ERROR', message: image });
  await page.reload();
  for (const [name, title] of [['users?q=mallory@example.com', 'Users'], [`users/${mallory.id}/tokens`, 'Tokens of'], ['access', 'Access Tokens'], ['audits', 'Audits'], ['logs', 'Logs'], ['dashboard', 'Dashboard']]) {
    await page.to(name, title);
    await page.getByText(image).first().waitFor();
    assert.equal(await page.locator('main img').count(), 0, name);
    await look(page, `hostile-${name.split('?')[0].split('/')[0]}`);
  }
  await page.to(`users/${mallory.id}/tokens`, 'Tokens of');
  for (const description of [image, reversed, long]) await page.getByRole('table').getByText(description, { exact: true }).waitFor();
  await page.getByRole('button', { name: `Delete: ${image}` }).click();
  await dialog().getByText(image).waitFor();
  await answer('Cancel');
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await mm.api('PUT', '/config/patch', admin, { TeamSettings: { SiteName: 'patmost' } });
  await page.reload();
});

test('a description above 255 bytes is refused before it is sent', async () => {
  await page.to('tokens', 'Personal Access Tokens');
  await page.getByRole('button', { name: 'Create Token' }).click();
  await dialog().getByText('This account is a system admin.').waitFor();
  const description = dialog().getByLabel('Description');
  for (const [words, right] of [['ü'.repeat(128), false], ['ü'.repeat(127), true]]) {
    await description.fill(words);
    assert.equal(await description.evaluate((input) => input.checkValidity()), right);
  }
  await answer('Cancel');
});

test('a session that ends leads to the sign-in page, and back to where one was', async () => {
  const other = await visit(mm);
  await other.open('#/integrations');
  await other.signIn('admin');
  await other.getByRole('heading', { level: 1, name: 'Integration Management' }).waitFor();
  const cookies = await other.context().cookies();
  await mm.api('POST', '/users/logout', cookies.find(({ name }) => name === 'MMAUTHTOKEN').value);
  await other.expecting(401, async () => {
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByText('Your session has ended. Sign in again to go on where you were.').waitFor();
  });
  await look(other, 'session-ended');
  await other.signIn('admin');
  await other.getByRole('heading', { level: 1, name: 'Integration Management' }).waitFor();
  // The next page asks for several things at once, and each of them is refused.
  const again = await other.context().cookies();
  await mm.api('POST', '/users/logout', again.find(({ name }) => name === 'MMAUTHTOKEN').value);
  await other.expecting(401, async () => {
    await other.getByRole('link', { name: 'Users', exact: true }).click();
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
    await other.waitForLoadState('networkidle');
    await other.getByText('Your session has ended. Sign in again to go on where you were.').waitFor();
  });
  await other.signIn('admin');
  await other.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
  await other.leave();
});

test('what is pinned cannot be changed, and what pins it is named', async () => {
  const pinned = await server(['--enable-user-access-tokens'], { MM_SERVICESETTINGS_MAXIMUMPERSONALACCESSTOKENLIFETIMEDAYS: '90' });
  await pinned.admin();
  const other = await visit(pinned);
  await other.open('#/integrations');
  await other.signIn('admin');
  const tokens = other.getByRole('switch', { name: 'Enable Personal Access Tokens' });
  assert.deepEqual([await tokens.isChecked(), await tokens.isDisabled()], [true, true]);
  await other.getByText('set by flag --enable-user-access-tokens').waitFor();
  await other.getByText('set by MM_SERVICESETTINGS_MAXIMUMPERSONALACCESSTOKENLIFETIMEDAYS').waitFor();
  assert.ok(await other.getByRole('spinbutton').isDisabled());
  await look(other, 'pinned');
  await other.getByRole('switch', { name: 'Enable Bot Accounts' }).click();
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByRole('status').filter({ hasText: 'Saved' }).waitFor();
  await other.leave();
  await pinned.stop();
});

test('the expiry keeps to the policy, and what does not comply is revoked with its progress shown', async () => {
  const old = await account('old');
  // More than an account may have as shipped.
  await mm.api('PUT', '/config/patch', admin, { PatmostSettings: { MaximumTokensPerUser: 2000 } });
  await Promise.all(Array.from({ length: 8 }, async (_, part) => {
    for (let number = 0; number < 150; number += 1) await token(old, `old ${part} ${number}`);
  }));
  const kept = await token(old, 'kept', Date.now() + 5 * 86_400_000);
  await page.to('integrations', 'Integration Management');
  await page.getByLabel('Maximum lifetime of tokens, in days').fill('60');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/^1,20\d active tokens live longer than 60 days/).waitFor();
  await look(page, 'integrations');
  await page.to('tokens', 'Personal Access Tokens');
  await page.getByRole('button', { name: 'Create Token' }).click();
  assert.deepEqual(await dialog().getByLabel('Expiry').locator('option').allTextContents(), ['7 days', '30 days', '60 days, the longest allowed', 'Custom…']);
  await dialog().getByLabel('Expiry').selectOption({ label: 'Custom…' });
  const day = dialog().getByLabel('Last day');
  await day.fill('2099-01-01');
  assert.equal(await day.evaluate((input) => input.validity.rangeOverflow), true);
  await dialog().getByLabel('Expiry').selectOption({ label: '60 days, the longest allowed' });
  await dialog().getByLabel('Description').fill('as long as it may');
  await answer('Create');
  await answer('I have copied it');
  await page.to('integrations', 'Integration Management');
  await page.getByRole('button', { name: 'Revoke them' }).click();
  await dialog().getByText(/will be deleted and refused at once/).waitFor();
  await look(page, 'revoke-non-compliant');
  // The server is too fast to be watched, so the request waits until the progress is there.
  let go;
  const held = new Promise((resolve) => { go = resolve; });
  await page.route('**/non_compliant/revoke', async (route) => {
    await held;
    await route.continue();
  });
  await answer('Revoke them');
  await dialog().getByRole('progressbar', { name: 'Tokens revoked' }).waitFor();
  await dialog().getByText(/^1,20\d left$/).waitFor();
  await look(page, 'revoking');
  go();
  await page.getByText('Every active token ends within 60 days.').waitFor();
  const left = (await mm.api('GET', `/users/${old.id}/tokens`, admin)).body;
  assert.deepEqual(left.map(({ id }) => id), [kept.id]);
  await set({ MaximumPersonalAccessTokenLifetimeDays: 0 });
});

test('a bot is made, and a token for it', async () => {
  await page.to('users', 'Users');
  await page.getByRole('button', { name: 'Create Bot' }).click();
  await dialog().getByLabel('Username').fill('deploybot');
  await dialog().getByLabel('Description (optional)').fill('puts things where they belong');
  await look(page, 'create-bot');
  await answer('Create Bot');
  await page.getByRole('heading', { level: 1, name: 'Tokens of @deploybot' }).waitFor();
  await page.getByRole('button', { name: 'Create Token' }).click();
  await dialog().getByLabel('Description').fill('deploy');
  await answer('Create');
  await dialog().getByRole('heading', { name: 'Your token' }).waitFor();
  const secret = (await dialog().locator('code').allTextContents())[0];
  await look(page, 'secret');
  await answer('I have copied it');
  assert.ok(await mm.accepts(secret));
  await page.to('users', 'Users');
  await page.getByLabel('Show').selectOption({ label: 'Bots' });
  await page.getByText('1 account', { exact: true }).waitFor();
  await row(page, '@deploybot').filter({ hasText: 'puts things where they belong' }).waitFor();
  await look(page, 'users-bots');
});

test('accounts are filtered, and found by name, e-mail, id and token id', async () => {
  const dora = await account('dora', { first_name: 'Dora', last_name: 'Explorer' });
  const made = await token(dora, 'map');
  await page.to('users', 'Users');
  await look(page, 'users');
  for (const term of ['dor', 'Explorer', 'dora@example.com', dora.id, made.id, made.id.slice(0, 8)]) {
    await page.getByLabel('Name, e-mail, user id or token id').fill(term);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.shown(`users?${new URLSearchParams({ q: term })}`);
    assert.equal(await page.locator('tbody tr').count(), 1);
    await row(page, '@dora').waitFor();
  }
  await mm.api('PUT', `/users/${dora.id}/active`, admin, { active: false });
  await page.to('users?filter=inactive', 'Users');
  await page.getByText('1 account', { exact: true }).waitFor();
  await page.getByLabel('Show').selectOption({ label: 'System admins' });
  await row(page, '@admin').waitFor();
  assert.equal(await row(page, '@dora').count(), 0);
  await page.goBack();
  await row(page, '@dora').waitFor();
});

test('an admin resets a password, makes an admin and ends sessions', async () => {
  const eve = await account('eve');
  const session = await login('eve');
  const act = async (action, button = action) => {
    await page.getByRole('button', { name: 'Manage @eve' }).click();
    await page.getByRole('menuitem', { name: action }).click();
    return button;
  };
  await page.to('users?q=eve', 'Users');
  await act('Reset Password');
  const token = (await mm.api('POST', `/users/${eve.id}/tokens`, admin, { description: 'x' })).body.token;
  assert.ok(await mm.accepts(token));
  await dialog().getByLabel('New password').fill('Another-Horse-2');
  await dialog().getByLabel('Delete all access tokens').check();
  await look(page, 'reset-password');
  await answer('Reset Password');
  await page.getByRole('status').filter({ hasText: 'The password is changed.' }).waitFor();
  assert.equal((await mm.api('POST', '/users/login', null, { login_id: 'eve', password: 'Another-Horse-2' })).status, 200);
  assert.ok(await mm.accepts(session));
  assert.equal(await mm.accepts(token), false);
  await act('Remove Sessions');
  await answer('Remove Sessions');
  await page.getByRole('status').filter({ hasText: 'The sessions are ended.' }).waitFor();
  assert.equal(await mm.accepts(session), false);
  await act('Manage Roles');
  await dialog().getByLabel('System Admin').check();
  await answer('Save');
  await row(page, '@eve').filter({ hasText: 'System Admin' }).waitFor();
  const found = (await mm.api('GET', `/users/${eve.id}`, admin)).body;
  assert.equal(found.roles, 'system_admin system_user');
});

test('the dashboard counts tokens, requests and what is unused', async () => {
  const frank = await account('frank');
  const used = await token(frank, 'used');
  await token(frank, 'never used');
  const off = await token(frank, 'off');
  await mm.api('POST', '/users/tokens/disable', admin, { token_id: off.id });
  assert.ok(await mm.accepts(used.token));
  await mm.api('GET', '/users/me', 'nonsense');
  await page.to('dashboard', 'Dashboard');
  const figure = async (name) => Number((await page.locator(`.figure.${name} dd`).textContent()).replace(',', ''));
  const { tokens, hours } = (await mm.api('GET', '/system/dashboard', admin)).body;
  assert.equal(await figure('active'), tokens.active);
  assert.ok((await figure('active')) >= 2 && (await figure('disabled')) >= 1);
  assert.ok(hours.at(-1).succeeded > 0 && hours.at(-1).refused > 0);
  assert.ok((await page.locator('svg.chart rect').count()) >= 2);
  await row(page, 'never used').waitFor();
  assert.equal(await row(page, '@frank').filter({ hasText: 'just now' }).count(), 0);
  await page.getByText('As a table').click();
  await page.getByRole('columnheader', { name: 'Refused' }).waitFor();
  await look(page, 'dashboard');
  await page.to('access?q=frank', 'Access Tokens');
  await page.getByText('3 tokens found').waitFor();
  await look(page, 'access');
});

test('the log and the audit are narrowed down by account', async () => {
  for (const [name, title] of [['logs?user=frank', 'Logs'], ['audits?user=eve', 'Audits']]) {
    await page.to(name, title);
    await row(page, name.split('=')[1]).first().waitFor();
    assert.equal(await row(page, '@admin').count(), 0, name);
  }
  await page.to('logs?user=nobody', 'Logs');
  await page.getByText('There is no such account.').waitFor();
});

test('an account sees its sessions and history, ends a session, and changes its password', async () => {
  await account('grace');
  const elsewhere = await login('grace');
  const other = await visit(mm);
  await other.open('#/sessions');
  await other.signIn('grace');
  await row(other, 'This browser').waitFor();
  await look(other, 'sessions');
  await row(other, 'Chrome').filter({ hasText: 'This browser' }).waitFor();
  await other.getByRole('button', { name: 'Log out everywhere else' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Log out everywhere else' }).click();
  await other.getByRole('status').filter({ hasText: 'Logged out.' }).waitFor();
  assert.equal(await mm.accepts(elsewhere), false);
  await other.to('history', 'Access History');
  await row(other, '/api/v4/users/login').first().waitFor();
  await look(other, 'history');
  await other.to('password', 'Password');
  await other.getByLabel('Current password').fill(PASSWORD);
  await other.getByLabel('New password', { exact: true }).fill('Another-Horse-2');
  await other.getByLabel('New password, once more').fill('Another-Horse-3');
  await look(other, 'password');
  await other.getByRole('button', { name: 'Change password' }).click();
  assert.equal(await other.getByLabel('New password, once more').evaluate((input) => input.validationMessage), 'The two are not the same.');
  await other.getByLabel('New password, once more').fill('Another-Horse-2');
  await other.getByRole('button', { name: 'Change password' }).click();
  await other.getByRole('status').filter({ hasText: 'The password is changed.' }).waitFor();
  assert.equal((await mm.api('POST', '/users/login', null, { login_id: 'grace', password: 'Another-Horse-2' })).status, 200);
  await other.to('sessions', 'Active Sessions');
  await row(other, 'This browser').getByRole('button', { name: 'Log out' }).click();
  await other.expecting(401, async () => {
    await other.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
    await other.getByText('Your session has ended.').first().waitFor();
  });
  await other.leave();
});

test('everything is reached with the keyboard, and the focus stays in a dialog and comes back', async () => {
  const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.getAttribute('name') || document.activeElement.tagName);
  await page.to('users?q=eve', 'Users');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
  assert.equal(await focused(), 'Users', 'the title of a new page has the focus');
  await page.keyboard.press('Shift+Tab');
  await page.getByRole('button', { name: 'Manage @eve' }).focus();
  await page.keyboard.press('Enter');
  const focuses = (words) => page.waitForFunction((words) => document.activeElement.textContent === words, words);
  await focuses('Manage Tokens');
  await look(page, 'menu');
  await page.getByRole('button', { name: 'Manage @eve' }).focus();
  await page.keyboard.press('ArrowDown');
  await focuses('Manage Tokens');
  await page.keyboard.press('Escape');
  await focuses('Manage▾');
  await page.keyboard.press('ArrowDown');
  await focuses('Manage Tokens');
  await page.keyboard.press('ArrowDown');
  await focuses('Manage Roles');
  await page.keyboard.press('Enter');
  await dialog().waitFor();
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    // Between the last control and the first one the browser itself may have the focus, and never the page behind.
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null));
  }
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Manage @eve');
});

test('on a narrow screen the menu opens and leads on', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.to('users', 'Users');
  await page.getByRole('button', { name: 'Menu' }).click();
  await look(page, 'menu-open');
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('link', { name: 'Audits' }).click();
  await page.getByRole('heading', { level: 1, name: 'Audits' }).waitFor();
  assert.ok(!(await page.getByRole('link', { name: 'Audits' }).isVisible()));
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('a refusal is told in words with the id of its request', async () => {
  await page.to('users', 'Users');
  await page.getByRole('button', { name: 'Create User' }).click();
  await dialog().getByLabel('E-mail address').fill('other@example.com');
  await dialog().getByLabel('Username').fill('eve');
  await dialog().getByLabel('Password').fill(PASSWORD);
  await page.expecting(400, async () => {
    await answer('Create User');
    const alert = dialog().getByRole('alert');
    await alert.waitFor();
    assert.match(await alert.textContent(), /An account with that username already exists\. +Request [a-z0-9]{26}/);
  });
  await look(page, 'refusal');
  await dialog().getByLabel('Username').fill('other');
  await answer('Create User');
  await page.getByRole('status').filter({ hasText: 'The account is created.' }).waitFor();
});

test('a server that does not answer is said to be away, and comes back', async () => {
  await page.to('users', 'Users');
  await page.route('**/api/v4/**', (route) => route.abort());
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await page.getByText('The server does not answer.').waitFor();
  await look(page, 'unreachable');
  await page.unroute('**/api/v4/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Tokens by state').waitFor();
  const aborted = page.wrong.filter((line) => line.includes('net::ERR_FAILED'));
  assert.ok(aborted.length > 0);
  page.wrong.splice(0, page.wrong.length, ...page.wrong.filter((line) => !aborted.includes(line)));
});

test('a webhook is made, its address is shown once and posts, and it is deleted', async () => {
  await mm.api('POST', '/teams', admin, { name: 'hooks', display_name: 'Hooks', type: 'O' });
  await page.to('webhooks', 'Incoming Webhooks');
  await page.getByText('There are no incoming webhooks yet.').waitFor();
  await page.getByRole('button', { name: 'Create Webhook' }).click();
  await dialog().getByLabel('Team and channel').fill('hooks/nowhere');
  await dialog().getByLabel('Name (optional)').fill('Builds');
  await page.expecting(404, async () => {
    await answer('Create');
    await dialog().getByRole('alert').waitFor();
  });
  await dialog().getByLabel('Team and channel').fill('hooks/town-square');
  await answer('Create');
  const address = await dialog().locator('code.secret').textContent();
  await look(page, 'webhook-address');
  await answer('I have copied it');
  const said = await fetch(address, { method: 'POST', body: JSON.stringify({ text: 'built' }) });
  assert.equal(await said.text(), 'ok');
  const shown = row(page, 'Builds');
  await shown.getByText('hooks/town-square').waitFor();
  assert.equal((await page.content()).includes(address.split('/').at(-1)), false);
  await look(page, 'webhooks');
  await page.getByRole('button', { name: 'Delete: Builds' }).click();
  await answer('Delete');
  await page.getByText('There are no incoming webhooks yet.').waitFor();
  assert.equal((await fetch(address, { method: 'POST', body: JSON.stringify({ text: 'built' }) })).status, 400);
});

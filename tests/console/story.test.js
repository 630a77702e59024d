// The whole story by clicks: from the setup screen to a revoked token.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD, closeBrowser, look, row, server, visit } from './browser.js';

let mm;
let page;
let secret;
let rotated;
let tokenId;

before(async () => {
  mm = await server();
  page = await visit(mm);
});
after(async () => {
  await page.leave();
  await closeBrowser();
  for (const handedOut of [secret, rotated]) assert.ok(!mm.log().includes(handedOut), 'no secret is in the log');
  assert.ok(!mm.log().includes(PASSWORD), 'no password is in the log');
  await mm.stop();
});

const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
const dialog = () => page.getByRole('dialog');
const press = (name) => page.getByRole('button', { name, exact: true }).click();
const answer = (name) => dialog().getByRole('button', { name, exact: true }).click();
const told = (words) => page.getByRole('status').filter({ hasText: words }).waitFor();
const go = (name) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();

test('the first account is made on the setup screen, and becomes system admin', async () => {
  await page.open('');
  await heading('Create the first account');
  await look(page, 'set-up');
  await page.getByLabel('E-mail address').fill('admin@example.com');
  await page.getByLabel('Username').fill('admin');
  // Longer than the browser lets through as too short, and longer than a password may be.
  await page.getByLabel('Password').fill('w'.repeat(73));
  await page.expecting(400, async () => {
    await press('Create account');
    await page.getByRole('alert').filter({ hasText: 'does not keep to the rules' }).waitFor();
  });
  await page.getByLabel('Password').fill(PASSWORD);
  await press('Create account');
  await heading('Dashboard');
});

test('a server that strangers can reach asks for its setup code', async () => {
  const open = await server([], {}, '0.0.0.0:0');
  const stranger = await visit(open);
  await stranger.open('');
  await stranger.getByLabel('Setup code').fill('guessed');
  await stranger.getByLabel('E-mail address').fill('admin@example.com');
  await stranger.getByLabel('Username').fill('admin');
  await stranger.getByLabel('Password').fill(PASSWORD);
  await stranger.expecting(403, async () => {
    await stranger.getByRole('button', { name: 'Create account' }).click();
    await stranger.getByRole('alert').filter({ hasText: 'not the setup code' }).waitFor();
  });
  await look(stranger, 'set-up-code');
  const [, code] = open.log().match(/with the setup code ([a-z0-9]{26}) /);
  await stranger.getByLabel('Setup code').fill(code);
  await stranger.getByRole('button', { name: 'Create account' }).click();
  await stranger.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  await stranger.leave();
  await open.stop();
});

test('the setup screen is gone once there is an account', async () => {
  const other = await visit(mm);
  await other.open('');
  await other.getByRole('heading', { level: 1, name: 'Sign in to patmost' }).waitFor();
  await look(other, 'sign-in');
  await other.expecting(401, async () => {
    await other.getByLabel('Username or e-mail address').fill('admin');
    await other.getByLabel('Password').fill('wrong');
    await other.getByRole('button', { name: 'Sign in' }).click();
    const alert = other.getByRole('alert').filter({ hasText: 'Enter a valid email or username' });
    await alert.waitFor();
    assert.match(await alert.textContent(), /Request [a-z0-9]{26}/);
  });
  assert.equal(await other.getByLabel('Password').inputValue(), '');
  await other.leave();
});

test('while tokens are off the page says why none can be made', async () => {
  await go('Personal Access Tokens');
  await heading('Personal Access Tokens');
  await page.getByText('Personal access tokens are turned off on this server.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Create Token' }).count(), 0);
});

test('the admin turns tokens and bots on', async () => {
  await page.getByRole('link', { name: 'Turn them on under Integration Management.' }).click();
  await heading('Integration Management');
  await page.getByRole('switch', { name: 'Enable Personal Access Tokens' }).click();
  await page.getByRole('switch', { name: 'Enable Bot Accounts' }).click();
  await press('Save');
  await told('Saved');
  await page.reload();
  assert.ok(await page.getByRole('switch', { name: 'Enable Personal Access Tokens' }).isChecked());
});

test('the admin creates an account', async () => {
  await go('Users');
  await heading('Users');
  await press('Create User');
  await dialog().getByLabel('E-mail address').fill('ci@example.com');
  await dialog().getByLabel('Username').fill('ci');
  await dialog().getByLabel('Password').fill(PASSWORD);
  await look(page, 'create-user');
  await answer('Create User');
  await told('The account is created.');
  await row(page, '@ci').waitFor();
});

test('an account without the role is told that it may not make tokens', async () => {
  const other = await visit(mm);
  await other.open('#/tokens');
  await other.signIn('ci');
  await other.getByText('Your account may not create personal access tokens.').waitFor();
  assert.equal(await other.getByRole('button', { name: 'Create Token' }).count(), 0);
  assert.equal(await other.getByRole('link', { name: 'Users', exact: true }).count(), 0);
  await other.open('#/users');
  await other.getByRole('heading', { level: 1, name: 'Not allowed' }).waitFor();
  await other.leave();
});

test('the admin allows the account to generate tokens', async () => {
  await page.getByLabel('Name, e-mail, user id or token id').fill('ci@exa');
  await press('Search');
  await page.getByText('1 account', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Manage @ci' }).click();
  await page.getByRole('menuitem', { name: 'Manage Roles' }).click();
  await look(page, 'manage-roles');
  await dialog().getByLabel('Allow this account to generate personal access tokens').check();
  await dialog().getByLabel('post:channels').check();
  await answer('Save');
  await row(page, '@ci').filter({ hasText: 'Member, personal access tokens, post:channels' }).waitFor();
  const { body } = await mm.api('POST', '/users/login', null, { login_id: 'ci', password: PASSWORD });
  assert.equal(body.roles, 'system_user system_user_access_token system_post_all_public');
});

test('signing out leads to the sign-in page, and the session is over', async () => {
  const [session] = (await page.context().cookies()).filter(({ name }) => name === 'MMAUTHTOKEN');
  assert.ok(session.httpOnly);
  await press('Sign out');
  await page.getByText('You are signed out.').waitFor();
  assert.equal(await mm.accepts(session.value), false);
  assert.deepEqual((await page.context().cookies()).map(({ name }) => name), []);
});

test('the account creates a token, whose secret is shown once and works', async () => {
  await page.signIn('ci');
  await heading('Personal Access Tokens');
  await press('Create Token');
  await dialog().getByLabel('Description').fill('nightly build');
  await dialog().getByLabel('Expiry').selectOption({ label: '7 days' });
  await look(page, 'create-token');
  await answer('Create');
  await dialog().getByRole('heading', { name: 'Your token' }).waitFor();
  const shown = await dialog().locator('code').allTextContents();
  [secret] = shown;
  assert.match(secret, /^[a-z0-9]{26}$/);
  assert.equal(shown[1], `curl -H "Authorization: Bearer ${secret}" ${mm.url}/api/v4/users/me`);
  [, , tokenId] = shown;
  await dialog().getByRole('button', { name: 'Copy: Secret' }).click();
  await dialog().getByRole('button', { name: 'Copy: Secret' }).filter({ hasText: 'Copied' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await page.keyboard.press('Escape');
  assert.ok(await dialog().isVisible(), 'Escape does not take away what is shown once');
  await answer('I have copied it');
  await row(page, 'nightly build').filter({ hasText: 'Expires soon' }).waitFor();
  assert.ok(!(await page.content()).includes(secret));
  assert.ok(!page.url().includes(secret));
  assert.ok(await mm.accepts(secret));
});

test('the list tells when and from where the token was used', async () => {
  await page.reload();
  const used = row(page, 'nightly build');
  await used.filter({ hasText: 'just now' }).filter({ hasText: '127.0.0.1' }).waitFor();
  assert.ok((await used.textContent()).includes(tokenId));
  await look(page, 'tokens');
});

test('it disables, enables and rotates the token, each after it confirmed', async () => {
  await press('Disable: nightly build');
  await answer('Cancel');
  assert.ok(await mm.accepts(secret));
  await press('Disable: nightly build');
  await answer('Disable');
  await row(page, 'nightly build').filter({ hasText: 'Disabled' }).waitFor();
  assert.equal(await mm.accepts(secret), false);
  await press('Enable: nightly build');
  await answer('Enable');
  await told('The token is enabled.');
  assert.ok(await mm.accepts(secret));
  await press('Rotate: nightly build');
  await dialog().getByLabel('Expiry').selectOption({ label: 'No expiry' });
  await answer('Rotate');
  await dialog().getByRole('heading', { name: 'Your token' }).waitFor();
  rotated = (await dialog().locator('code').allTextContents())[0];
  await answer('I have copied it');
  await row(page, 'nightly build').filter({ hasText: 'Active' }).waitFor();
  assert.deepEqual([await mm.accepts(secret), await mm.accepts(rotated)], [false, true]);
});

test('the admin finds the token in the log and comes to its owner', async () => {
  await press('Sign out');
  await page.signIn('admin');
  await go('Logs');
  await heading('Logs');
  await page.getByLabel('Token id').fill(tokenId);
  await press('Filter');
  await page.getByText(/ of the last /).waitFor();
  await look(page, 'logs');
  await row(page, 'GET /users/{user_id}').filter({ hasText: '200' }).first().getByRole('link', { name: tokenId }).click();
  await heading('Tokens of @ci');
  assert.equal(await page.locator('tr[aria-current=true]').getAttribute('data-id'), tokenId);
  await look(page, 'manage-tokens');
});

test('a deactivated account is refused with its token, and accepted again when it is active', async () => {
  const act = async (action) => {
    await page.getByRole('button', { name: 'Manage @ci' }).click();
    await page.getByRole('menuitem', { name: action }).click();
    await answer(action);
  };
  await go('Users');
  await page.getByLabel('Name, e-mail, user id or token id').fill(tokenId);
  await press('Search');
  await page.getByText('Found as the owner of the token').waitFor();
  await act('Deactivate');
  await row(page, '@ci').filter({ hasText: 'Deactivated' }).waitFor();
  assert.equal(await mm.accepts(rotated), false);
  await act('Activate');
  await told('The account is activated.');
  assert.ok(await mm.accepts(rotated));
});

test('the admin revokes the token for good, with the one that it made', async () => {
  const child = (await mm.api('POST', '/users/me/tokens', rotated, { description: 'child' })).body.token;
  assert.ok(await mm.accepts(child));
  await page.getByRole('link', { name: '@ci' }).click();
  await page.getByText('Made with token').waitFor();
  await press('Delete: nightly build');
  await dialog().getByLabel('Also delete the tokens that were made with it').check();
  await look(page, 'delete-token');
  await answer('Delete');
  await page.getByText('There are no tokens yet.').waitFor();
  assert.equal(await mm.accepts(rotated), false);
  assert.equal(await mm.accepts(child), false);
});

test('the audit tells what became of it, and where its id led there is a way on', async () => {
  await go('Audits');
  await page.getByLabel('Token id').fill(tokenId);
  await press('Filter');
  await row(page, '/api/v4/users/tokens/revoke').filter({ hasText: `success - token_id=${tokenId}` }).waitFor();
  await look(page, 'audits');
  await row(page, '/api/v4/users/tokens/revoke').getByRole('link', { name: tokenId }).click();
  await heading('No such token');
  await page.getByRole('link', { name: 'What the audit says about it' }).click();
  await heading('Audits');
});

// A server of the program under test, a browser, and what every page of the console is held to.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const PROGRAM = process.env.PATMOST_PROGRAM;
const BROWSER = process.env.PATMOST_BROWSER ?? '/usr/bin/chromium';
/** Where screenshots go; without it there are none. */
const SHOTS = process.env.PATMOST_SCREENSHOTS;
const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const PASSWORD = 'Correct-Horse-1';
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };

/** A server with an empty file; `more` are further arguments. */
export async function server(more = [], env = {}, listen = '127.0.0.1:0') {
  assert.ok(PROGRAM, 'PATMOST_PROGRAM must name the program');
  const folder = await mkdtemp(join(tmpdir(), 'patmost-console-'));
  const child = spawn(PROGRAM, ['serve', '--listen', listen, ...more], { cwd: folder, env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  // A run that is stopped half way leaves no server behind.
  process.on('exit', () => child.kill('SIGKILL'));
  const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  let log = '';
  child.stderr.setEncoding('utf8');
  const url = await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      log += chunk;
      const found = log.match(/ listens on (http:[^,]*), data in /);
      // A browser opens no address that stands for all of them.
      if (found) resolve(found[1].replace('0.0.0.0', '127.0.0.1'));
    });
    exited.then(() => reject(new Error(`the server did not start: ${log}`)));
  });
  const api = async (method, path, secret, body) => {
    const response = await fetch(`${url}/api/v4${path}`, { method, headers: secret ? { Authorization: `Bearer ${secret}` } : {}, body: body && JSON.stringify(body) });
    return { status: response.status, secret: response.headers.get('Token'), body: await response.json().catch(() => null) };
  };
  return {
    url,
    folder,
    api,
    log: () => log,
    /** Whether the secret opens the door. */
    accepts: async (secret) => (await api('GET', '/users/me', secret)).status === 200,
    /** The first account, signed in; its session's secret. */
    async admin() {
      await api('POST', '/users', null, { email: 'admin@example.com', username: 'admin', password: PASSWORD });
      return (await api('POST', '/users/login', null, { login_id: 'admin', password: PASSWORD })).secret;
    },
    /** Ends in good order, without an error in its log. */
    async stop() {
      child.kill('SIGTERM');
      assert.equal(await exited, 0, 'TERM ends the server with exit code 0');
      const bad = log.split('\n').filter((line) => / (ERROR|WARN) |panicked/.test(line) && !line.includes('Client Logs API Endpoint Message'));
      assert.deepEqual(bad, []);
      await rm(folder, { recursive: true });
    },
  };
}

process.on('SIGTERM', () => process.exit(1));

let browser;

/** A window of its own, without cookies. What goes wrong in it is collected, and must be nothing when it is closed. */
export async function visit(server, options = {}) {
  browser ??= await chromium.launch({ executablePath: BROWSER, args: FLAGS });
  const context = await browser.newContext({ viewport: WIDE, permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  const wrong = [];
  let allowed = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !allowed.some((pattern) => pattern.test(message.text()))) wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`error: ${error}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${server.url}/`) && !request.url().startsWith('data:')) wrong.push(`request outside: ${request.url()}`);
    if (/[?&](token|password|secret|access_token)=/i.test(request.url())) wrong.push(`secret in an address: ${request.url()}`);
  });
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)));
  page.setDefaultTimeout(5000);
  return Object.assign(page, {
    /** Runs something of which a refusal with this status is expected: browsers write those into their console. */
    async expecting(status, work) {
      allowed = [new RegExp(`status of ${status} `)];
      await work();
      allowed = [];
    },
    open: (path) => page.goto(`${server.url}/${path}`),
    /** Goes to a page of the console and waits until it is there. */
    async to(name, title) {
      await page.goto(`${server.url}/#/${name}`);
      await page.shown(name);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    },
    /** Waits until that page is shown, and not the one before it. */
    shown: (name) => page.waitForFunction((address) => document.querySelector('main')?.dataset.shown === address, `#/${name}`),
    async signIn(username, password = PASSWORD) {
      await page.getByLabel('Username or e-mail address').fill(username);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    },
    /** Keeps nothing from the disk, and closes. */
    async leave() {
      const kept = await page.evaluate(() => [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]);
      assert.deepEqual(kept, ['{}', '{}'], 'nothing is in storage');
      await context.close();
      assert.deepEqual(wrong, []);
    },
    wrong,
  });
}

export async function closeBrowser() {
  await browser?.close();
}

/** The row of a table that has the text. */
export const row = (page, words) => page.getByRole('row').filter({ hasText: words });

/** The page as it is seen, at two widths, light and dark; and that it fits and can be used by everyone. */
export async function look(page, name) {
  for (const [size, viewport] of [['1280', WIDE], ['360', NARROW]]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await accessible(page, `${name}, ${size} wide, ${colorScheme}`);
      if (SHOTS) {
        await mkdir(SHOTS, { recursive: true });
        await page.screenshot({ path: join(SHOTS, `${name}-${size}-${colorScheme}.png`), fullPage: true });
      }
    }
    const [inside, outside] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(inside <= outside, `${name} is ${inside} wide in a window of ${outside}`);
  }
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Finds nothing serious with axe. */
async function accessible(page, name) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`);
  assert.deepEqual(found, [], name);
}

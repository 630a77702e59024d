// Who is here, which page they see, and the frame around it.

import * as api from './api.js';
import { closeDialogs } from './dialog.js';
import { button, el, failure, heading, link, note, username } from './dom.js';
import { isAdmin, namesOf } from './roles.js';
import { text } from './text.js';
import { setUpPage, signInPage } from './pages/sign_in.js';

/** The account that is signed in, what it may do, and what the server tells its clients; null: nobody is. */
let session = null;

/** `[path, file, page, title, whether for admins]`; `:x` stands for one part of the path. A file is loaded when it is needed. */
const PAGES = [
  ['tokens', 'tokens', 'ownTokensPage', text.tokens.title],
  ['sessions', 'security', 'sessionsPage', text.sessions.title],
  ['history', 'security', 'historyPage', text.history.title],
  ['password', 'security', 'passwordPage', text.password.title],
  ['dashboard', 'dashboard', 'dashboardPage', text.dashboard.title, true],
  ['users', 'users', 'usersPage', text.users.title, true],
  ['users/:id/tokens', 'tokens', 'userTokensPage', text.tokens.manage, true],
  ['users/:id/tokens/:token', 'tokens', 'userTokensPage', text.tokens.manage, true],
  ['access', 'access', 'accessPage', text.access.title, true],
  ['token/:token', 'access', 'findToken', text.access.title, true],
  ['integrations', 'integrations', 'integrationsPage', text.integrations.title, true],
  ['webhooks', 'webhooks', 'webhooksPage', text.webhooks.title, true],
  ['logs', 'logs', 'logsPage', text.logs.title, true],
  ['audits', 'audits', 'auditsPage', text.audits.title, true],
];

const MENU = [
  [text.menu.security, ['tokens', 'sessions', 'history', 'password']],
  [text.menu.console, ['dashboard', 'users', 'access', 'integrations', 'webhooks', 'logs', 'audits']],
];

const app = document.getElementById('app');
const icon = el('img', { src: 'console/icon.svg', alt: '', width: '24', height: '24' });
const main = el('main', { id: 'main' });
let visit = 0;

/** Whether the page for signing in is shown, or on its way: several requests may find at once that the session is over. */
let outside = false;

/** The page that the address names, with the variable parts of its path and its query. */
function route() {
  const [path, search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/');
  for (const [pattern, file, page, title, forAdmins] of PAGES) {
    const names = pattern.split('/');
    if (names.length !== parts.length || !names.every((name, at) => name.startsWith(':') || name === parts[at])) continue;
    const params = Object.fromEntries(names.map((name, at) => [name.slice(1), parts[at]]).filter((_, at) => names[at].startsWith(':')));
    return { address: location.hash, name: parts[0], file, page, title, forAdmins, params, query: new URLSearchParams(search) };
  }
  return null;
}

/** The function that makes the page. */
async function load({ file, page }) {
  const module = await import(`./pages/${file}.js`).catch((cause) => {
    throw new api.Unreachable('', { cause });
  });
  return module[page];
}

/** Shows the page of the address. `quietly` leaves the focus where it is: the same page, read anew. */
async function show(quietly = false) {
  if (!session) return;
  const here = route();
  if (!here) return location.replace(isAdmin(session.me) ? '#/dashboard' : '#/tokens');
  const mine = ++visit;
  if (!quietly) closeDialogs();
  frame(here);
  main.setAttribute('aria-busy', 'true');
  let content;
  try {
    if (here.forAdmins && !session.can.has('manage_system')) content = forbidden();
    else content = await (await load(here))({ ...session, params: here.params, query: here.query, reload: () => show(true) });
  } catch (error) {
    content = [heading(here.title), note('danger', failure(error)), button(text.action.again, () => show())];
  }
  // Somebody went on meanwhile, or the session ended.
  if (mine !== visit || !session) return;
  main.removeAttribute('aria-busy');
  if (!content) return;
  main.replaceChildren(...[content].flat(Infinity).filter(Boolean));
  document.title = `${here.title} · ${session.config.SiteName}`;
  // Which address it is that is shown now, for whoever waits for it.
  main.dataset.shown = here.address;
  if (!quietly) {
    scrollTo(0, 0);
    main.querySelector('h1')?.focus({ preventScroll: true });
    main.querySelector('tr.current')?.scrollIntoView({ block: 'center' });
  }
}

const forbidden = () => [heading(text.error.forbidden), el('p', {}, text.error.forbiddenHint), link('#/tokens', text.tokens.title)];

/** The bar, the menu, and the place for the page. */
function frame(here) {
  const { me, config, can } = session;
  const titles = Object.fromEntries(PAGES.map(([path, , , title]) => [path, title]));
  const inside = { token: 'access' }[here.name] ?? here.name;
  const group = ([title, names], at) => (at === 1 && !can.has('manage_system') ? null : [
    el('h2', { id: `menu-${at}` }, title),
    el('ul', { 'aria-labelledby': `menu-${at}` }, names.map((name) =>
      el('li', {}, el('a', { href: `#/${name}`, 'aria-current': name === inside ? 'page' : undefined }, titles[name])))),
  ]);
  const nav = el('nav', { id: 'menu', 'aria-label': text.menu.label }, MENU.map(group));
  const toggle = button(text.menu.open, () => {
    const open = app.classList.toggle('menu-open');
    toggle.setAttribute('aria-expanded', String(open));
  }, 'menu-toggle', { 'aria-expanded': 'false', 'aria-controls': 'menu' });
  app.classList.remove('menu-open');
  const skip = button(text.menu.skip, () => main.querySelector('h1')?.focus(), 'skip');
  const bar = el('header', { class: 'bar' }, skip, toggle,
    el('a', { class: 'brand', href: '#/' }, icon, el('bdi', {}, config.SiteName)),
    el('span', { class: 'me' }, username(me)),
    button(text.signIn.out, leave, 'small'));
  app.replaceChildren(bar, nav, main);
}

async function leave() {
  try {
    await api.signOut();
  } catch (error) {
    if (session) return main.prepend(note('danger', failure(error)));
  }
  api.forget();
  await signedOut(text.signIn.signedOut);
  history.replaceState(null, '', '#/');
}

/** Shows the page for whoever is not signed in. The address stays, and leads back to where one was. */
async function signedOut(message) {
  session = null;
  outside = true;
  visit += 1;
  closeDialogs();
  const config = await api.get('/config/client?format=old');
  const page = config.NoAccounts === 'true' ? setUpPage(config, enter) : signInPage(config, message, enter);
  app.className = 'outside';
  main.replaceChildren();
  app.replaceChildren(page);
  document.title = `${config.NoAccounts === 'true' ? text.setUp.title : text.signIn.title} · ${config.SiteName}`;
  app.querySelector('input')?.focus();
}

/** Goes in with the session of the cookie. */
async function enter() {
  outside = false;
  const [me, config] = await Promise.all([api.get('/users/me'), api.get('/config/client?format=old')]);
  const names = namesOf(me);
  const roles = names.length ? await api.post('/roles/names', names) : [];
  session = { me, config, can: new Set(roles.flatMap((role) => role.permissions)) };
  app.className = '';
  await show();
}

async function start() {
  try {
    if (api.hasSession()) await enter();
    else await signedOut();
  } catch (error) {
    // A session that is over has already led to the page for signing in.
    if (error.status === 401) return;
    app.className = 'outside';
    app.replaceChildren(el('main', { class: 'alone' }, el('h1', {}, text.error.title), note('danger', failure(error)), button(text.action.again, start, 'primary')));
  }
}

api.onSessionEnd(() => {
  if (outside) return;
  api.forget();
  signedOut(session ? text.signIn.ended : undefined).catch(start);
});
addEventListener('hashchange', () => show());
start();

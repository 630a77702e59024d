// The REST API: sends the session's cookie, and its CSRF token with every change. Keeps no secret anywhere.

// Where this file comes from says below which path the server is reached.
const BASE = new URL('../api/v4', import.meta.url).pathname;
const EXPIRED = 'api.context.session_expired.app_error';

/** A refusal, in the server's words. */
export class ApiError extends Error {
  constructor(status, body, requestId) {
    super(body.message || `HTTP ${status}`);
    this.status = status;
    this.id = body.id || '';
    this.requestId = body.request_id || requestId || '';
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

let ended = () => {};
let ahead = 0;

/** What happens when the session of the page has ended. */
export function onSessionEnd(handler) {
  ended = handler;
}

/** The server's time: what ends when is decided there. */
export const now = () => Date.now() + ahead;

/** Whether there may be a session; only the server knows. */
export const hasSession = () => cookie('MMCSRF') !== '';

function cookie(name) {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : '';
}

async function call(method, path, body, headers = {}) {
  if (method !== 'GET' && !headers['X-Requested-With']) headers['X-CSRF-Token'] = cookie('MMCSRF');
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
    });
  } catch (cause) {
    throw new Unreachable('', { cause });
  }
  const date = Date.parse(response.headers.get('Date') ?? '');
  // The header is exact to a second; less than that is no difference.
  if (date) ahead = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now();
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const error = new ApiError(response.status, answer, response.headers.get('X-Request-Id'));
  if (error.id === EXPIRED) ended();
  throw error;
}

export const get = (path) => call('GET', path);
export const post = (path, body = {}) => call('POST', path, body);
export const put = (path, body) => call('PUT', path, body);
export const remove = (path) => call('DELETE', path);

/** Signs in: with this header the server answers with the session's cookies. */
export const signIn = (login_id, password) =>
  call('POST', '/users/login', { login_id, password }, { 'X-Requested-With': 'XMLHttpRequest' });

/** Makes the first account, as a stranger; `code` is the setup code, where the server asks for one. */
export const signUp = (account, code) =>
  call('POST', '/users', account, { 'X-Requested-With': 'XMLHttpRequest', ...(code && { 'X-Patmost-Setup-Code': code }) });

/** Signs out, and forgets what a script can forget. */
export async function signOut() {
  await post('/users/logout');
  forget();
}

/** Forgets the readable cookies of a session that is over. */
export function forget() {
  for (const name of ['MMCSRF', 'MMUSERID']) document.cookie = `${name}=; Path=/; Max-Age=0; SameSite=Lax`;
}

/** Accounts by id. */
export async function usersById(ids) {
  const wanted = [...new Set(ids)].filter((id) => isId(id));
  const users = wanted.length ? await post('/users/ids', wanted) : [];
  return new Map(users.map((user) => [user.id, user]));
}

/** Whether a text has the form of an id. */
export const isId = (text) => /^[a-z0-9]{26}$/.test(text);

/** A query string; what is empty is left out. */
export function query(values) {
  const filled = Object.entries(values).filter(([, value]) => value !== '' && value !== undefined && value !== null);
  return filled.length ? `?${new URLSearchParams(filled)}` : '';
}

// What Hubot's adapter does, with mattermost-client 6.5 as it is published. Run by .ci/clients.
//
// wire clients: mattermost-client 6.5.0
// wire clients: Hubot's client | `POST /users/login`
// wire clients: Hubot's client | `POST /posts`

const assert = require('node:assert').strict;

process.env.MATTERMOST_USE_TLS = 'false';
process.env.MATTERMOST_LOG_LEVEL = 'error';
const Client = require('mattermost-client');

const url = new URL(process.env.PATMOST_URL);
const {PATMOST_ADMIN: login_id, PATMOST_PASSWORD: password} = process.env;
setTimeout(() => {
    console.error('not done within a minute');
    process.exit(1);
}, 60_000).unref();

let steps = 0;
const step = (text) => console.log(`ok ${++steps} ${text}`);

const call = async (secret, method, path, body) => {
    const headers = secret ? {Authorization: `Bearer ${secret}`} : {};
    const answer = await fetch(`${url.origin}/api/v4${path}`, {method, headers, body: body && JSON.stringify(body)});
    assert(answer.ok, `${method} ${path}: ${answer.status}`);
    return [await answer.json(), answer.headers.get('Token')];
};

(async () => {
    const [admin, secret] = await call(null, 'POST', '/users/login', {login_id, password});
    const as = async (...request) => (await call(secret, ...request))[0];
    await as('PUT', '/config/patch', {ServiceSettings: {EnableUserAccessTokens: true}});
    const bot = await as('POST', '/users', {username: 'hubot', email: 'hubot@example.com', password: 'Correct-Horse-1'});
    const {token} = await as('POST', `/users/${bot.id}/tokens`, {description: 'x'});
    const team = await as('POST', '/teams', {name: 'team', display_name: 'Team', type: 'O'});
    await as('POST', `/teams/${team.id}/members`, {team_id: team.id, user_id: bot.id});
    const square = await as('GET', `/teams/${team.id}/channels/name/town-square`);

    const client = new Client(url.hostname, 'team', {httpPort: url.port, wssPort: url.port, pingInterval: 200,
        logger: {info() {}, debug() {}, warning: console.error, error: console.error}});
    const once = (name) => new Promise((resolve) => client.once(name, resolve));
    client.on('error', (error) => {
        throw new Error(JSON.stringify(error));
    });
    const loaded = ['meLoaded', 'preferencesLoaded', 'teamsLoaded', 'channelsLoaded', 'hello', 'ping'].map(once);
    client.tokenLogin(token);
    const [me, , , channels] = await Promise.all(loaded);
    assert.equal(me.id, bot.id);
    assert.deepEqual(channels.map(({name}) => name).sort(), ['off-topic', 'town-square']);
    assert.equal(client.getUserByEmail('hubot@example.com').id, bot.id);
    step('logs in by its token, loads everything, hears hello and pong');

    let heard = once('message');
    await as('POST', '/posts', {channel_id: square.id, message: '@hubot hello'});
    const message = await heard;
    assert.equal(JSON.parse(message.data.post).message, '@hubot hello');
    assert.equal(message.data.sender_name, '@admin');
    step('hears what is posted');

    heard = once('message');
    client.postMessage('hello', square.id);
    assert.equal(JSON.parse((await heard).data.post).user_id, bot.id);
    const {order, posts} = await as('GET', `/channels/${square.id}/posts`);
    assert.equal(posts[order[0]].message, 'hello');
    step('answers');

    const profile = once('profilesLoaded');
    const eve = await as('POST', '/users', {username: 'eve', email: 'eve@example.com', password: 'Correct-Horse-1'});
    assert.equal((await profile)[0].id, eve.id);
    assert.equal(admin.username, 'admin');
    step('looks up a new account');
    client.disconnect();
    process.exit(0);
})();

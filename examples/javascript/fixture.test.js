// Tests with node:test and Mattermost's own client, against a real server, which fixture.js starts.
//
//     npm --prefix examples/javascript ci
//     PATMOST=$PWD/target/release/patmost npm --prefix examples/javascript test

import {strict as assert} from 'node:assert';
import {after, before, beforeEach, test} from 'node:test';
import {fileURLToPath} from 'node:url';

import mattermost from '@mattermost/client';
import WebSocket from 'ws';

import {start} from './fixture.js';

const {Client4, WebSocketClient} = mattermost;
globalThis.WebSocket ??= WebSocket;

const CI = 'abcdefghijklmnopqrstuvwxyz';

let server;
before(async () => {
    server = await start('--seed', fileURLToPath(new URL('../seed.json', import.meta.url)));
});
beforeEach(() => server.reset());
after(() => server.stop());

const client = (token) => {
    const made = new Client4();
    made.setUrl(server.url);
    made.setToken(token);
    return made;
};

const talk = async (ci) => {
    const team = await ci.getTeamByName('team');
    return ci.getChannelByName(team.id, 'talk');
};

test('the seed is there', async () => {
    const me = await client(CI).getMe();
    assert.equal(me.nickname, 'nightly builds');
});

test('a test may change everything', async () => {
    const admin = client(server.admin.token);
    await admin.updateUserActive((await client(CI).getMe()).id, false);
    await assert.rejects(client(CI).getMe(), {status_code: 401});
});

test('the next one finds the seed again', async () => {
    assert.equal((await client(CI).getMe()).delete_at, 0);
});

test('what is posted is heard over the WebSocket', async () => {
    const ci = client(CI);
    const {id} = await talk(ci);
    const socket = new WebSocketClient();
    const posted = new Promise((resolve) => socket.addMessageListener(async ({event, data}) => {
        if (event === 'hello') {
            await ci.createPost({channel_id: id, message: 'done'});
        } else if (event === 'posted') {
            resolve(JSON.parse(data.post).message);
        }
    }));
    socket.initialize(ci.getWebSocketUrl(), CI);
    assert.equal(await posted, 'done');
    socket.close();
});

test('a server in trouble says so, once', async () => {
    await server.fixture('PUT', '/faults', [{path: '/api/v4/users/me', status: 503, id: 'app.down.app_error', times: 1}]);
    await assert.rejects(client(CI).getMe(), {status_code: 503, server_error_id: 'app.down.app_error'});
    assert.equal((await client(CI).getMe()).username, 'ci');
});

test('what was called can be read', async () => {
    const ci = client(CI);
    await ci.createPost({channel_id: (await talk(ci)).id, message: 'done'});
    const call = await server.fixture('GET', '/requests/next?method=POST&timeout_ms=5000');
    assert.equal(call.body.message, 'done');
    assert.equal(call.headers.authorization, 'BEARER [secret]');
});

for (const state of ['expired', 'disabled', 'owner_deactivated', 'rotated']) {
    test(`a token that is ${state}`, async () => {
        const {token} = await server.fixture('POST', '/tokens', {state});
        await assert.rejects(client(token).getMe(), {status_code: 401});
    });
}

test('worlds run beside each other', async () => {
    const worlds = await Promise.all([1, 2].map(() => server.fixture('POST', '/worlds')));
    const [one, other] = worlds.map(({url, admin}) => {
        const made = client(admin.token);
        made.setUrl(url);
        return made;
    });
    await one.createTeam({name: 'only-here', display_name: 'Only here', type: 'O'});
    await assert.rejects(other.getTeamByName('only-here'), {status_code: 404});
    await Promise.all(worlds.map(({id}) => server.fixture('DELETE', `/worlds/${id}`)));
});

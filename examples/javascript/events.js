// REST and events with Mattermost's own JavaScript client, @mattermost/client 11.9.0, on Node 20 or newer.
//
//     cd examples/javascript && npm ci
//     PATMOST_URL=http://127.0.0.1:8065 PATMOST_ADMIN=admin PATMOST_PASSWORD=... node events.js
//
// The admin makes a team and a channel, posts, and hears over the WebSocket what is posted. Prints a line for each step; the
// first surprise ends it with a stack trace and exit code 1.

import {strict as assert} from 'node:assert';
import {randomBytes} from 'node:crypto';

import mattermost from '@mattermost/client';
import WebSocket from 'ws';

// The client is a CommonJS module, of which Node sees no names.
const {Client4, ClientError, WebSocketClient, WebSocketEvents} = mattermost;

// A browser has it; Node has it from 22 on.
globalThis.WebSocket ??= WebSocket;

const {PATMOST_URL: url, PATMOST_ADMIN: username, PATMOST_PASSWORD: password} = process.env;
assert(url && username && password, 'PATMOST_URL, PATMOST_ADMIN and PATMOST_PASSWORD must be set');
// So that it can run again on the same server.
const run = randomBytes(4).toString('hex');

// Whatever waits for ever.
setTimeout(() => {
    console.error('not done within a minute');
    process.exit(1);
}, 60_000).unref();

let steps = 0;
const step = (text) => console.log(`ok ${++steps} ${text}`);

const client = new Client4();
client.setUrl(url);

await assert.rejects(client.login(username, `not ${password}`), (error) => {
    assert(error instanceof ClientError, `expected a ClientError, got ${error}`);
    assert.equal(error.status_code, 401);
    return error.server_error_id === 'api.user.login.invalid_credentials_email_username';
});
const me = await client.login(username, password);
assert.equal(me.username, username);
assert.equal((await client.getMe()).id, me.id);
step('logs in by password; a wrong one is refused');

const team = await client.createTeam({name: `team-${run}`, display_name: 'Team', type: 'O'});
assert.equal((await client.getTeamByName(team.name)).id, team.id);
const channel = await client.createChannel({team_id: team.id, name: 'talk', display_name: 'Talk', type: 'O'});
assert.equal((await client.getChannelByName(team.id, 'talk')).id, channel.id);
const mine = await client.getMyChannels(team.id);
assert.deepEqual(mine.map(({name}) => name).sort(), ['off-topic', 'talk', 'town-square']);
step('makes a team and a channel');

const events = [];
const waiting = new Set();
const socket = new WebSocketClient();
socket.addMessageListener((event) => {
    events.push(event);
    waiting.forEach((look) => look());
});
// The client connects anew when an event is missing, or when the server does not answer its ping.
socket.addCloseListener(() => {
    throw new Error('the connection was lost');
});

// The first event that is so, now or within 10 s.
const heard = (what, isSo) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`expected ${what} within 10 s`)), 10_000);
    const look = () => {
        const event = events.find(isSo);
        if (event) {
            clearTimeout(late);
            waiting.delete(look);
            resolve(event);
        }
    };
    waiting.add(look);
    look();
});

socket.initialize(client.getWebSocketUrl(), client.getToken());
await heard('hello', ({event}) => event === WebSocketEvents.Hello);
assert.equal(events[0].event, WebSocketEvents.Hello);
const reply = await new Promise((resolve) => socket.getStatuses(resolve));
assert.equal(reply.status, 'OK');
assert.equal(reply.data[me.id], 'online');
step('the WebSocket takes the secret of the login, says hello, and answers');

const post = await client.createPost({channel_id: channel.id, message: 'hello'});
const posted = await heard('posted', ({event, data}) => event === WebSocketEvents.Posted && JSON.parse(data.post).id === post.id);
assert.equal(JSON.parse(posted.data.post).message, 'hello');
assert.equal(posted.data.sender_name, `@${username}`);
assert.equal(posted.broadcast.channel_id, channel.id);
step('posts, and hears it');

const isOfPost = (name) => ({event, data}) => event === name && JSON.parse(data.post).id === post.id;
await client.patchPost({id: post.id, message: 'hello, world'});
const edited = await heard('post_edited', isOfPost(WebSocketEvents.PostEdited));
assert.equal(JSON.parse(edited.data.post).message, 'hello, world');
const listed = await client.getPosts(channel.id);
assert.equal(listed.order[0], post.id);
assert.equal(listed.posts[post.id].message, 'hello, world');
step('changes it, hears that, and finds it in the channel');

await client.deletePost(post.id);
await heard('post_deleted', isOfPost(WebSocketEvents.PostDeleted));
await assert.rejects(client.getPost(post.id), {status_code: 404});
step('deletes it, and hears that');

assert.deepEqual(events.map(({seq}) => seq), events.map((_, index) => index));
socket.close();
await client.logout();
await assert.rejects(client.getMe(), {status_code: 401});
step('no event was lost; logs out');

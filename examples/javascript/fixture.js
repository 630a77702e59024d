// A Mattermost for tests: one process, which ends with this one. PATMOST names the program; without it, it is looked for
// in PATH.

import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

export async function start(...options) {
    const program = process.env.PATMOST ?? 'patmost';
    const server = spawn(program, ['serve', '--ephemeral', '--exit-with-stdin', '--max-lifetime', '10m', ...options], {
        stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ready = await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.once('exit', (code) => reject(new Error(`${program} ended with exit code ${code}`)));
        createInterface(server.stdout).once('line', (line) => resolve(JSON.parse(line)));
    });

    // Asks for what no client can: another time, faults, what was called, tokens in every state.
    const fixture = async (method, path, body) => {
        const answer = await fetch(`${ready.url}/fixture${path}`, {method, body: body && JSON.stringify(body)});
        const told = await answer.json();
        if (!answer.ok) {
            throw new Error(told.message);
        }
        return told;
    };
    const stop = () => new Promise((resolve) => {
        server.once('exit', resolve);
        server.stdin.end();
    });
    return {...ready, fixture, reset: () => fixture('POST', '/reset'), stop};
}

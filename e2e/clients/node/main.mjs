/** Echoclock by the clients of Node.js: a line for each, and the first fault ends it all. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import { WebSocket as UndiciWebSocket, fetch } from 'undici';
import { WebSocket } from 'ws';

import { CHAT, Heard, HTTP, EVENTS, RAW, STREAM, stopTheServer, within } from './echoclock.mjs';
import * as events from './events.mjs';
import * as sockets from './sockets.mjs';

/** A server that stops closes sockets with 1001, and ends streams as streams end. */
async function theEnd() {
  const open = [new WebSocket(CHAT), new UndiciWebSocket(RAW)];
  const closed = open.map((socket) => new Heard(socket, 'close'));
  await Promise.all(open.map((socket) => new Heard(socket, 'open').next('an open socket')));
  const streams = await Promise.all([STREAM, HTTP + EVENTS].map((url) => fetch(url)));
  stopTheServer();
  for (const end of closed) {
    const { code, reason } = await end.next('the end of a socket');
    assert.deepEqual([code, reason], [1001, 'the server stops']);
  }
  // A body that is cut off would be an error.
  await within(Promise.all(streams.map((stream) => stream.text())), 'the end of the streams');
}

const require = createRequire(import.meta.url);

async function takesPart([name, what, works]) {
  await works();
  const { version } = require(`../../node_modules/${name}/package.json`);
  console.log(`  ${name} ${version} ${what}`);
}

await Promise.all([...events.CLIENTS, ...sockets.CLIENTS].map(takesPart));
await theEnd();
console.log('The clients of Node.js take part.');

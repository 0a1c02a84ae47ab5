/** The chat and the raw echo over WebSocket. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { WebSocket as UndiciWebSocket } from 'undici';
import { WebSocket } from 'ws';

import { CHAT, checkEcho, Heard, OFFERED, RAW, say } from './echoclock.mjs';

const TEXT = 'h\u00e9 \u{1f600}';
const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** Both clients have the interface of a browser's. */
async function echoes(Socket) {
  const chat = new Socket(CHAT, 'echoclock.v1');
  const heard = new Heard(chat, 'message');
  assert.equal(JSON.parse((await heard.next('hello')).data).type, 'hello');
  assert.equal(chat.protocol, 'echoclock.v1');
  chat.send(say(7, TEXT));
  checkEcho((await heard.next('an echo')).data, 7, TEXT);
  // A lone surrogate is refused by its key.
  chat.send('{"type":"say","key":8,"text":"\\ud800"}');
  assert.equal(JSON.parse((await heard.next('a fault')).data).key, 8);
  const closed = new Heard(chat, 'close');
  chat.close(4000, 'bye');
  const { code, reason, wasClean } = await closed.next('the end');
  assert.deepEqual([code, reason, wasClean], [4000, 'bye', true]);

  const [first, second] = OFFERED;
  for (const [url, offered, selected] of [
    [RAW, OFFERED, first],
    [`${RAW}?protocol=${second}`, OFFERED, second],
    // These clients will not do without one where they have offered any.
    [`${RAW}?protocol=`, [], ''],
  ]) {
    const raw = new Socket(url, offered);
    raw.binaryType = 'arraybuffer';
    const [opened, back] = [new Heard(raw, 'open'), new Heard(raw, 'message')];
    await opened.next('an open socket');
    assert.equal(raw.protocol, selected, url);
    raw.send(TEXT);
    assert.equal((await back.next('text')).data, TEXT);
    raw.send(BYTES);
    assert.deepEqual(new Uint8Array((await back.next('bytes')).data), BYTES);
    raw.close();
  }
}

/** The lines that the README gives. */
async function types() {
  const wscat = fileURLToPath(new URL('../../node_modules/wscat/bin/wscat', import.meta.url));
  const run = async (...more) => {
    const { stdout } = await promisify(execFile)(process.execPath, [wscat, '-w', '1', ...more]);
    return stdout;
  };
  const [raw, chat] = await Promise.all([
    run('-c', RAW, '-s', OFFERED[0], '-x', 'anything at all'),
    run('-c', CHAT, '-x', say(1, 'hello')),
  ]);
  assert.match(raw, /anything at all/);
  assert.match(chat, /"type":"hello"[^]*"type":"echo","key":1,"text":"hello"/);
}

const ECHOES = 'says, is echoed byte for byte under each subprotocol, and closes';

export const CLIENTS = [
  ['ws', ECHOES, () => echoes(WebSocket)],
  ['undici', `${ECHOES}, by its WebSocket`, () => echoes(UndiciWebSocket)],
  ['wscat', 'says what the README has it say', types],
];

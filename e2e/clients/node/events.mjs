/** Event streams by what stands in for a browser's `EventSource`, and lines by fetch. */

import assert from 'node:assert/strict';

import { EventSource } from 'eventsource';
import polyfill from 'event-source-polyfill';
import { EventSource as UndiciEventSource, fetch } from 'undici';

import { checkTicks, EVENTS, Heard, STREAM, Way } from './echoclock.mjs';

/** Follows, loses its connection, comes back when it was told to, and misses nothing. */
async function follows(Source) {
  const way = new Way();
  const source = new Source((await way.open()) + EVENTS);
  const [hellos, ticks] = [new Heard(source, 'connecttime'), new Heard(source, 'message')];
  const take = async () => {
    const taken = [];
    while (taken.length < 5) {
      taken.push((await ticks.next('a tick')).data);
    }
    return taken;
  };
  try {
    const hello = JSON.parse((await hellos.next('connecttime')).data);
    assert.equal(hello.every, '100ms');
    const last = checkTicks(await take());
    const cut = performance.now();
    way.cut();
    await hellos.next('connecttime once more');
    const waited = performance.now() - cut;
    // Some wait a little more or less than they are told.
    assert.ok(waited > 1_500 && waited < 10_000, `it came back after ${waited} ms`);
    checkTicks(await take(), last);
  } finally {
    source.close();
    way.close();
  }
}

/** Reads lines as they come. */
async function readsLines() {
  const answer = await fetch(STREAM);
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split('\n').length > 5) {
      break;
    }
  }
  checkTicks(text.split('\n').slice(0, 5));
}

/** The polyfill tells the console of every loss. */
async function followsInSilence(Source) {
  const { error } = console;
  console.error = () => {};
  await follows(Source).finally(() => (console.error = error));
}

const FOLLOWS = 'follows events, and resumes after the time it is told';

export const CLIENTS = [
  ['eventsource', FOLLOWS, () => follows(EventSource)],
  ['event-source-polyfill', FOLLOWS, () => followsInSilence(polyfill.EventSourcePolyfill)],
  ['undici', `${FOLLOWS}, by its EventSource`, () => follows(UndiciEventSource)],
  ['undici', 'reads lines, by its fetch', readsLines],
];

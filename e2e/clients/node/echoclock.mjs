/** What every script needs of the server, and what must be true of what it says. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';

export const HTTP = process.env.ECHOCLOCK_URL;
export const WS = HTTP.replace('http', 'ws');

export const EVENTS = '/api/clock/events?every=100ms';
export const STREAM = `${HTTP}/api/clock/stream?every=100ms`;
export const CHAT = `${WS}/api/echo`;
export const RAW = `${WS}/api/echo/raw`;

/** What clients of the field offer. */
export const OFFERED = ['graphql-transport-ws', 'ocpp1.6', 'mqtt'];

/** Milliseconds after which a client that hears nothing has failed. */
const PATIENCE = 20_000;

/** Fails where what should come does not come. */
export async function within(promise, what) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`waited in vain for ${what}`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The events of an emitter or a target, one after the other, from here on. */
export class Heard {
  #waiting = [];
  #come = [];

  constructor(source, name) {
    const take = (event) => {
      const next = this.#waiting.shift();
      next ? next(event) : this.#come.push(event);
    };
    source.addEventListener ? source.addEventListener(name, take) : source.on(name, take);
  }

  next(what) {
    const come = this.#come.shift();
    return come ?? within(new Promise((next) => this.#waiting.push(next)), what);
  }
}

/** Ticks follow each other without a hole, and a place that is resumed from. */
export function checkTicks(ticks, after = JSON.parse(ticks[0]).seq - 1) {
  const places = ticks.map((tick) => JSON.parse(tick).seq);
  assert.deepEqual(
    places,
    places.map((_, index) => after + 1 + index),
  );
  return places.at(-1);
}

export function say(key, text) {
  return JSON.stringify({ type: 'say', key, text });
}

export function checkEcho(message, key, text) {
  const told = JSON.parse(message);
  assert.deepEqual([told.type, told.key, told.text], ['echo', key, text]);
}

/** Has the server drain, as whoever runs it would. */
export function stopTheServer() {
  process.kill(Number(process.env.ECHOCLOCK_PID), 'SIGTERM');
}

/** A way to the server that can be cut. */
export class Way {
  #server = net.createServer((client) => {
    const { hostname, port } = new URL(HTTP);
    const server = net.connect(Number(port), hostname);
    for (const [from, to] of [[client, server], [server, client]]) {
      this.#ends.add(from);
      from.pipe(to).on('error', () => {});
      from.on('close', () => {
        this.#ends.delete(from);
        to.destroy();
      });
    }
  });
  #ends = new Set();

  async open() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  cut() {
    this.#ends.forEach((end) => end.destroy());
  }

  close() {
    this.#server.close();
    this.cut();
  }
}

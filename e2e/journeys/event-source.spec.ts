/** The browser's own EventSource, with nothing of the page around it: it outlives a server that stops. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import type { Page } from '@playwright/test';

import { LOST_CONNECTION } from '../harness/complaints.ts';
import type { Server } from '../harness/server.ts';
import { expect, test } from '../harness/test.ts';

test('an event stream that meets a draining server comes back to the next one', async ({ page, server, complaints }) => {
  complaints.allow(LOST_CONNECTION, /favicon/);
  await page.goto(`${server.origin}/healthz`);
  await follow(page);
  await expect.poll(() => heard(page)).toContain('tick');

  // Somebody who does not read keeps the server from stopping at once.
  const deaf = await echoWithoutReading(server);
  const stopped = server.stop();
  await expect.poll(() => heard(page), { timeout: 20_000 }).toContain('refused');
  expect(await refusal(page)).toMatchObject({ status: 503, title: 'Service Unavailable' });
  await stopped;
  deaf.destroy();
  expect(await state(page), 'it has not given up').not.toBe(2);

  await server.start();
  await expect.poll(async () => (await heard(page)).at(-1), { timeout: 30_000 }).toBe('tick');
  expect(await state(page)).toBe(1);
});

interface Followed extends Window {
  source: EventSource;
  heard: string[];
  refusal: unknown;
}

/** Opens one EventSource in the page, and no other one ever. */
async function follow(page: Page): Promise<void> {
  await page.evaluate(() => {
    const followed = window as unknown as Followed;
    followed.heard = [];
    followed.source = new EventSource('/api/clock/events');
    followed.source.onmessage = () => followed.heard.push('tick');
    followed.source.onerror = () => followed.heard.push('error');
    followed.source.addEventListener('refused', (event) => {
      followed.heard.push('refused');
      followed.refusal = JSON.parse((event as MessageEvent<string>).data);
    });
  });
}

async function heard(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as Followed).heard);
}

async function refusal(page: Page): Promise<unknown> {
  return page.evaluate(() => (window as unknown as Followed).refusal);
}

async function state(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as Followed).source.readyState);
}

/** Has much echoed, and reads none of it. */
async function echoWithoutReading(server: Server): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    'GET /api/echo/raw HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(socket, 'data');
  socket.pause();
  const size = 15 * 1024 * 1024;
  const head = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(size), 2);
  const message = Buffer.concat([head, Buffer.alloc(size)]);
  // More than the system's buffers hold on the way back: once the first one has been taken, the server writes.
  const taken = new Promise((resolve) => socket.write(message, resolve));
  socket.write(message);
  socket.write(message);
  await taken;
  return socket;
}

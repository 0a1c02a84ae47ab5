/** What the page tells of the server, and how else to reach it. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { Live } from '../harness/live.ts';
import { freePort } from '../harness/port.ts';
import type { Info } from '../harness/server.ts';
import { expect, test } from '../harness/test.ts';

test('the server is told as it tells itself', async ({ page, server }) => {
  const live = await Live.connected(page, server.origin);
  const { version, instance, request } = await server.info();
  for (const fact of [version, instance, request.http_version, `127.0.0.1:${server.port}`]) {
    await expect(live.server).toContainText(fact);
  }
});

test('another server is told of only once it has said something', async ({ page, server, complaints }) => {
  complaints.allow(LOST_CONNECTION);
  const live = await Live.connected(page, server.origin);
  const { instance } = await server.info();
  await expect(live.server).toContainText(instance);
  await live.address.fill(`http://127.0.0.1:${await freePort()}`);
  await live.address.press('Enter');
  await live.chat.is('waiting');
  await expect(live.server).not.toContainText(instance);
  const forget = live.server.getByRole('button', { name: 'Forget it' });
  await forget.press('Enter');
  await expect(forget).toHaveCount(0);
  await expect(live.address).toBeFocused();
  await expect(live.server).toContainText(instance);
});

test('a copied line works in a terminal', async ({ page, context, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  const live = await Live.connected(page, server.origin);
  await live.clock.every.selectOption('250ms');
  await expect(live.server).toContainText(`curl -N '${server.api}clock/events?every=250ms'`);
  await expect(live.server).toContainText(`wscat -c ${server.api.replace('http', 'ws')}echo`);
  await expect(live.server).toContainText(`websocat ${server.api.replace('http', 'ws')}echo/raw`);

  await live.server.getByRole('button', { name: 'Copy: What the server sees of a request' }).click();
  await expect(live.server.getByRole('status').filter({ hasText: 'Copied' })).toHaveCount(1);
  const line = await page.evaluate(() => navigator.clipboard.readText());
  const { stdout } = await promisify(execFile)('sh', ['-c', line]);
  expect((JSON.parse(stdout) as Info).instance).toBe((await server.info()).instance);
});

/** What the page tells of the server, and how else to reach it. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { Live } from '../harness/live.ts';
import type { Info } from '../harness/server.ts';
import { expect, test } from '../harness/test.ts';

test('the server is told as it tells itself', async ({ page, server }) => {
  const live = await Live.connected(page, server.origin);
  const { version, instance, request } = await server.info();
  for (const fact of [version, instance, request.http_version, `127.0.0.1:${server.port}`]) {
    await expect(live.server).toContainText(fact);
  }
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

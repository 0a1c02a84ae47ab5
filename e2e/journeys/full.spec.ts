/** The server has no room for more: the page says so in words, and finds its place when there is one. */

import type { Page } from '@playwright/test';

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('a network that has all it may is told so, and goes on when something is closed', async ({
  page,
  context,
  start,
  complaints,
}) => {
  complaints.allow(/Unexpected response code: 429/);
  const server = await start.server('--client-sockets', '1', '--client-streams', '1');
  const first = await Live.connected(await context.newPage(), server.origin);

  const live = await Live.open(page, server.origin);
  await live.chat.is('waiting');
  await expect(live.chat.status).toContainText('Refused');
  await expect(live.chat.section).toContainText('your network has 1 WebSocket open here, as many as it may');
  await live.clock.is('waiting');
  await expect(live.clock.notes).toContainText('refused it for a while: your network has 1 stream open here');
  await live.chat.say('is there room?');
  await expect(live.chat.waiting).toHaveCount(1);
  // What lies between is not to blame, and plain requests are no way round the bound.
  await expect(live.chat.wentOver).toHaveCount(0);
  await fits(page);

  await first.page.close();
  await live.isOpen(60_000);
  await expect(live.chat.echoed).toHaveCount(1);
});

test('the server’s panel tells of how many', async ({ page, start }) => {
  const server = await start.server('--client-sockets', '7', '--streams', '12345');
  await page.setViewportSize({ width: 360, height: 740 });
  const live = await Live.connected(page, server.origin);
  await page.reload();
  await expect(live.server).toContainText(/\d of 10,000 sockets, \d of 12,345 streams, 0 of 10,000 polls/);
  await expect(live.server).toContainText(/\d of 7 sockets, \d of 500 streams, 0 of 500 polls/);
  await fits(page);
});

/** Nothing is wider than the page. */
async function fits(page: Page): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
}

/**
 * Browsers open at most six HTTP/1.1 connections to an origin, over all tabs: what is asked beyond
 * them waits. The page tells it, and everything else goes on.
 */

import { Lanes, OVER_HTTP } from '../harness/lanes.ts';
import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';
import { setVisible } from '../harness/visibility.ts';

test('two tabs with all lanes say what waits and why, and their echoes go on', async ({ context, server }) => {
  test.setTimeout(120_000);
  const one = await Lanes.ticking(await context.newPage(), server.origin);
  const two = await Lanes.open(await context.newPage(), server.origin);
  await two.startAll.click();
  await expect(two.crowded).toBeVisible({ timeout: 30_000 });
  await expect(two.crowded).toContainText('six HTTP/1.1 connections');
  await two.all.socket.is('open');

  // Whoever has no connection says so; with both tabs' own clocks there are ten requests for six places.
  const queued = async (lanes: Lanes) => lanes.page.locator('.lane[data-trouble=queued]').count();
  await expect.poll(async () => (await queued(one)) + (await queued(two)), { timeout: 30_000 }).toBeGreaterThanOrEqual(4);
  for (const lanes of [one, two]) {
    if ((await queued(lanes)) > 0) {
      await expect(lanes.crowded).toBeVisible();
      await expect(lanes.page.locator('.lane[data-trouble=queued]').first()).toContainText('Waiting for a connection');
    }
  }

  for (const [lanes, text] of [
    [one, 'from one'],
    [two, 'from two'],
  ] as const) {
    const { chat } = new Live(lanes.page);
    await lanes.page.getByRole('link', { name: 'Live' }).click();
    await chat.say(text);
    await expect(chat.echoed).toHaveCount(1);
    await lanes.page.getByRole('link', { name: 'Transports' }).click();
    const first = await lanes.all.socket.firstTick();
    await lanes.all.socket.ticksTo(first + 2);
  }

  // The controls work, and what is stopped makes room.
  await one.stop();
  for (const transport of OVER_HTTP) {
    await two.all[transport].is('open', 30_000);
  }
  await expect(two.crowded).toBeHidden();
});

test('a tab out of sight lets its streams go for another one', async ({ context, server }) => {
  test.setTimeout(90_000);
  const one = await Lanes.ticking(await context.newPage(), server.origin);
  const firsts = await Promise.all(OVER_HTTP.map((transport) => one.all[transport].seq()));
  await setVisible(one.page, false);
  const two = await Lanes.open(await context.newPage(), server.origin);
  await two.startAll.click();
  for (const transport of OVER_HTTP) {
    await two.all[transport].is('open', 30_000);
    await one.all[transport].is('resting');
  }
  await one.all.socket.is('open');

  await two.page.close();
  await setVisible(one.page, true);
  for (const [index, transport] of OVER_HTTP.entries()) {
    const lane = one.all[transport];
    await lane.is('open', 30_000);
    await lane.ticksTo((firsts[index] ?? 0) + 3);
    expect((await lane.sums()).missed, transport).toBe(0);
  }
});

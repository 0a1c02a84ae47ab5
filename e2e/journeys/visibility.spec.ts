/** The page is hidden for long: it lets its stream rest, and takes it up where it was when seen. */

import type { Page } from '@playwright/test';

import { expectNothingMissed, Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('a hidden page lets its stream rest and misses nothing', async ({ page, server }) => {
  await page.addInitScript(letTimeLeap);
  const live = await Live.connected(page, server.origin);
  const firstTick = await live.clock.firstTick();

  await setVisible(page, false);
  await page.evaluate(() => dispatchEvent(new CustomEvent('leap', { detail: 61_000 })));
  await live.clock.is('resting');
  await live.chat.is('open');
  await expect.poll(async () => (await server.info()).open).toEqual({ sockets: 1, streams: 0, polls: 0 });
  const resting = await live.clock.read();
  await expect.poll(() => Date.now()).toBeGreaterThan((resting.seq + 3) * 1_000);

  await setVisible(page, true);
  await live.isOpen();
  expectNothingMissed(firstTick, await live.clock.ticksOn(resting, 4));
  await live.chat.say('seen again');
  await expect(live.chat.echoed).toHaveCount(1);
});

/** Runs in the page: an event makes its time go on by so many milliseconds at once. */
function letTimeLeap(): void {
  const now = performance.now.bind(performance);
  let leapt = 0;
  performance.now = () => now() + leapt;
  addEventListener('leap', (event) => (leapt += (event as CustomEvent<number>).detail));
}

/** Tells the page that it is hidden, or seen: a headless browser's pages are always in sight. */
async function setVisible(page: Page, visible: boolean): Promise<void> {
  await page.evaluate((visible) => {
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (visible ? 'visible' : 'hidden'),
    });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visible);
}

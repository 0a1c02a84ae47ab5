/** The page is calm: nothing moves by itself while it is live, nor at all where that is asked for. */

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

for (const width of [360, 1_600]) {
  test(`nothing shifts while live at ${width} px`, async ({ page, server }) => {
    await page.setViewportSize({ width, height: 900 });
    const { chat, clock } = await Live.connected(page, server.origin);
    await chat.say('hello');
    await expect(chat.echoed).toHaveCount(1);
    const first = await clock.firstTick();
    await page.evaluate(() => {
      const shifts: string[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & {
          value: number;
          sources: { node: Node | null }[];
        })[]) {
          shifts.push(
            `${entry.value}: ${entry.sources.map(({ node }) => (node as Element | null)?.outerHTML?.slice(0, 100)).join(', ')}`,
          );
        }
      }).observe({ type: 'layout-shift' });
    });
    await clock.ticksOn(first, 5);
    await clock.every.selectOption('100ms');
    await clock.is('open');
    await clock.ticksOn(await clock.firstTick(), 20);
    expect(await page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)).toEqual([]);
  });
}

test('nothing is animated where less motion is asked for', async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { chat, clock } = await Live.connected(page, server.origin);
  await chat.say('hello');
  await expect(chat.echoed).toHaveCount(1);
  await clock.ticksOn(await clock.firstTick(), 2);
  const moving = await page.evaluate(
    () =>
      document.getAnimations().filter((animation) => Number(animation.effect?.getComputedTiming().duration) > 10)
        .length,
  );
  expect(moving).toBe(0);
});

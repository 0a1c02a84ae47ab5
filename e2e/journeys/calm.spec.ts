/** The page is calm: nothing moves by itself while it is live, nor at all where that is asked for. */

import type { Page } from '@playwright/test';

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

for (const width of [360, 1_600]) {
  test(`nothing shifts while live at ${width} px`, async ({ page, server }) => {
    await page.setViewportSize({ width, height: 900 });
    const { chat, clock } = await Live.connected(page, server.origin);
    await chat.say('hello');
    await expect(chat.echoed).toHaveCount(1);
    await clock.firstTick();
    await page.evaluate(recordShifts);
    // Long enough for what counts seconds to need another digit.
    await expect(clock.timer).toHaveText(/^for 1[1-9] s$/, { timeout: 20_000 });
    expect(await shifts(page)).toEqual([]);

    await clock.every.selectOption('100ms');
    await clock.is('open');
    const first = await clock.firstTick();
    await page.evaluate(recordShifts);
    await clock.ticksOn(first, 20);
    expect(await shifts(page)).toEqual([]);
  });
}

/**
 * Runs in the page: notes from here on whatever moves without the user's doing. Only a timer may
 * begin a digit further left, as it ends at the right.
 */
function recordShifts(): void {
  const shifts: string[] = [];
  Object.assign(window, { shifts });
  new PerformanceObserver((list) => {
    const moved = (list.getEntries() as LayoutShift[]).flatMap(({ sources }) => sources.map(({ node }) => node));
    const elements = moved.map((node) => (node instanceof Element ? node : node?.parentElement));
    const others = elements.filter((element) => !element?.closest('[role=timer]'));
    shifts.push(...others.map((element) => element?.outerHTML.slice(0, 200) ?? 'something that has gone'));
  }).observe({ type: 'layout-shift' });
}

function shifts(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { shifts: string[] }).shifts);
}

/** https://wicg.github.io/layout-instability/ */
interface LayoutShift extends PerformanceEntry {
  sources: { node: Node | null }[];
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

/** The clock ticks: each tick is one more than the last, and is what its number says. */

import { expectNothingMissed, Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('every tick arrives, and shows the instant of its number', async ({ page, server }) => {
  const { clock } = await Live.connected(page, server.origin);
  const first = await clock.firstTick();
  const last = await clock.ticksOn(first, 3);
  expectNothingMissed(first, last);
  for (const { seq, utc } of [first, last]) {
    expect(utc).toContain(new Date(seq * 1_000).toISOString().slice(11, 19));
  }
  expect(Math.abs(Date.now() / 1_000 - last.seq), 'the last tick is of this second, or nearly').toBeLessThan(5);

  const local = await page.evaluate((seq) => new Date(seq * 1_000).getMinutes(), last.seq);
  await expect(clock.section.getByTestId('clock-local')).toContainText(String(local).padStart(2, '0'));
  await expect(clock.section.getByTestId('clock-since')).toContainText(/\d/);
  await expect(clock.section.getByTestId('clock-delay')).toHaveText(/\d\s?(µs|ms|s)/);
  await expect(clock.section.getByTestId('clock-face')).toBeVisible();
  await expect(clock.section.getByTestId('clock-sparkline')).toBeVisible();
});

test('another period is another clock', async ({ page, server }) => {
  const { clock } = await Live.connected(page, server.origin);
  await clock.firstTick();
  for (const [name, period] of [
    ['100ms', 100],
    ['5s', 5_000],
    ['250ms', 250],
  ] as const) {
    await clock.every.selectOption(name);
    await expect.poll(async () => Math.abs((await clock.read()).seq * period - Date.now())).toBeLessThan(10_000);
    await clock.is('open');
    const first = await clock.read();
    if (period < 1_000) {
      expectNothingMissed(first, await clock.ticksOn(first, 8));
    }
    expect(first.utc).toContain(new Date(first.seq * period).toISOString().slice(11, 19));
  }
  expect((await server.info()).open, 'the streams of the other periods are gone').toEqual({ sockets: 1, streams: 1, polls: 0 });
});

test('the clock is let go and taken up again', async ({ page, server }) => {
  const { chat, clock } = await Live.connected(page, server.origin);
  const first = await clock.firstTick();
  await clock.button('Disconnect').click();
  await clock.is('idle');
  await expect.poll(async () => (await server.info()).open).toEqual({ sockets: 1, streams: 0, polls: 0 });

  await clock.button('Connect').click();
  await clock.is('open');
  expectNothingMissed(first, await clock.ticksOn(first, 2));
  await chat.is('open');
});

/** The page is hidden for long: it lets its stream rest, and takes it up where it was when seen. */

import { Lanes, TRANSPORTS } from '../harness/lanes.ts';
import { expectNothingMissed, Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';
import { letTimeLeap, setVisible } from '../harness/visibility.ts';

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

test('a hidden page lets its lanes rest, and they miss nothing', async ({ page, server }) => {
  await page.addInitScript(letTimeLeap);
  const lanes = await Lanes.ticking(page, server.origin);
  await setVisible(page, false);
  await page.evaluate(() => dispatchEvent(new CustomEvent('leap', { detail: 61_000 })));
  for (const transport of TRANSPORTS) {
    await lanes.all[transport].is('resting');
  }
  await expect.poll(async () => (await server.info()).open).toEqual({ sockets: 1, streams: 0, polls: 0 });
  const rested = await Promise.all(TRANSPORTS.map((transport) => lanes.all[transport].seq()));
  await expect.poll(() => Date.now()).toBeGreaterThan((Math.max(...rested) + 2) * 1_000);

  await setVisible(page, true);
  for (const [index, transport] of TRANSPORTS.entries()) {
    const lane = lanes.all[transport];
    await lane.is('open');
    await lane.ticksTo((rested[index] ?? 0) + 4);
    expect((await lane.sums()).missed, transport).toBe(0);
  }
});

test('a page that is put away holds nothing, and goes on when it is restored', async ({ page, server }) => {
  const live = await Live.connected(page, server.origin);
  const lanes = await Lanes.ticking(page, server.origin);
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  for (const transport of TRANSPORTS) {
    await lanes.all[transport].is('resting');
  }
  await expect.poll(async () => (await server.info()).open).toEqual({ sockets: 0, streams: 0, polls: 0 });
  const rested = await Promise.all(TRANSPORTS.map((transport) => lanes.all[transport].seq()));
  await expect.poll(() => Date.now()).toBeGreaterThan((Math.max(...rested) + 2) * 1_000);

  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await live.isOpen();
  for (const [index, transport] of TRANSPORTS.entries()) {
    const lane = lanes.all[transport];
    await lane.is('open');
    await lane.ticksTo((rested[index] ?? 0) + 4);
    expect((await lane.sums()).missed, transport).toBe(0);
  }
});

test('a wall clock that is set changes no count', async ({ page, server }) => {
  await page.addInitScript(() => {
    const now = Date.now.bind(Date);
    let set = 0;
    Date.now = () => now() + set;
    addEventListener('set', (event) => (set += (event as CustomEvent<number>).detail));
  });
  const lanes = await Lanes.ticking(page, server.origin);
  for (const detail of [3_600_000, -7_200_000]) {
    await page.evaluate((detail) => dispatchEvent(new CustomEvent('set', { detail })), detail);
    for (const transport of TRANSPORTS) {
      const lane = lanes.all[transport];
      await lane.ticksTo((await lane.seq()) + 2);
      await lane.is('open');
      const { missed, repeated, late } = await lane.sums();
      expect({ missed, repeated, late: transport === 'poll' ? 0 : late }, transport).toEqual({ missed: 0, repeated: 0, late: 0 });
    }
  }
});

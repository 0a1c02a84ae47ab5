/** The clock over all six transports at once. */

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { Lanes, TRANSPORTS } from '../harness/lanes.ts';
import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

/** What is open while only the Live view's own links are. */
const LIVE_ALONE = { sockets: 1, streams: 1, polls: 0 };

test('all six tick, each in its own way, and miss nothing', async ({ page, server }) => {
  const lanes = await Lanes.ticking(page, server.origin);
  for (const transport of TRANSPORTS) {
    const lane = lanes.all[transport];
    const first = await lane.firstTick();
    const before = await lane.sums();
    await lane.ticksTo(first + 3);
    const { missed, repeated, requests, received } = await lane.sums();
    expect({ missed, repeated }, transport).toEqual({ missed: 0, repeated: 0 });
    expect(received, transport).toBeGreaterThan(before.received);
    if (transport === 'poll' || transport === 'long-poll') {
      expect(requests, `${transport} asks again and again`).toBeGreaterThan(2);
    } else {
      expect(requests, `${transport} asks once`).toBe(1);
    }
    await expect(lane.section.locator('[data-number=p50]')).toHaveText(/\d (ms|s)/);
    await expect(lane.section.locator('.track .live')).toHaveAttribute('d', /^M/);
  }
  const { open } = await server.info();
  expect({ sockets: open.sockets, streams: open.streams }).toEqual({ sockets: 2, streams: 4 });

  await lanes.stop();
  await expect.poll(async () => (await server.info()).open).toEqual(LIVE_ALONE);
  await expect(page.locator('iframe')).toHaveCount(0);
});

test('twenty starts and stops leave nothing open', async ({ page, server }) => {
  test.setTimeout(180_000);
  const lanes = await Lanes.open(page, server.origin);
  for (let round = 0; round < 20; round++) {
    await lanes.startAll.click();
    // Not every lane has opened when it is stopped.
    await lanes.all[TRANSPORTS[round % TRANSPORTS.length] ?? 'poll'].is('open');
    await lanes.stop();
  }
  await expect.poll(async () => (await server.info()).open).toEqual(LIVE_ALONE);
  await expect(page.locator('iframe')).toHaveCount(0);
});

test('the server is killed and comes back, and no lane misses a tick', async ({ page, server, complaints }) => {
  test.setTimeout(120_000);
  complaints.allow(LOST_CONNECTION);
  const lanes = await Lanes.ticking(page, server.origin);
  await lanes.pollEvery.selectOption('250');
  const firsts = new Map<string, number>();
  for (const transport of TRANSPORTS) {
    // The sums are shown four times a second, and follow the ticks.
    await expect.poll(async () => (await lanes.all[transport].sums()).received, transport).toBeGreaterThan(0);
    firsts.set(transport, await lanes.all[transport].seq());
  }
  await server.kill();
  for (const transport of TRANSPORTS) {
    await lanes.all[transport].is('waiting', 30_000);
  }
  await server.start();
  for (const transport of TRANSPORTS) {
    const lane = lanes.all[transport];
    await lane.is('open', 45_000);
    await lane.ticksTo(Math.floor(Date.now() / 1_000));
    await expect
      .poll(async () => (await lane.seq()) - (await lane.sums()).received + 1, `${transport} has every tick since before the kill`)
      .toBeLessThanOrEqual((firsts.get(transport) ?? 0) + 1);
    const { missed, repeated } = await lane.sums();
    expect({ missed, repeated }, transport).toEqual({ missed: 0, repeated: 0 });
  }
});

test('the period and the pace of polling can be chosen', async ({ page, server }) => {
  const lanes = await Lanes.ticking(page, server.origin);
  await lanes.every.selectOption('100ms');
  for (const transport of TRANSPORTS) {
    await expect.poll(async () => Math.abs((await lanes.all[transport].seq()) * 100 - Date.now())).toBeLessThan(10_000);
    await lanes.all[transport].is('open');
  }
  await lanes.pollEvery.selectOption('5000');
  const { poll } = lanes.all;
  const { requests } = await poll.sums();
  await expect.poll(async () => (await poll.sums()).late, { timeout: 20_000 }).toBeGreaterThan(5);
  expect((await poll.sums()).requests - requests, 'it asks every five seconds').toBeLessThan(5);
  await expect(poll.section.locator('.track .late')).toHaveAttribute('d', /^M/);
});

test('each lane starts and stops by itself, and a pause stops only the looking', async ({ page, server }) => {
  const lanes = await Lanes.open(page, server.origin);
  await expect(lanes.stopAll).toBeDisabled();
  // Buttons that have nothing to do any more keep the focus.
  await lanes.startAll.press('Enter');
  await expect(lanes.startAll).toBeDisabled();
  await expect(lanes.startAll).toBeFocused();
  await lanes.stopAll.press('Enter');
  await expect(lanes.stopAll).toBeDisabled();
  await expect(lanes.stopAll).toBeFocused();
  const { stream, socket } = lanes.all;
  await stream.button('Start').click();
  await stream.is('open');
  await socket.is('idle');
  const first = await stream.firstTick();
  await lanes.pause.click();
  const { received } = await stream.sums();
  const drawn = await stream.section.locator('.track .live').getAttribute('d');
  await stream.ticksTo(first + 3);
  expect((await stream.sums()).received).toBe(received);
  expect(await stream.section.locator('.track .live').getAttribute('d')).toBe(drawn);
  await lanes.pause.click();
  await expect.poll(async () => (await stream.sums()).received).toBeGreaterThanOrEqual(received + 3);
  await stream.button('Stop').click();
  await stream.is('idle');
  await expect.poll(async () => (await server.info()).open).toEqual(LIVE_ALONE);
});

test('the views are places of their own, and the Live view goes on', async ({ page, server }) => {
  const live = await Live.connected(page, server.origin);
  await live.chat.message.fill('half a thought');
  await page.getByRole('link', { name: 'Transports' }).press('Enter');
  await expect(page).toHaveURL(/#\/transports$/);
  await expect(page).toHaveTitle('Transports · Echoclock');
  await expect(page.getByRole('link', { name: 'Transports' })).toHaveAttribute('aria-current', 'page');
  await expect(live.chat.section).toBeHidden();
  const lanes = new Lanes(page);
  await lanes.start();
  await page.goBack();
  await expect(page).toHaveTitle('Echoclock');
  await expect(live.chat.message).toHaveValue('half a thought');
  await live.isOpen();
  await page.goForward();
  const first = await lanes.all.events.firstTick();
  await lanes.all.events.ticksTo(first + 2);
  expect((await lanes.all.events.sums()).missed, 'the lanes went on out of sight').toBe(0);
});

for (const width of [360, 1600]) {
  test(`nothing is cut off at ${width} px`, async ({ page, server }) => {
    await page.setViewportSize({ width, height: 800 });
    await Lanes.ticking(page, server.origin);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBe(0);
  });
}

/** The network fails in its own ways: it falls silent, drags, breaks, and comes back. */

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { expectNothingMissed, Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('a network that falls silent is noticed, and nothing is lost once it heals', async ({
  page,
  server,
  network,
  complaints,
}) => {
  test.setTimeout(180_000);
  complaints.allow(LOST_CONNECTION);
  const live = await Live.connected(page, network.origin);
  const firstTick = await live.clock.firstTick();
  await live.chat.say('before');
  await expect(live.chat.echoed).toHaveCount(1);

  network.blackHole();
  await live.chat.say('under way');
  await expect(live.chat.rows.nth(1)).toHaveAttribute('data-delivery', 'sent');
  await live.chat.is(/waiting|connecting/, 30_000);
  await live.clock.is(/waiting|connecting/, 30_000);
  await live.chat.say('while nobody hears');
  await expect(live.chat.waiting).toHaveCount(2);
  await expect(live.chat.notes.last()).toContainText(/silent/i);

  network.heal();
  await live.isOpen(45_000);
  await expect(live.chat.echoed).toHaveCount(3);
  const echoes = (await live.chat.log()).map((row) => row.echo);
  expect(echoes).toEqual(['ECHO: before', 'ECHO: under way', 'ECHO: while nobody hears']);
  expectNothingMissed(firstTick, await live.clock.ticksOn(await live.clock.read(), 2));
  await expect.poll(async () => (await server.info()).open).toEqual({ sockets: 1, streams: 1, polls: 0 });
});

test('a silent network is noticed without a message under way', async ({ page, network, complaints }) => {
  complaints.allow(LOST_CONNECTION);
  const live = await Live.connected(page, network.origin);
  network.blackHole();
  await live.chat.is(/waiting|connecting/, 35_000);
});

test('a cut is mended by itself', async ({ page, network, complaints }) => {
  complaints.allow(LOST_CONNECTION);
  const live = await Live.connected(page, network.origin);
  const firstTick = await live.clock.firstTick();
  for (let cut = 1; cut <= 3; cut++) {
    network.cut();
    await live.chat.say(`after cut ${cut}`);
    await expect(live.chat.echoed).toHaveCount(cut, { timeout: 20_000 });
    await live.isOpen(20_000);
  }
  expectNothingMissed(firstTick, await live.clock.ticksOn(await live.clock.read(), 1));
});

test('a slow network shows in the round trips', async ({ page, network }) => {
  const live = await Live.connected(page, network.origin);
  network.delay(400);
  await live.chat.say('far away');
  const trip = live.chat.rows.first().getByTestId('round-trip');
  await expect(trip).toHaveText(/(8\d\d|9\d\d|[1-9][.,]?\d{3}) ms|[1-9][.,]\d+ s/);
});

test('while the server is gone the page counts down, and retries at once when asked', async ({
  page,
  server,
  complaints,
}) => {
  complaints.allow(LOST_CONNECTION);
  const live = await Live.connected(page, server.origin);
  const instance = (await server.info()).instance;
  await server.kill();
  await live.chat.is('waiting');

  // Each failed attempt doubles the wait, until it is long enough for all that follows.
  for (const part of [live.chat, live.clock]) {
    for (let failures = 1; failures < 7; failures++) {
      await part.is('waiting');
      await part.button('Retry now').click();
      await part.is('waiting');
    }
  }
  const seconds = async () => Number((await live.chat.timer.textContent())?.match(/^next try in (\d+) s$/)?.[1]);
  await expect(live.chat.timer).toHaveText(/^next try in \d+ s$/);
  const shown = await seconds();
  await expect.poll(seconds).toBeLessThan(shown);
  await live.chat.say('kept until then');
  await expect(live.chat.rows.first()).toHaveAttribute('data-delivery', 'queued');

  await server.start();
  await live.chat.button('Retry now').click();
  await live.clock.button('Retry now').click();
  await live.isOpen(3_000);
  await expect(live.chat.echoed).toHaveCount(1);
  expect((await live.chat.log())[0]?.instance).not.toBe(instance);
});

test('the browser believes to be offline: a hint, and a retry at once when it does no more', async ({
  page,
  context,
  server,
  complaints,
}) => {
  complaints.allow(LOST_CONNECTION, /net::ERR_INTERNET_DISCONNECTED/);
  const live = await Live.connected(page, server.origin);
  await server.kill();
  for (let failures = 1; failures < 6; failures++) {
    await live.chat.is('waiting');
    await live.chat.button('Retry now').click();
  }
  await live.chat.is('waiting');
  await expect(live.chat.offlineHint).toBeHidden();
  await context.setOffline(true);
  await expect(live.chat.offlineHint).toBeVisible();

  await server.start();
  await context.setOffline(false);
  await live.chat.is('open', 3_000);
  await expect(live.chat.offlineHint).toBeHidden();
});

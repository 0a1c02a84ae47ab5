/** The server is asked to stop: it says so, the page tells it in words, and finds the next one. */

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { echoWithoutReading } from '../harness/deaf.ts';
import { expectNothingMissed, Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('a server that stops says goodbye, and the page goes on with the next', async ({ page, server, complaints }) => {
  complaints.allow(LOST_CONNECTION, /Unexpected response code: 503|status of 503/);
  const live = await Live.connected(page, server.origin);
  const firstTick = await live.clock.firstTick();

  // Somebody who does not read keeps it from stopping before the page has come back and was refused.
  const deaf = await echoWithoutReading(server);
  const began = performance.now();
  expect(await server.stop()).toBe(0);
  deaf.destroy();
  expect(performance.now() - began).toBeLessThan(6_000);
  const goodbye = live.chat.notes.filter({ hasText: '1001' });
  await expect(goodbye.first()).toContainText('going away');
  await live.chat.is(/waiting|connecting/);
  // An event stream has no way to say so but within itself, and what it says is read.
  await expect(live.clock.notes).toContainText('refused it for a while: the server is about to stop');
  await live.chat.say('who comes next?');

  await server.start();
  await live.isOpen(30_000);
  await expect(live.chat.echoed).toHaveCount(1);
  expectNothingMissed(firstTick, await live.clock.ticksOn(await live.clock.read(), 1));
});

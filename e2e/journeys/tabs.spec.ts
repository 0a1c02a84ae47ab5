/** Two tabs of one browser: each has a session of its own. */

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('two tabs tick and echo without each other', async ({ context, server }) => {
  const one = await Live.connected(await context.newPage(), server.origin);
  const two = await Live.connected(await context.newPage(), server.origin);
  expect((await server.info()).open).toEqual({ sockets: 2, streams: 2, polls: 0 });

  for (const [tab, text] of [
    [one, 'from one'],
    [two, 'from two'],
  ] as const) {
    await tab.chat.say(text);
    await expect(tab.chat.echoed).toHaveCount(1);
    expect((await tab.chat.log()).map((row) => row.echo)).toEqual([`ECHO: ${text}`]);
    await tab.clock.ticksOn(await tab.clock.firstTick(), 2);
  }

  await one.chat.button('Disconnect').click();
  await one.chat.is('idle');
  await two.chat.is('open');
  await one.page.close();
  await expect.poll(async () => (await server.info()).open).toEqual({ sockets: 1, streams: 1, polls: 0 });
  await two.chat.say('still here');
  await expect(two.chat.echoed).toHaveCount(2);
});

/**
 * The server is killed again and again while messages are written: each message is echoed once
 * and in order, by the page's count and by the servers' own, and the clock misses no tick.
 */

import type { Page } from '@playwright/test';

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { expectNothingMissed, Live } from '../harness/live.ts';
import type { Network } from '../harness/network.ts';
import type { Info, Server } from '../harness/server.ts';
import { expect, test } from '../harness/test.ts';
import { until } from '../harness/until.ts';

const PER_PHASE = 40;

test('every message is echoed once and in order, however often the server is killed', async ({
  page,
  server,
  network,
  complaints,
}) => {
  test.setTimeout(180_000);
  complaints.allow(LOST_CONNECTION);
  // The way takes time, so that a kill finds messages under way.
  network.delay(15);
  const arrivals = listenToEchoes(page);
  const live = await Live.connected(page, network.origin);
  const firstTick = await live.clock.firstTick();

  const written: string[] = [];
  const write = async () => {
    for (let n = 0; n < PER_PHASE; n++) {
      written.push(`message ${written.length + 1}`);
      await live.chat.say(written.at(-1) ?? '');
    }
  };
  const looks: Info[] = [];
  for (const kill of [crash, crashAfterLostEchoes, crash, crashAfterLostEchoes]) {
    await live.isOpen(30_000);
    const soon = written.length + PER_PHASE / 4;
    const killSoon = async () => {
      await until('some echoes', async () => (await live.chat.echoed.count()) >= soon);
      looks.push(...(await kill(server, network)));
      await server.start();
    };
    await Promise.all([write(), killSoon()]);
  }
  await write();

  await expect(live.chat.echoed).toHaveCount(written.length, { timeout: 60_000 });
  const log = await live.chat.log();
  expect(log.map((row) => row.echo)).toEqual(written.map((text) => `ECHO: ${text}`));
  expect(await live.chat.waiting.count()).toBe(0);
  expect([...new Set(arrivals)], 'echoes arrive in the order of writing').toEqual(log.map((row) => row.key));

  const shownOf = (instance: string) => log.filter((row) => row.instance === instance).length;
  for (const look of looks) {
    expect(look.done.echoes, 'more was echoed than arrived').toBeGreaterThan(shownOf(look.instance));
  }
  const last = await server.info();
  expect(shownOf(last.instance)).toBeGreaterThan(0);
  expect(last.done.echoes, 'the last server has echoed what is shown as its own').toBe(shownOf(last.instance));

  await live.isOpen(30_000);
  const tick = await live.clock.ticksOn(await live.clock.read(), 2);
  expectNothingMissed(firstTick, tick);
  expect((await server.info()).open, 'nothing is left behind').toEqual({ sockets: 1, streams: 1, polls: 0 });
});

/** Ends the server, and returns what it said of itself last, where nothing came after. */
type Kill = (server: Server, network: Network) => Promise<Info[]>;

const crash: Kill = async (server) => {
  await server.kill();
  return [];
};

/** The server has echoed, the echoes never arrive, and then it dies: these messages go out again. */
const crashAfterLostEchoes: Kill = async (server, network) => {
  network.swallowAnswers();
  const { echoes } = (await server.info()).done;
  await until('echoes that get lost', async () => (await server.info()).done.echoes >= echoes + 5);
  const look = await server.info();
  await server.kill();
  network.heal();
  return [look];
};

/** Returns the keys of the echoes as they arrive, repeated ones too. */
function listenToEchoes(page: Page): number[] {
  const keys: number[] = [];
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const message = JSON.parse(String(payload)) as { type: string; key?: number };
      if (message.type === 'echo' && message.key !== undefined) {
        keys.push(message.key);
      }
    });
  });
  return keys;
}

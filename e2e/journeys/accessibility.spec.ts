/** Axe finds no violation in any state of the page, light or dark, wide or narrow. */

import type { BrowserContext, Page } from '@playwright/test';

import { staticSite } from '../harness/environment.ts';
import { LOST_CONNECTION } from '../harness/complaints.ts';
import { Lanes } from '../harness/lanes.ts';
import { Live } from '../harness/live.ts';
import { expectFineLooks } from '../harness/looks.ts';
import type { Network } from '../harness/network.ts';
import type { Server } from '../harness/server.ts';
import { expect, type Start, test } from '../harness/test.ts';

/** What a state is reached with. */
interface Means {
  page: Page;
  context: BrowserContext;
  server: Server;
  network: Network;
  start: Start;
}

/** Each state of the page, and how to get there. */
const STATES: Record<string, (means: Means) => Promise<unknown>> = {
  open: async ({ page, server }) => {
    const live = await Live.connected(page, server.origin);
    await live.chat.say('hello');
    await expect(live.chat.echoed).toHaveCount(1);
    await live.clock.firstTick();
    return live;
  },
  connecting: async ({ page, network }) => {
    const live = await Live.connected(page, network.origin);
    network.blackHole();
    for (const part of [live.chat, live.clock]) {
      await part.button('Disconnect').click();
      await part.is(/closing|idle/);
      await part.is('idle');
      await part.button('Connect').click();
      await part.is('connecting');
    }
    return live;
  },
  'waiting, without a network': async ({ page, server }) => {
    const live = await Live.connected(page, server.origin);
    await server.kill();
    for (const part of [live.chat, live.clock]) {
      for (let failures = 1; failures < 6; failures++) {
        await part.is('waiting');
        await part.button('Retry now').click();
      }
      await part.is('waiting');
    }
    await live.chat.say('queued');
    await page.context().setOffline(true);
    await expect(live.chat.offlineHint).toBeVisible();
    return live;
  },
  'by plain requests': async ({ page, network }) => {
    network.turnAway('sockets');
    const live = await Live.open(page, network.origin);
    await live.chat.goesBy('post');
    await live.chat.say('hello');
    await expect(live.chat.echoed).toHaveCount(1);
    return live;
  },
  'closed by the user': async ({ page, server }) => {
    const live = await Live.connected(page, server.origin);
    await live.chat.close(4000, 'enough');
    await live.chat.is('idle');
    await live.clock.button('Disconnect').click();
    await live.clock.is('idle');
    return live;
  },
  refused: async ({ page, server, start }) => {
    const config = { 'config.json': JSON.stringify({ api: server.origin }) };
    const site = await start.site({ folder: staticSite(), instead: config });
    const live = await Live.open(page, site.origin);
    await expect(live.chat.section).toContainText('--allow-origin');
    await expect(live.clock.section).toContainText('--allow-origin');
    return live;
  },
  'a wrong address': async ({ page, server }) => {
    const live = await Live.connected(page, server.origin);
    await live.useAddress('127.0.0.1:1');
    await expect(live.addressError).toBeVisible();
    return live;
  },
  'a long history': async ({ page, server }) => {
    const live = await Live.connected(page, server.origin);
    for (let n = 0; n < 30; n++) {
      await live.chat.say(`${'a long line of a long message '.repeat(8)}\n${'x'.repeat(300)}`);
    }
    await expect(live.chat.echoed).toHaveCount(30);
    return live;
  },
  'the Wire drawer': async ({ page, server }) => {
    const live = await Live.connected(page, server.origin);
    await page.getByRole('button', { name: 'Wire' }).click();
    await live.chat.say('on the wire');
    const drawer = page.getByRole('region', { name: 'Wire' });
    await expect(drawer.locator('li[data-seen-by=server]').filter({ hasText: 'on the wire' })).toHaveCount(2);
    return live;
  },
  'the lanes, before they are started': async ({ page, server }) => Lanes.open(page, server.origin),
  'the lanes with their lessons': async ({ page, server }) => {
    const lanes = await Lanes.ticking(page, server.origin);
    for (const lane of Object.values(lanes.all)) {
      await lane.section.locator('summary').click();
      await expect(lane.section.getByTestId('exchange')).toContainText('HTTP/1.1', { timeout: 15_000 });
    }
    return lanes;
  },
  'requests that queue': async ({ page, context, server }) => {
    await Lanes.ticking(await context.newPage(), server.origin);
    const lanes = await Lanes.open(page, server.origin);
    await lanes.startAll.click();
    await expect(lanes.crowded).toBeVisible({ timeout: 30_000 });
    return lanes;
  },
  'a text too long': async ({ page, server }) => {
    const live = await Live.connected(page, server.origin);
    await live.chat.message.fill('x'.repeat(16 * 1024 + 1));
    await expect(live.chat.button('Send')).toBeDisabled();
    return live;
  },
};

for (const [state, reach] of Object.entries(STATES)) {
  test(`axe finds nothing: ${state}`, async ({ page, context, server, network, start, complaints }) => {
    complaints.allow(
      LOST_CONNECTION,
      /status of 403|Unexpected response code: (403|502)|CORS policy|net::ERR_(FAILED|INTERNET_DISCONNECTED)/,
    );
    await reach({ page, context, server, network, start });
    await expectFineLooks(page, state);
  });
}

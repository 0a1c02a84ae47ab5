/** A page that a browser translates tells the truth still: of the links, the clock, the counts and the messages. */

import type { Locator, Page } from '@playwright/test';

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { Lanes, TRANSPORTS } from '../harness/lanes.ts';
import { expectNothingMissed, Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';
import { MANNERS, TRANSLATED, translate } from '../harness/translator.ts';

for (const manner of MANNERS) {
  test(`a translated page tells that the server has gone, and that it is back: ${manner}`, async ({
    page,
    server,
    complaints,
  }) => {
    complaints.allow(LOST_CONNECTION);
    const { chat, clock, server: card } = await Live.connected(page, server.origin);
    const message = page.locator('#message');
    const say = async (text: string) => {
      await message.fill(text);
      await message.press('Enter');
    };
    await say('before');
    await expect(chat.echoed).toHaveCount(1);
    const first = await clock.firstTick();
    const english = await prose(page);

    await translate(page, manner);
    await expect(page.locator('h2').first()).toHaveText(TRANSLATED);
    await expect(page.locator('.tagline')).toHaveText(TRANSLATED);
    expect(await prose(page), 'all that stays as it is has been translated').toEqual(english.map(() => TRANSLATED));

    // While the server is there.
    const [head, timer] = [headline(chat.section), seconds(clock.timer)];
    await expect(head).toHaveText('Open');
    const before = await timer();
    const later = await clock.ticksOn(first, 3);
    expectNothingMissed(first, later);
    expect(later.utc, 'the digits go on').not.toBe(first.utc);
    expect(await timer(), 'the timer goes on').toBeGreaterThan(before);
    await say('in between');
    await expect(chat.echoed).toHaveCount(2);
    await expect(chat.rows.last().locator('.receipt')).toHaveText(/^[\d.]+ m?s$/);
    await expect(chat.rows.last().locator('.said')).toHaveText('in between');
    await expect(chat.rows.last().locator('.echo')).toHaveText('ECHO: in between');
    const toggle = clock.section.locator('.toggle');
    await toggle.click();
    await clock.is('idle');
    await expect(toggle).toHaveText('Connect');
    await expect(headline(clock.section)).toHaveText('Closed');
    await toggle.click();
    await clock.is('open');
    await expect(toggle).toHaveText('Disconnect');

    // It dies.
    const facts = card.locator('.facts dd');
    await expect(facts.first()).toHaveText(/^\d+\.\d+\.\d+$/);
    await server.kill();
    for (const part of [chat, clock]) {
      await part.is('waiting');
      await expect(headline(part.section)).not.toHaveText(/Open|TRANSLATED/);
      await expect(part.timer).toHaveText(/^(next try in|up to) \d+ m?s$/);
    }
    await expect(chat.section.getByTestId('composer-waiting')).toHaveText('What is sent waits until it is open.');
    await say('into the dark');
    await expect(chat.section.getByTestId('composer-waiting')).toHaveText('1 of 64 wait until it is open.');
    await expect(chat.rows.last().locator('.receipt')).toHaveText('queued');
    await expect(chat.section.locator('li[data-note=ended] .words').last()).toHaveText(TRANSLATED);
    const stopped = await clock.read();

    // It comes back.
    await server.start();
    await chat.is('open', 30_000);
    await clock.is('open', 30_000);
    await expect(head).toHaveText('Open');
    await expect(headline(clock.section)).toHaveText('Open');
    await expect(clock.timer).toHaveText(/^for \d+ s$/);
    await expect(chat.rows.last().locator('.receipt')).toHaveText(/^[\d.]+ m?s$/);
    await expect(chat.section.getByTestId('composer-waiting')).toHaveText('');
    const after = await clock.ticksOn(stopped, 2);
    expectNothingMissed(first, after);
    const { instance } = await server.info();
    await expect(card.locator('.facts')).toContainText(instance);
  });

  test(`translated lanes go on counting: ${manner}`, async ({ page, server, complaints }) => {
    complaints.allow(LOST_CONNECTION);
    await Live.connected(page, server.origin);
    await translate(page, manner);
    await page.locator('a[href="#/transports"]').click();
    await expect(page).toHaveTitle('Transports · Echoclock');
    const lanes = new Lanes(page);
    const [pause, stop, start] = [0, 1, 2].map((nth) => page.locator('.controls .buttons button').nth(nth)) as [
      Locator,
      Locator,
      Locator,
    ];
    await expect(page.locator('.controls h2')).toHaveText(TRANSLATED);
    await expect(start).toHaveText(TRANSLATED);
    await start.click();
    for (const transport of TRANSPORTS) {
      const lane = lanes.all[transport];
      await lane.is('open');
      await lane.ticksTo((await lane.firstTick()) + 2);
      await expect(headline(lane.section)).toHaveText('Open');
      await expect.poll(async () => (await lane.sums()).received).toBeGreaterThan(2);
      await expect(lane.section.locator('.lane-head button')).toHaveText('Stop');
    }
    await pause.click();
    await expect(pause).toHaveText('Resume');
    await pause.click();
    await expect(pause).toHaveText('Pause');
    const { events } = lanes.all;
    await events.section.locator('summary').click();
    await expect(events.section.locator('.lesson > p').first()).toHaveText(TRANSLATED);
    await expect(events.section.getByTestId('run')).toHaveText(/^In this run: \d+ ticks/);
    await expect(events.section.getByTestId('exchange')).toContainText('GET /api/clock/events');

    await server.kill();
    for (const transport of TRANSPORTS) {
      const { section } = lanes.all[transport];
      await lanes.all[transport].is(/waiting|connecting/);
      await expect(headline(section)).not.toHaveText(/Open|TRANSLATED/);
    }
    await stop.click();
    for (const transport of TRANSPORTS) {
      await lanes.all[transport].is('idle');
      await expect(headline(lanes.all[transport].section)).toHaveText(/^(Not connected|Closed)$/);
      await expect(lanes.all[transport].section.locator('.lane-head button')).toHaveText('Start');
    }
    await page.locator('a[href="#/"]').click();
    await expect(page).toHaveTitle('Echoclock');
    await expect(headline(page.getByTestId('chat'))).not.toHaveText(/Open|TRANSLATED/);
  });
}

function headline(section: Locator): Locator {
  return section.locator('.headline');
}

function seconds(timer: Locator): () => Promise<number> {
  return async () => Number((await timer.textContent())?.replace(/\D/g, ''));
}

/** Returns the texts that stay as they are while the page is live. */
function prose(page: Page): Promise<string[]> {
  return page
    .locator('h2, h3, .tagline, label, .view.live dt, .composer .primary')
    .evaluateAll((elements) => elements.map((element) => element.textContent?.trim() ?? ''));
}

/** The question whether a pass is wanted finds no answer: the page waits for it a little, and no longer. */

import type { Page } from '@playwright/test';

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('where the question about a pass is never answered, the chat opens all the same', async ({ page, server }) => {
  const { order } = await leaveUnanswered(page);
  const { chat, clock } = await Live.open(page, server.origin);
  await chat.is('open', 5_000);
  expect(order.slice(0, 2), 'it has waited').toEqual(['question', 'socket']);
  await chat.say('all the same');
  await expect(chat.echoed).toHaveCount(1);
  await clock.is('open');
});

test('what is closed while it waits for a pass opens no more', async ({ page, server }) => {
  const { order, givenUp } = await leaveUnanswered(page);
  const { chat, clock } = new Live(page);
  const asked = page.waitForRequest('**/api/info*');
  await Promise.all([page.goto(server.origin), asked.then(() => chat.button('Disconnect').click())]);
  await chat.is('idle');
  expect(order, 'it is closed while it waits').toEqual(['question']);
  await expect.poll(givenUp, 'the wait is over').toBe(1);
  // The clock goes on: whatever the end of the wait brings has come by then.
  await clock.ticksOn(await clock.firstTick(), 2);
  expect(order).toEqual(['question']);
  expect((await server.info()).open.sockets).toBe(0);

  // Connected again, it is one socket that opens, and not the one of before beside it.
  await chat.button('Connect').click();
  await chat.is('open', 5_000);
  expect(order.slice(0, 3)).toEqual(['question', 'question', 'socket']);
  expect((await server.info()).open.sockets).toBe(1);
});

/** Leaves every question of the page unanswered, and watches in what order it asks and opens sockets. */
async function leaveUnanswered(page: Page): Promise<{ order: string[]; givenUp: () => number }> {
  const order: string[] = [];
  let givenUp = 0;
  page.on('websocket', () => order.push('socket'));
  page.on('requestfailed', (request) => (givenUp += Number(request.url().includes('/api/info'))));
  await page.route('**/api/info*', () => void order.push('question'));
  return { order, givenUp: () => givenUp };
}

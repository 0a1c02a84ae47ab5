/** The user closes the socket with a code and a reason; the server's answer is told in words. */

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('a close with a code and a reason is answered, and told in words', async ({ page, server }) => {
  const { chat, clock } = await Live.connected(page, server.origin);
  await chat.close(4000, 'enough for today');
  await chat.is('idle');
  for (const told of [chat.notes.last(), chat.status]) {
    await expect(told).toContainText('4000');
    await expect(told).toContainText("a code of the application's own");
    await expect(told).toContainText('enough for today');
  }
  await expect.poll(async () => (await server.info()).open).toEqual({ sockets: 0, streams: 1, polls: 0 });
  await expect.poll(() => server.log).toMatch(/closed by the client with 4000 .{1,2}enough for today/);
  await clock.is('open');
});

test('what is said while closed waits, and goes out when connected again', async ({ page, server }) => {
  const { chat } = await Live.connected(page, server.origin);
  await chat.button('Disconnect').click();
  await chat.is('idle');
  await expect(chat.notes.last()).toContainText('1000');
  await chat.say('for later');
  await expect(chat.rows.first()).toHaveAttribute('data-delivery', 'queued');

  await chat.button('Connect').click();
  await chat.is('open');
  await expect(chat.echoed).toHaveCount(1);
  expect((await server.info()).done.echoes).toBe(1);
});

test('a code or a reason that no page may send is refused before it is tried', async ({ page, server }) => {
  const { chat } = await Live.connected(page, server.origin);
  const code = chat.section.getByLabel('Close code');
  const reason = chat.section.getByLabel('Reason');
  for (const [wrongCode, wrongReason, wrong] of [
    ['1001', '', code],
    ['5000', '', code],
    ['4000', 'é'.repeat(62), reason],
  ] as const) {
    await code.fill(wrongCode);
    await reason.fill(wrongReason);
    const button = chat.button('Disconnect');
    if (await button.isEnabled()) {
      await button.click();
    }
    await expect(wrong).toHaveAttribute('aria-invalid', 'true');
    await chat.is('open');
  }
  await chat.close(3000, 'é'.repeat(61));
  await chat.is('idle');
  await expect(chat.notes.last()).toContainText('3000');
});

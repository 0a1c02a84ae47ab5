/** Everything has a bound, and the page says so: the outbox, a text's length, the history. */

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

const OUTBOX_MAX = 64;
const HISTORY_MAX = 500;
const TEXT_MAX = 16 * 1024;

test('a full outbox takes no more, says why, and empties in order', async ({ page, server, complaints }) => {
  complaints.allow(LOST_CONNECTION);
  const { chat } = await Live.connected(page, server.origin);
  await server.kill();
  await chat.is('waiting');
  for (let n = 1; n <= OUTBOX_MAX; n++) {
    await chat.say(`waits ${n}`);
  }
  await expect(chat.waiting).toHaveCount(OUTBOX_MAX);
  await chat.message.fill('one too many');
  await expect(chat.button('Send')).toBeDisabled();
  await expect(chat.hint).toContainText(String(OUTBOX_MAX));
  await expect(chat.message).toHaveAccessibleDescription(new RegExp(String(OUTBOX_MAX)));
  await chat.message.press('Enter');
  await expect(chat.message).toHaveValue('one too many');
  await expect(chat.waiting).toHaveCount(OUTBOX_MAX);

  await server.start();
  await chat.is('open', 30_000);
  await expect(chat.echoed).toHaveCount(OUTBOX_MAX);
  await chat.message.press('Enter');
  await expect(chat.echoed).toHaveCount(OUTBOX_MAX + 1);
  const expected = Array.from({ length: OUTBOX_MAX }, (_, n) => `ECHO: waits ${n + 1}`);
  expect((await chat.log()).map((row) => row.echo)).toEqual([...expected, 'ECHO: one too many']);
});

test('a text over the limit is not sent, and the page says by how much', async ({ page, server }) => {
  const { chat } = await Live.connected(page, server.origin);
  // Bytes count, not letters.
  await chat.message.fill('é'.repeat(TEXT_MAX / 2 + 1));
  await expect(chat.button('Send')).toBeDisabled();
  await expect(chat.hint).toContainText(/16[,\u202f ]?38[46]|16 KiB/);
  await chat.message.press('Enter');
  await expect(chat.rows).toHaveCount(0);

  await chat.message.fill('é'.repeat(TEXT_MAX / 2));
  await expect(chat.button('Send')).toBeEnabled();
  await chat.message.press('Enter');
  await expect(chat.echoed).toHaveCount(1);
});

test('the history is capped, and says how much is not kept', async ({ page, server }) => {
  const { chat } = await Live.connected(page, server.origin);
  const messages = 600;
  await chat.section.evaluate(async (section, messages) => {
    const message = section.querySelector('textarea');
    if (!message) {
      throw new Error('there is nowhere to write');
    }
    const frame = () => new Promise(requestAnimationFrame);
    for (let n = 1; n <= messages; n++) {
      message.value = `message ${n}`;
      message.dispatchEvent(new Event('input', { bubbles: true }));
      while (section.querySelectorAll('li[data-delivery=queued], li[data-delivery=sent]').length > 60) {
        await frame();
      }
      message.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      await frame();
    }
  }, messages);

  await expect(chat.rows.last().locator('.echo')).toHaveText(`ECHO: message ${messages}`);
  expect((await server.info()).done.echoes).toBe(messages);
  expect(await chat.section.getByTestId('chat-log').locator('> li').count()).toBeLessThanOrEqual(HISTORY_MAX);
  const kept = await chat.rows.count();
  const notes = await chat.notes.count();
  // Every row that was ever there: the messages, and the note of the opening.
  await expect(chat.dropped).toContainText(String(messages + 1 - kept - notes));
});

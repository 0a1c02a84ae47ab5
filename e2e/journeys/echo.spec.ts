/** A message goes to the server and back: by Enter, by button, by keyboard alone, whatever is in it. */

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('a message comes back as an echo, with its round trip', async ({ page, server }) => {
  const live = await Live.connected(page, server.origin);
  await live.chat.message.fill('hello');
  await live.chat.button('Send').click();

  const row = live.chat.rows.first();
  await expect(row).toHaveAttribute('data-delivery', 'echoed');
  await expect(row.locator('.echo')).toHaveText('ECHO: hello');
  await expect(row.getByTestId('round-trip')).toHaveText(/\d\s?(µs|ms|s)/);
  await expect(live.chat.message).toHaveValue('');

  const info = await server.info();
  await expect(row).toHaveAttribute('data-instance', info.instance);
  expect(info.done.echoes).toBe(1);
  expect(info.open).toEqual({ sockets: 1, streams: 1, polls: 0 });
});

test('Enter sends, and Shift+Enter breaks the line', async ({ page, server }) => {
  const { chat } = await Live.connected(page, server.origin);
  await chat.message.pressSequentially('one');
  await chat.message.press('Shift+Enter');
  await chat.message.pressSequentially('two');
  await expect(chat.message).toHaveValue('one\ntwo');
  await expect(chat.rows).toHaveCount(0);

  await chat.message.press('Enter');
  await expect(chat.rows).toHaveCount(1);
  await expect(chat.message).toHaveValue('');
  await expect(chat.echoed).toHaveCount(1);
  expect((await chat.log()).map((row) => row.echo)).toEqual(['ECHO: one\ntwo']);
});

test('Enter that chooses a word in an input method neither sends nor submits', async ({ page, context, server }) => {
  const { chat } = await Live.connected(page, server.origin);
  const keyboard = await context.newCDPSession(page);
  const write = async (reading: string, word: string) => {
    await keyboard.send('Input.imeSetComposition', {
      text: reading,
      selectionStart: reading.length,
      selectionEnd: reading.length,
    });
    const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 };
    await keyboard.send('Input.dispatchKeyEvent', { ...enter, type: 'rawKeyDown' });
    await keyboard.send('Input.insertText', { text: word });
    await keyboard.send('Input.dispatchKeyEvent', { ...enter, type: 'keyUp', windowsVirtualKeyCode: 13 });
  };
  const told = await page.evaluateHandle(() => {
    const told: string[] = [];
    for (const kind of ['keydown', 'compositionend'] as const) {
      document.addEventListener(kind, (event) =>
        told.push(event instanceof KeyboardEvent ? `${kind} ${event.keyCode} ${event.isComposing}` : kind),
      );
    }
    return told;
  });
  await chat.message.focus();
  await write('ni', '你');
  await write('hao', '好');
  await expect(chat.message).toHaveValue('你好');
  const [keydown, end] = ['keydown 229 true', 'compositionend'];
  expect(await told.jsonValue(), 'the browser has composed').toEqual([keydown, end, keydown, end]);
  await expect(chat.rows).toHaveCount(0);
  await chat.message.press('Enter');
  await expect(chat.echoed).toHaveCount(1);
  expect((await chat.log()).map((row) => row.echo)).toEqual(['ECHO: 你好']);

  const reason = chat.section.getByLabel('Reason');
  await reason.focus();
  await write('zai', '再');
  await write('jian', '见');
  await expect(reason).toHaveValue('再见');
  await chat.is('open');
  await reason.press('Enter');
  await chat.is('idle');
  await expect(chat.status).toContainText('再见');
});

test('whatever is written comes back as it was', async ({ page, server }) => {
  const { chat } = await Live.connected(page, server.origin);
  const texts = [
    '<b>bold</b> & "quoted" <script>fail()</script>',
    'Grüße, 你好, שלום, مرحبا',
    '👩‍👩‍👧‍👦 \u{1d11e} e\u0301',
    '  spaces  stay  ',
    'é'.repeat(8 * 1024), // 16 KiB of UTF-8, the longest there may be
  ];
  for (const text of texts) {
    await chat.say(text);
  }
  await expect(chat.echoed).toHaveCount(texts.length);
  expect((await chat.log()).map((row) => row.echo)).toEqual(texts.map((text) => `ECHO: ${text}`));
});

test('the keyboard alone is enough', async ({ page, server }) => {
  const { chat } = await Live.connected(page, server.origin);
  const tabTo = async (name: string) => {
    const target = chat.section
      .getByRole('textbox', { name })
      .or(chat.section.getByRole('button', { name, exact: true }));
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      if (await target.evaluate((element) => element === document.activeElement)) {
        return;
      }
    }
    throw new Error(`${name} is out of the Tab key's reach`);
  };

  await tabTo('Message');
  await page.keyboard.type('no mouse');
  await page.keyboard.press('Enter');
  await expect(chat.echoed).toHaveCount(1);

  await tabTo('Disconnect');
  await page.keyboard.press('Enter');
  await chat.is('idle');
  await tabTo('Connect');
  await page.keyboard.press('Space');
  await chat.is('open');
});

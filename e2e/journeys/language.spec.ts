/** The page in two languages: by the browser's preference or by a press, and all of it. */

import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { Lanes, TRANSPORTS } from '../harness/lanes.ts';
import { expectNothingMissed, Live } from '../harness/live.ts';
import { expectFineLooks } from '../harness/looks.ts';
import { expect, test } from '../harness/test.ts';
import { untranslated, untranslatedInFiles, wordsLeft } from '../harness/untranslated.ts';

/** What the title is made of besides the page's name, in Chinese. */
const IN_CHINESE = /\p{Script=Han}+ · Echoclock/u;

/** What a browser says of what the probes ask for: statuses, and responses that are cut. */
const PROBED = /status of (400|404|426|500|502)|Unexpected response code/;

/** A quick run takes a minute at most. */
const RUN = 75_000;

for (const [locale, language] of [
  ['zh-CN', 'zh-Hans'],
  ['zh-TW', 'zh-Hans'],
  ['de-DE', 'en'],
] as const) {
  test.describe(`to a browser that prefers ${locale}`, () => {
    test.use({ locale });

    test(`the page speaks ${language}`, async ({ page, server }) => {
      await Live.connected(page, server.origin);
      await expectLanguage(page, language);
      await page.locator('a[href="#/transports"]').click();
      await expect(page).toHaveTitle(language === 'en' ? 'Transports · Echoclock' : IN_CHINESE);
    });
  });
}

test('another language is spoken at once, and remembered', async ({ page, server }) => {
  let sockets = 0;
  page.on('websocket', () => sockets++);
  const live = await Live.connected(page, server.origin);
  await live.chat.say('before');
  await expect(live.chat.echoed).toHaveCount(1);
  await live.chat.message.fill('a draft');
  const before = await live.clock.firstTick();
  await page.evaluate(() => (document.documentElement.dataset.same = 'yes'));

  const button = page.locator('#language');
  await button.focus();
  await page.keyboard.press('Enter');
  await expectLanguage(page, 'zh-Hans');
  await expect(button).toBeFocused();
  await expect(page.locator('html[data-same]'), 'it is the same document').toHaveCount(1);
  await expect(live.chat.rows.first().locator('.echo')).toContainText('before');
  await expect(page.locator('#message')).toHaveValue('a draft');
  expectNothingMissed(before, await live.clock.ticksOn(before, 2));
  expect(sockets, 'the chat has one socket').toBe(1);
  await page.locator('a[href="#/check"]').click();
  await expect(page.locator('#run-check')).toHaveText(/\p{Script=Han}/u);
  await expect(page).toHaveTitle(IN_CHINESE);

  await page.reload();
  await expectLanguage(page, 'zh-Hans');
  await button.click();
  await expectLanguage(page, 'en');
  await expect(page.locator('#run-check')).toHaveText('Check this path');
  await page.reload();
  await expectLanguage(page, 'en');
});

test('what is open, chosen and half written stays open, chosen and half written', async ({ page, server }) => {
  const live = await Live.connected(page, server.origin);
  await live.chat.say('recorded');
  const address = page.locator('#api-address');
  await address.fill('https://half.written');
  await page.getByTestId('wire-button').click();
  const row = page.getByTestId('wire-rows').locator('li[data-what=text][data-seen-by=page]');
  await live.chat.say('kept');
  await page.locator('#wire-part').selectOption({ index: 1 });
  await page.locator('#wire-text').fill('kept');
  await expect(row.filter({ hasText: 'kept' }).first()).toBeVisible();
  await speak('zh-Hans');
  await expect(address).toHaveValue('https://half.written');
  await expect(row.filter({ hasText: 'kept' }).first()).toBeVisible();
  await expect(page.locator('#wire-text')).toHaveValue('kept');
  await expect(page.locator('#wire-part')).toHaveJSProperty('selectedIndex', 1);

  await page.locator('a[href="#/transports"]').click();
  const lane = page.getByTestId('lane-events');
  const lesson = lane.getByTestId('lesson');
  const pause = page.locator('.controls .buttons button').first();
  await lane.locator('summary').click();
  await expect(lesson).toBeVisible();
  await pause.click();
  await speak('en');
  await expect(lesson).toBeVisible();
  await expect(pause).toHaveText('Resume');
  await lane.locator('summary').click();
  await expect(lesson).toBeHidden();
  await speak('zh-Hans');
  await expect(lane.locator('summary')).toBeVisible();
  await expect(lesson).toBeHidden();

  async function speak(language: 'en' | 'zh-Hans'): Promise<void> {
    await page.locator('#language').click();
    await expectLanguage(page, language);
  }
});

test('a language whose texts do not come is told of, and the page stays as it was', async ({
  page,
  server,
  complaints,
}) => {
  complaints.allow(/net::ERR_FAILED|Failed to fetch/);
  const texts = '**/texts/page-zh-Hans*';
  await page.route(texts, (route) => route.abort());
  const live = await Live.connected(page, server.origin);
  const button = page.locator('#language');
  await button.click();
  const complaint = page.locator('.language .complaint');
  await expect(complaint).toContainText('中文 can’t be loaded');
  await expectLanguage(page, 'en');
  await live.isOpen();
  // It covers nothing, and is over with the next place.
  await page.setViewportSize({ width: 360, height: 800 });
  await expect(complaint).toBeVisible();
  await page.locator('a[href="#/transports"]').click();
  await expect(complaint).toHaveText('');
  await page.locator('a[href="#/"]').click();

  await page.unroute(texts);
  await button.click();
  await expectLanguage(page, 'zh-Hans');
  await expect(page.locator('.language .complaint')).toHaveText('');
});

test('a page that answers in the place of texts is none, and a press asks again', async ({ page, server }) => {
  const texts = '**/texts/page-zh-Hans*';
  await page.route(texts, (route) => route.fulfill({ contentType: 'text/html', body: '<p>Log in</p>' }));
  await Live.connected(page, server.origin);
  const button = page.locator('#language');
  await button.click();
  await expect(page.locator('.language .complaint')).toContainText('texts/page-zh-Hans');

  await page.unroute(texts);
  await button.click();
  await expectLanguage(page, 'zh-Hans');
});

test('a program that starts while the language changes speaks the new one', async ({ page, server }) => {
  let goOn = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await page.route('**/texts/page-zh-Hans*', (route) => held.then(() => route.continue()));
  await Live.connected(page, server.origin);
  await page.locator('#language').click();
  await page.locator('a[href="#/check"]').click();
  const button = page.locator('#run-check');
  await expect(button).toHaveText('Check this path');
  goOn();
  await expectLanguage(page, 'zh-Hans');
  await expect(button).not.toHaveText(/Check|…/);
});

test('a translator that writes the page’s language anew keeps no view from coming', async ({ page, server }) => {
  await Live.connected(page, server.origin);
  await page.evaluate(() => (document.documentElement.lang = 'eo'));
  await page.locator('a[href="#/check"]').click();
  await expect(page.locator('#run-check')).toHaveText('Check this path');
});

test('what is not Chinese is found', async ({ page }) => {
  expect(wordsLeft('以 HTTP/1.1 订阅 WebSocket，延迟 12.4 ms')).toEqual([]);
  expect(wordsLeft('以 --no-check 运行：http://here/api/ 见 GET /api/clock?after=41')).toEqual([]);
  expect(wordsLeft('延迟 is 12 ms')).toEqual(['is']);
  expect(wordsLeft('第 … 项，打开报告……')).toEqual(['…']);
  await page.setContent(`
    <html lang="zh-Hans"><title>标题</title><body>
      <p>你好 hello</p><p lang="en">English</p><p lang="">data</p><code>code</code><p hidden>hidden</p>
      <pre lang="" aria-label="a label">raw</pre><input placeholder="请 write">
      <select><option>选 option</option></select><p translate="no" lang="zh-Hans">live</p>
    </body></html>`);
  const found = (await untranslated(page)).map((text) => text.split(' ←')[0]).sort();
  expect(found).toEqual(['hello', 'label', 'live', 'option', 'write']);
});

test('every translation is in Chinese, also what only chance shows', async () => {
  expect(await untranslatedInFiles()).toEqual([]);
});

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });
  test.describe.configure({ timeout: 180_000 });

  test('the Live view and the Wire drawer say all in Chinese', async ({ page, server, complaints }) => {
    complaints.allow(LOST_CONNECTION);
    const live = await Live.connected(page, server.origin);
    await page.locator('#message').fill('你好');
    await page.locator('#message').press('Enter');
    await expect(live.chat.echoed).toHaveCount(1);
    await live.clock.firstTick();
    await expectAllInChinese(page, 'live');

    await page.getByTestId('wire-button').click();
    const rows = page.getByTestId('wire-rows').locator('li');
    await expect(rows.and(page.locator('[data-seen-by=server]')).first()).toBeVisible();
    await expect(rows.and(page.locator('[data-seen-by=page]')).first()).toBeVisible();
    await expectAllInChinese(page, 'wire');

    await server.kill();
    await live.chat.is('waiting');
    await live.clock.is('waiting');
    await expectAllInChinese(page, 'live, waiting');
  });

  test('the Transports view says all in Chinese', async ({ page, context, server }) => {
    const other = await context.newPage();
    for (const each of [page, other]) {
      await each.goto(`${server.origin}/#/transports`);
      const lanes = new Lanes(each);
      await expect(lanes.all.socket.section).toBeVisible();
      if (each === page) {
        await expectAllInChinese(page, 'lanes, not started');
      }
      await each.locator('.controls .buttons .primary').click();
      if (each === other) {
        await expect(lanes.crowded).toBeVisible({ timeout: 30_000 });
        await expectAllInChinese(other, 'lanes, crowded');
        await other.close();
      }
    }
    const lanes = new Lanes(page);
    for (const transport of TRANSPORTS) {
      const lane = lanes.all[transport];
      await lane.firstTick();
      await lane.section.locator('summary').click();
      await expect(lane.section.getByTestId('lesson')).toBeVisible();
      await expect(lane.section.getByTestId('exchange')).toContainText('HTTP/1.1', { timeout: 15_000 });
    }
    await expectAllInChinese(page, 'lanes, with their lessons');
  });

  test('the Check view says all in Chinese', async ({ page, server, complaints }) => {
    complaints.allow(LOST_CONNECTION, PROBED);
    await page.goto(`${server.origin}/#/check`);
    const run = page.locator('#run-check');
    await expect(run).toBeVisible();
    await expectAllInChinese(page, 'check, never run');
    await run.click();
    await expect(page.getByTestId('progress').locator('.doing').first()).toBeVisible();
    await expectAllInChinese(page, 'check, running');
    await expect(page.getByTestId('report')).toBeVisible({ timeout: RUN });
    await expectAllInChinese(page, 'check, a report');

    const downloading = page.waitForEvent('download');
    await page.locator('.report-actions .buttons > button').nth(1).click();
    const buffer = await readFile(await (await downloading).path());
    const file = { name: 'report.json', mimeType: 'application/json', buffer };
    expect(JSON.parse(buffer.toString())).toMatchObject({ language: 'zh-Hans' });
    await page.getByTestId('compare-file').setInputFiles(file);
    await expect(page.getByTestId('compared')).toBeVisible();
    await expectAllInChinese(page, 'check, compared');

    // It is told again in the other language, and so is the file.
    await page.locator('#language').click();
    await expectLanguage(page, 'en');
    await expect(page.getByTestId('headline')).toContainText('ll six transports work');
    await expect(page.getByTestId('compared')).toBeVisible();
    await expect(page.locator('.reports [lang=zh-Hans], .compared [lang=zh-Hans]')).toHaveCount(0);
    await page.locator('#language').click();
    await expectLanguage(page, 'zh-Hans');
    await expectAllInChinese(page, 'check, told again');
    await page.getByTestId('open-file').setInputFiles({ ...file, buffer: Buffer.from('{}') });
    await expect(page.getByTestId('unreadable')).toBeVisible();
    await expectAllInChinese(page, 'check, a file that is no report');
  });

  test('findings and their remedies are in Chinese', async ({ page, server, start, complaints }) => {
    complaints.allow(LOST_CONNECTION, PROBED);
    const proxy = await start.nginx(server);
    await page.goto(`${proxy.origin}/#/check`);
    await page.locator('#run-check').click();
    await expect(page.getByTestId('report')).toBeVisible({ timeout: RUN });
    const finding = page.getByTestId('finding');
    await expect(finding.first()).toBeVisible();
    await page.locator('details').evaluateAll((all) => {
      for (const details of all as HTMLDetailsElement[]) {
        details.open = true;
      }
    });
    await expectAllInChinese(page, 'check, findings');
    await page.locator('a[href="#/transports"]').click();
    await expect(page.getByTestId('lane-events').getByTestId('explained')).toBeVisible();
    await expectAllInChinese(page, 'lanes, explained');

    const rules = () => finding.evaluateAll((all) => all.map((one) => one.getAttribute('data-rule')));
    await page.locator('a[href="#/check"]').click();
    const before = await rules();
    await page.locator('#language').click();
    await expectLanguage(page, 'en');
    await expect(page.locator('[data-rule="collected-in-pages"]')).toContainText('What tells it here:');
    await expect(page.locator('.reports [lang=zh-Hans]')).toHaveCount(0);
    expect(await rules(), 'it is the same report').toEqual(before);
  });
});

async function expectLanguage(page: Page, language: 'en' | 'zh-Hans'): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', language);
  await expect(page.locator('#language')).toHaveText(language === 'en' ? '中文' : 'English');
  const words = page.locator('.tagline');
  await (language === 'en' ? expect(words).toContainText('Six ways') : expect(words).toHaveText(/\p{Script=Han}/u));
}

async function expectAllInChinese(page: Page, when: string): Promise<void> {
  expect(await untranslated(page), when).toEqual([]);
  await expectFineLooks(page, when);
}

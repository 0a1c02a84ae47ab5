/** The Wire drawer: what was sent and received, as the page and the server have seen it. */

import { readFile } from 'node:fs/promises';

import type { Locator, Page } from '@playwright/test';

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

/** A line of the export, as far as this journey reads it. */
interface Line {
  at: string;
  seen_by: 'page' | 'server';
  part: string;
  transport: string;
  way: string | null;
  what: string;
  size: number | null;
  raw: string;
}

test('what passes is told from both ends, filtered, held, and exported', async ({ page, server }) => {
  const live = await Live.connected(page, server.origin);
  const button = page.getByRole('button', { name: 'Wire' });
  await button.press('Enter');
  const drawer = page.getByRole('region', { name: 'Wire' });
  await expect(drawer).toBeFocused();
  await live.chat.say('hello wire');
  await expect(live.chat.echoed).toHaveCount(1);

  // The page's view of the message, both ways, and the server's view of the same.
  for (const seenBy of ['page', 'server']) {
    const said = rows(drawer, seenBy, 'text').filter({ hasText: 'hello wire' });
    await expect(said.filter({ hasText: 'to the server' })).toHaveCount(1);
    await expect(said.filter({ hasText: 'from the server' })).toHaveCount(1);
  }
  // What no page can see: the handshake, and the bytes of the event stream.
  const opening = rows(drawer, 'server', 'request').filter({ hasText: '/api/echo?link=' });
  await expect(opening).toContainText('Sec-WebSocket-Key:');
  await expect(opening).toContainText('seen by the server');
  await expect(rows(drawer, 'server', 'response').filter({ hasText: 'HTTP 101' })).toHaveCount(1);
  await expect(rows(drawer, 'server', 'body').filter({ hasText: 'data: {' }).first()).toBeVisible();

  await drawer.getByLabel('Link').selectOption('Chat');
  await drawer.getByLabel('With the text').fill('HELLO WIRE');
  await expect(drawer.getByRole('listitem')).toHaveCount(4);

  const { lines, name } = await exported(page, drawer);
  expect(name).toBe('echoclock-wire.ndjson');
  expect(lines.map((line) => `${line.seen_by} ${line.way}`).sort()).toEqual([
    'page from the server',
    'page to the server',
    'server from the server',
    'server to the server',
  ]);
  for (const line of lines) {
    expect(line).toMatchObject({ part: 'chat', transport: 'socket', what: 'text' });
    expect(line.raw).toContain('hello wire');
    expect(Number.isNaN(Date.parse(line.at))).toBe(false);
  }
  const sizes = (seenBy: string, way: string) =>
    lines.filter((line) => line.seen_by === seenBy && line.way === way).map((line) => line.size ?? 0)[0] ?? 0;
  // A frame of less than 126 bytes has a head of two, and a mask of four on its way to the server.
  expect(sizes('server', 'from the server') - sizes('page', 'from the server')).toBe(2);
  expect(sizes('server', 'to the server') - sizes('page', 'to the server')).toBe(6);

  await drawer.getByLabel('With the text').fill('');
  await drawer.getByLabel('Link').selectOption('All links');
  await drawer.getByRole('button', { name: 'Pause' }).click();
  const held = await drawer.getByRole('listitem').count();
  await expect(drawer.getByRole('button', { name: /Pause \(\d+ new\)/ })).toBeVisible();
  await live.clock.ticksOn(await live.clock.read(), 2);
  await expect(drawer.getByRole('listitem')).toHaveCount(held);
  await drawer.getByRole('button', { name: /Pause/ }).click();
  await expect.poll(() => drawer.getByRole('listitem').count()).toBeGreaterThan(held);

  await drawer.getByRole('button', { name: 'Clear' }).click();
  await expect(drawer.getByRole('listitem').filter({ hasText: 'hello wire' })).toHaveCount(0);
});

test('it is worked by keyboard alone, and records nothing once it is closed', async ({ page, server }) => {
  const live = await Live.connected(page, server.origin);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/links/')) {
      asked.push(request.url());
    }
  });
  await live.clock.ticksOn(await live.clock.read(), 3);
  expect(asked, 'nothing is asked while it is closed').toEqual([]);

  const button = page.getByRole('button', { name: 'Wire' });
  await button.focus();
  await page.keyboard.press('Space');
  await expect(button).toHaveAttribute('aria-expanded', 'true');
  const drawer = page.getByRole('region', { name: 'Wire' });
  await expect(drawer).toBeFocused();
  await expect(drawer.getByRole('listitem').first()).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(drawer.getByRole('button', { name: 'Close' })).toBeFocused();
  await page.evaluate(() => window.scrollTo({ top: 0, behavior: 'instant' }));
  await page.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
  await expect(button).toBeFocused();
  expect(await page.evaluate(() => window.scrollY), 'what was looked at stays').toBe(0);
  await expect(button).toHaveAttribute('aria-expanded', 'false');

  const before = asked.length;
  expect(before).toBeGreaterThan(0);
  await live.chat.say('unseen');
  await expect(live.chat.echoed).toHaveCount(1);
  await live.clock.ticksOn(await live.clock.read(), 3);
  expect(asked.length, 'nothing is asked any more').toBe(before);
  await button.click();
  await expect(drawer.getByRole('listitem').first()).toBeVisible();
  await expect(drawer.getByRole('listitem').filter({ hasText: 'unseen' })).toHaveCount(0);
});

function rows(drawer: Locator, seenBy: string, what: string): Locator {
  return drawer.locator(`li[data-seen-by=${seenBy}][data-what=${what}]`);
}

async function exported(page: Page, drawer: Locator): Promise<{ name: string; lines: Line[] }> {
  const download = page.waitForEvent('download');
  await drawer.getByRole('button', { name: 'Export' }).click();
  const file = await download;
  const text = await readFile(await file.path(), 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  const lines = text.trimEnd().split('\n');
  return { name: file.suggestedFilename(), lines: lines.map((line) => JSON.parse(line) as Line) };
}

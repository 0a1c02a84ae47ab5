/** The path check: on a healthy path, behind a proxy that holds, and in each state of its view. */

import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { expectFineLooks } from '../harness/looks.ts';
import { expect, test } from '../harness/test.ts';
import { setVisible } from '../harness/visibility.ts';

/** What a browser says of what the probes ask for: statuses, and responses that are cut. */
const PROBED = /status of (404|500)/;

/** A quick run takes a minute at most. */
const RUN = 75_000;

test.describe.configure({ timeout: 150_000 });

async function open(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/#/check`);
  await expect(page.getByRole('button', { name: 'Check this path' })).toBeVisible();
}

async function download(page: Page): Promise<{ file: string; report: { url: string } }> {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as JSON' }).click();
  const file = await (await downloading).path();
  return { file, report: JSON.parse(await readFile(file, 'utf8')) as { url: string } };
}

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Check this path' }).click();
  await expect(page.getByTestId('progress')).toBeVisible();
  await expect(page.getByTestId('report')).toBeVisible({ timeout: RUN });
}

test('a direct way works, and the report can be saved, opened and compared', async ({ page, server, complaints }) => {
  complaints.allow(LOST_CONNECTION, PROBED);
  await open(page, server.origin);
  await expectFineLooks(page, 'never run');
  await page.getByRole('button', { name: 'Check this path' }).click();
  await expect(page.getByTestId('progress')).toBeVisible();
  await expectFineLooks(page, 'running');
  await expect(page.getByTestId('report')).toBeVisible({ timeout: RUN });
  await expect(page.getByTestId('headline')).toContainText('ll six transports work');
  await expect(page.getByTestId('finding')).toHaveCount(0);
  await expectFineLooks(page, 'report');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toHaveCount(1);
  const markdown = await page.evaluate(() => navigator.clipboard.readText());
  expect(markdown).toMatch(/^# Path check of http:/);

  await page.evaluate(refuseToCopy);
  await page.getByRole('button', { name: 'Copied' }).or(page.getByRole('button', { name: 'Copy as Markdown' })).click();
  await expect(page.getByTestId('by-hand')).toBeVisible();
  expect(await page.evaluate(() => getSelection()?.toString())).toContain('Path check of http:');
  await expectFineLooks(page, 'not copied');

  const { file, report } = await download(page);
  expect(report).toMatchObject({ schema: 1, is_complete: true, url: server.api });
  await page.getByTestId('hide-addresses').check();
  expect((await download(page)).report.url).toBe(server.api.replace('127.0.0.1', 'address-1'));
  await page.getByTestId('hide-addresses').uncheck();

  await page.getByTestId('compare-file').setInputFiles(file);
  await expect(page.getByTestId('compared').locator('tr.differs')).toHaveCount(0);
  await expectFineLooks(page, 'compared');
  await page.getByRole('button', { name: 'Compare no longer' }).click();
  await expect(page.getByTestId('compare-file')).toBeFocused();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('button', { name: 'Check this path' })).toBeFocused();
  await page.getByTestId('open-file').setInputFiles(file);
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByTestId('open-file')).toBeFocused();
  await page.getByTestId('open-file').setInputFiles(file);
  await expect(page.getByTestId('headline')).toContainText('ll six transports work');
  for (const [text, why] of [
    ['{}', 'it is no report'],
    ['{"schema":2}', 'it is of schema 2'],
    [' '.repeat(16_000_001), 'no report is larger than 16.0 MB'],
  ] as const) {
    await page
      .getByTestId('open-file')
      .setInputFiles({ name: 'no.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await expect(page.getByTestId('unreadable')).toContainText(`no.json can’t be shown: ${why}`);
  }
  await expectFineLooks(page, 'unreadable');
});

test('behind a proxy that speaks HTTP/1.0 the finding has a remedy', async ({ page, server, start, complaints }) => {
  complaints.allow(LOST_CONNECTION, PROBED, /Unexpected response code|status of (400|426|502)/);
  const proxy = await start.nginx(server);
  await open(page, proxy.origin);
  await run(page);
  const finding = page.locator('[data-rule="collected-in-pages"]');
  await expect(finding).toContainText('proxy_http_version 1.1');
  await expectFineLooks(page, 'findings');
  await page.getByRole('link', { name: 'Transports' }).click();
  await page.getByTestId('lane-events').getByTestId('explained').getByRole('link').click();
  await expect(page.getByTestId('finding').first()).toBeVisible();
  await expect(page.locator('[data-testid=finding]:focus')).toHaveCount(1);
});

test('a run can be cancelled, tells other tabs, and is refused where there is no check', async ({
  page,
  server,
  start,
  complaints,
}) => {
  complaints.allow(LOST_CONNECTION, PROBED);
  const other = await page.context().newPage();
  await open(other, server.origin);
  await open(page, server.origin);
  await begin(page);
  await expect(other.getByTestId('elsewhere')).toBeVisible();
  await expectFineLooks(other, 'told of another tab');
  await other.close();
  await setVisible(page, false);
  await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden');
  await setVisible(page, true);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('check-end')).toContainText('Cancelled', { timeout: 15_000 });
  await expect(page.getByTestId('report')).toBeVisible();
  await expect(page.getByTestId('was-hidden')).toContainText('The tab was hidden from');
  await expectFineLooks(page, 'cancelled');

  const without = await start.server('--no-check');
  // Pressed before the page knows where its API is, the button waits for that.
  await page.route('**/config.json', async (route) => {
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible();
    await route.continue();
  });
  await page.goto(`${without.origin}/#/check`);
  await page.getByRole('button', { name: 'Check this path' }).click();
  await expect(page.getByTestId('check-end')).toContainText('--no-check');
  await expectFineLooks(page, 'refused');
});

test('a deep run shows how far it is, and can be stopped with what is known', async ({ page, server, complaints }) => {
  complaints.allow(LOST_CONNECTION, PROBED);
  await open(page, server.origin);
  await page.getByRole('radio', { name: 'Deep' }).check();
  await page.getByRole('button', { name: 'Check this path' }).click();
  const progress = page.getByTestId('progress');
  await expect(progress).toContainText(/\d+ of \d+ probes, \d+ s of 7 min at most/);
  const sockets = progress.getByRole('listitem').filter({ hasText: 'WebSocket' });
  await expect(sockets).toContainText('silence for 350 s');
  // The short ones pass beside the ladder.
  await expect(sockets).toContainText(/(?:[5-9]|\d\d) of \d+/, { timeout: 45_000 });
  await expect(sockets).toContainText('Works');
  await expectFineLooks(page, 'deep, running');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('check-end')).toContainText('Cancelled', { timeout: 15_000 });
  await expect(page.getByTestId('headline')).toContainText('The run was stopped. So far,');
  await expect(page.getByTestId('report')).toContainText('deep, by a page, stopped before its end');
  await expect(page.getByTestId('finding')).toHaveCount(0);
  const notTested = page.getByRole('group').filter({ hasText: 'things' });
  await notTested.locator('summary').click();
  await expect(notTested).toContainText('silence for 350 s');
  await expect(notTested).toContainText('it was stopped with the run');
  await expectFineLooks(page, 'deep, stopped');
});

test('a server that goes ends the run, with what was known', async ({ page, server, complaints }) => {
  complaints.allow(LOST_CONNECTION, PROBED);
  await open(page, server.origin);
  await begin(page);
  await server.kill();
  await expect(page.getByTestId('check-end')).toContainText('could no longer be reached', { timeout: 30_000 });
  await expect(page.getByTestId('report')).toBeVisible();
  await expect(page.getByTestId('finding')).toHaveCount(0);
  await expectFineLooks(page, 'server gone');
});

/** Runs in the page: from here on the browser copies nothing. */
function refuseToCopy(): void {
  navigator.clipboard.writeText = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
  document.execCommand = () => false;
}

/** Begins a run, and waits until some of its probes are over. */
async function begin(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Check this path' }).click();
  await expect(page.getByTestId('progress')).toContainText(/\b[3-9] of \d+ probes/, { timeout: 20_000 });
}

/** The path check: on a healthy path, behind a proxy that holds, and in each state of its view. */

import { readFile } from 'node:fs/promises';

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { expect, test } from '../harness/test.ts';

/** What a browser says of what the probes ask for: statuses, and responses that are cut. */
const PROBED = /status of (404|500)/;

/** A quick run takes a minute at most. */
const RUN = 75_000;

test.describe.configure({ timeout: 150_000 });

async function open(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/#/check`);
  await expect(page.getByRole('button', { name: 'Check this path' })).toBeVisible();
}

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Check this path' }).click();
  await expect(page.getByTestId('progress')).toBeVisible();
  await expect(page.getByTestId('report')).toBeVisible({ timeout: RUN });
}

test('a direct way works, and the report can be saved, opened and compared', async ({ page, server, complaints }) => {
  complaints.allow(LOST_CONNECTION, PROBED);
  await open(page, server.origin);
  await expectAxeContent(page, 'never run');
  await page.getByRole('button', { name: 'Check this path' }).click();
  await expect(page.getByTestId('progress')).toBeVisible();
  await expectAxeContent(page, 'running');
  await expect(page.getByTestId('report')).toBeVisible({ timeout: RUN });
  await expect(page.getByTestId('headline')).toContainText('ll six transports work');
  await expect(page.getByTestId('finding')).toHaveCount(0);
  await expectAxeContent(page, 'report');

  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as JSON' }).click();
  const file = await (await downloading).path();
  const report = JSON.parse(await readFile(file, 'utf8')) as { schema: number; is_complete: boolean };
  expect(report).toMatchObject({ schema: 1, is_complete: true });
  await page.getByTestId('compare-file').setInputFiles(file);
  await expect(page.getByTestId('compared').locator('tr.differs')).toHaveCount(0);
  await expectAxeContent(page, 'compared');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByTestId('open-file').setInputFiles(file);
  await expect(page.getByTestId('headline')).toContainText('ll six transports work');
  await page
    .getByTestId('open-file')
    .setInputFiles({ name: 'no.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  await expect(page.getByTestId('unreadable')).toContainText('no report');
});

test('behind a proxy that speaks HTTP/1.0 the finding has a remedy', async ({ page, server, start, complaints }) => {
  complaints.allow(LOST_CONNECTION, PROBED, /Unexpected response code|status of (400|426|502)/);
  const proxy = await start.nginx(server);
  await open(page, proxy.origin);
  await run(page);
  const finding = page.locator('[data-rule="collected-in-pages"]');
  await expect(finding).toContainText('proxy_http_version 1.1');
  await expectAxeContent(page, 'findings');
  await page.getByRole('link', { name: 'Transports' }).click();
  await page.getByTestId('lane-events').getByTestId('explained').getByRole('link').click();
  await expect(page.getByTestId('finding').first()).toBeVisible();
});

test('a run can be cancelled, and is refused where there is no check', async ({ page, server, start, complaints }) => {
  complaints.allow(LOST_CONNECTION, PROBED);
  await open(page, server.origin);
  await page.getByRole('button', { name: 'Check this path' }).click();
  await page.waitForTimeout(3_000);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('check-end')).toContainText('Cancelled', { timeout: 15_000 });
  await expect(page.getByTestId('report')).toBeVisible();

  const without = await start.server('--no-check');
  await page.goto(`${without.origin}/#/check`);
  await page.getByRole('button', { name: 'Check this path' }).click();
  await expect(page.getByTestId('check-end')).toContainText('--no-check');
});

async function expectAxeContent(page: Page, when: string): Promise<void> {
  for (const [colorScheme, width] of [
    ['dark', 360],
    ['light', 1_600],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}/${when}-${width}.png`, fullPage: true });
    }
    const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze();
    const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]);
    expect(found, `${when}, ${width} px`).toEqual([]);
    const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await page.evaluate(overflow), `${when}, ${width} px: nothing scrolls sideways`).toBe(0);
  }
}

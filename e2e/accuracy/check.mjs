/**
 * The page's own path check, in place of `echoclock check URL --json FILE`: opens the page at the address,
 * has it check its path, and saves the report that it hands out.
 *
 * Usage: CHROMIUM=… node check.mjs URL FILE
 */

import { readFileSync } from 'node:fs';

import { chromium } from '@playwright/test';

/** A quick run takes a minute at most, and the page has to come by the same path first. */
const LIMIT = 100_000;

const [url, file] = process.argv.slice(2);
const args = JSON.parse(readFileSync(new URL('../harness/arguments.json', import.meta.url), 'utf8'));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(LIMIT);
page.on('pageerror', (error) => console.error(error.stack ?? String(error)));
page.on('crash', () => console.error('The page has crashed.'));
setTimeout(giveUp, LIMIT).unref();
try {
  await page.goto(new URL('#/check', url).href);
  await page.getByRole('button', { name: 'Check this path' }).click();
  await page.getByTestId('progress').waitFor();
  const [ended, report] = [page.getByTestId('check-end'), page.getByTestId('report')];
  await ended.or(report).first().waitFor();
  if (await ended.isVisible()) {
    throw new Error(await ended.innerText());
  }
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as JSON' }).click();
  await (await downloading).saveAs(file);
} finally {
  await browser.close();
}

/** Says how far the page has come. The browser ends with this process, which closes the pipe between them. */
async function giveUp() {
  console.error(`The page's check did not end within ${LIMIT / 1_000} s.`);
  setTimeout(() => process.exit(1), 2_000);
  console.error(await page.locator('main').innerText());
  process.exit(1);
}

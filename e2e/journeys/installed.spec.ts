/** The page as an app of the user's own. */

import { expect, test } from '../harness/test.ts';

test('the browser finds nothing against installing the page', async ({ page, server }) => {
  await page.goto(server.origin);
  const browser = await page.context().newCDPSession(page);
  const manifest = await browser.send('Page.getAppManifest');
  expect(manifest.errors).toEqual([]);
  expect(new URL(manifest.url).pathname).toBe('/installed/app.webmanifest');
  const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
  // The tests' own windows forget all in the end, and from such none is installed.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);

  const { icons, start_url: start } = JSON.parse(manifest.data ?? '{}');
  for (const { src, sizes } of icons) {
    const icon = await page.request.get(new URL(src, manifest.url).href);
    expect(icon.headers()['content-type']).toBe('image/png');
    // A PNG begins with its signature, and tells its width and height in the first chunk.
    const bytes = await icon.body();
    expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
  }
  expect(new URL(start, manifest.url).href).toBe(`${server.origin}/`);
});

test('no service worker stands in the way of streams', async ({ page, server }) => {
  await page.goto(server.origin);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});

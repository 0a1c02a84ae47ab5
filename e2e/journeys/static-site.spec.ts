/** The page on a static host below a sub-path, the API elsewhere, and what can be wrong with that. */

import { staticSite } from '../harness/environment.ts';
import { LOST_CONNECTION } from '../harness/complaints.ts';
import { expectNothingMissed, Live } from '../harness/live.ts';
import { freePort } from '../harness/port.ts';
import type { Site } from '../harness/site.ts';
import { expect, type Start, test } from '../harness/test.ts';

const BELOW = '/demo/';

test('everything works with the API on another origin', async ({ page, start }) => {
  const port = await freePort();
  const site = await host(start, `http://127.0.0.1:${port}`);
  const server = await start.serverOn(port, '--allow-origin', site.origin);

  const live = await Live.connected(page, site.origin + BELOW);
  await live.chat.say('from far');
  await expect(live.chat.rows.first().locator('.echo')).toHaveText('ECHO: from far');
  const first = await live.clock.firstTick();
  expectNothingMissed(first, await live.clock.ticksOn(first, 2));
  await expect(live.server).toContainText(server.origin);
});

test('a page that the API does not let in says so, and what would change it', async ({
  page,
  start,
  server,
  complaints,
}) => {
  complaints.allow(LOST_CONNECTION, /status of 403|Unexpected response code: 403|CORS policy|net::ERR_FAILED/);
  const site = await host(start, server.origin);
  const live = await Live.open(page, site.origin + BELOW);
  for (const part of [live.chat, live.clock]) {
    await part.is(/waiting|connecting/);
    await expect(part.section).toContainText(`--allow-origin ${site.origin}`);
  }

  await server.kill();
  await start.serverOn(server.port, '--allow-origin', site.origin);
  await live.isOpen(45_000);
  await expect(live.chat.section).not.toContainText('--allow-origin');
});

test('a wrong address in config.json is named, with what to check, and the user can give another', async ({
  page,
  start,
  server,
  complaints,
}) => {
  complaints.allow(LOST_CONNECTION);
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const site = await host(start, nobody);
  const live = await Live.open(page, site.origin + BELOW);
  await live.chat.is('waiting');
  for (const part of [live.chat, live.clock]) {
    await expect(part.section).toContainText(`no answer from ${nobody}/api/`);
    await expect(part.section).toContainText('Check the address, that the server runs');
  }

  const allowing = await start.server('--allow-origin', site.origin);
  await live.useAddress(allowing.origin);
  await live.isOpen();
  await live.chat.say('found');
  await expect(live.chat.echoed).toHaveCount(1);
  expect((await allowing.info()).done.echoes).toBe(1);
  expect((await server.info()).done.echoes).toBe(0);

  // The address is remembered, and an empty one forgets it.
  await page.reload();
  await live.isOpen();
  await live.useAddress('');
  await live.chat.is('waiting');
});

test('an address that can not be one is explained before it is tried', async ({ page, start }) => {
  const port = await freePort();
  const site = await host(start, `http://127.0.0.1:${port}`);
  const server = await start.serverOn(port, '--allow-origin', site.origin);
  const live = await Live.connected(page, site.origin + BELOW);
  for (const [wrong, told] of [
    ['127.0.0.1:3000', /http:\/\/127\.0\.0\.1:3000/],
    ['ftp://127.0.0.1/', /ftp/],
    ['http://127.0.0.1:99999/', /99999/],
  ] as const) {
    await live.useAddress(wrong);
    await expect(live.addressError).toContainText(told);
    await expect(live.address).toHaveAccessibleDescription(told);
    await expect(live.address).toHaveAttribute('aria-invalid', 'true');
  }
  await live.useAddress(server.origin);
  await expect(live.addressError).toBeHidden();
  await live.isOpen();
});

test('a host that answers with something else is told from a server that is gone', async ({
  page,
  start,
  complaints,
}) => {
  complaints.allow(/Unexpected response code|status of 404|MIME type|WebSocket connection to/);
  // Beside the page, where the API is looked for by default, there are only files.
  const site = await host(start, '');
  const live = await Live.open(page, site.origin + BELOW);
  await live.chat.is('waiting');
  await expect(live.chat.section).toContainText(`${site.origin}${BELOW}api/`);
  await expect(live.chat.section).toContainText('is not this server');
});

test('a site without config.json looks beside the page', async ({ page, start, complaints }) => {
  complaints.allow(/Unexpected response code|status of 404|MIME type|WebSocket connection to/);
  const site = await start.site({ folder: staticSite(), below: BELOW, missing: ['config.json'], headers: HEADERS });
  const live = await Live.open(page, site.origin + BELOW);
  await live.chat.is('waiting');
  await expect(live.server).toContainText('config.json');
});

/** Serves the page below a sub-path, told where the API is. */
function host(start: Start, api: string): Promise<Site> {
  const instead = { 'config.json': JSON.stringify({ api }) };
  return start.site({ folder: staticSite(), below: BELOW, instead, headers: HEADERS });
}

/** What `cargo xtask build --static` says that a host should send. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    "manifest-src 'self'; connect-src 'self' http: https: ws: wss:; frame-src 'self' http: https:; base-uri 'self'; " +
    "form-action 'self'; frame-ancestors 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'strict-origin',
};

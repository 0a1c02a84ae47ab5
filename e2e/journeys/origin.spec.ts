/**
 * A page of another origin tries every way in: sockets, streams, plain requests, images and
 * iframes, with a cookie that the browser sends along. By default each is refused; a person who
 * follows a link from there is not.
 */

import type { BrowserContext, Page } from '@playwright/test';

import type { Server } from '../harness/server.ts';
import type { Site } from '../harness/site.ts';
import { expect, type Start, test } from '../harness/test.ts';

/** A neighbour's requests bring the cookies: those know no ports. */
for (const { who, originOf, cookie } of [
  { who: 'a neighbour on another port', originOf: (site: Site) => site.origin, cookie: 'journey=1' },
  { who: 'a stranger on another host', originOf: (site: Site) => site.foreignOrigin, cookie: null },
]) {
  test(`${who} is refused every way in`, async ({ page, context, start, server, complaints }) => {
    complaints.allow(REFUSED);
    await page.goto(originOf(await foreignSite(start)));
    await setCookie(context, server);
    const seen = await watch(page, server);

    expect(await tryEverything(page, server.api)).toEqual({
      chat: 'refused',
      raw: 'refused',
      events: 'refused',
      fetch: 'status 403',
      fetchWithCookie: 'not readable',
      clock: 'not readable',
    });
    expect(complaints.of(/WebSocket connection to .* Unexpected response code: 403/)).toHaveLength(2);
    await expect
      .poll(() => seen.toSorted(byKind))
      .toEqual([
        { kind: 'iframe', status: 403, cookie },
        { kind: 'image', status: 403, cookie },
      ]);
    expect(server.log, 'who runs the server learns what was asked for').toContain(
      `asked_for=["127.0.0.1:${server.port}"]`,
    );
    const { open, done } = await server.info();
    expect({ open, done }).toEqual({ open: { sockets: 0, streams: 0, polls: 0 }, done: { echoes: 0 } });
  });

  test(`${who} is let in where its origin is listed`, async ({ page, context, start, complaints }) => {
    complaints.allow(NO_IMAGE);
    const origin = originOf(await foreignSite(start));
    const server = await start.server('--allow-origin', 'https://another.example', '--allow-origin', origin);
    await page.goto(origin);
    await setCookie(context, server);
    const seen = await watch(page, server);

    expect(await tryEverything(page, server.api)).toEqual({
      chat: 'hello',
      raw: 'as it was',
      events: 'connecttime',
      fetch: 'status 200',
      fetchWithCookie: 'status 200',
      clock: 'status 200',
    });
    await expect
      .poll(() => seen.toSorted(byKind))
      .toEqual([
        { kind: 'iframe', status: 200, cookie },
        { kind: 'image', status: 200, cookie },
      ]);
    await expect
      .poll(async () => (await server.info()).open, 'what the page let go is gone')
      .toEqual({ sockets: 0, streams: 0, polls: 0 });
  });

  test(`${who} is let in without credentials where everyone is`, async ({ page, start, complaints }) => {
    complaints.allow(NO_IMAGE, /Access-Control-Allow-(Origin|Credentials)|net::ERR_FAILED/);
    const server = await start.server('--allow-origin', '*');
    await page.goto(originOf(await foreignSite(start)));
    expect(await tryEverything(page, server.api)).toEqual({
      chat: 'hello',
      raw: 'as it was',
      events: 'connecttime',
      fetch: 'status 200',
      fetchWithCookie: 'not readable',
      clock: 'status 200',
    });
  });
}

test('only a listed origin embeds the page', async ({ page, start, server, complaints }) => {
  complaints.allow(/frame-ancestors/);
  const site = await foreignSite(start);
  const listed = await start.server('--allow-origin', site.foreignOrigin);
  await page.goto(site.foreignOrigin);
  await page.evaluate(embed, `${listed.origin}/`);
  await expect(page.frameLocator('iframe').getByRole('heading', { level: 1 })).toHaveText('Echoclock');

  await page.evaluate(embed, `${server.origin}/`);
  await expect.poll(() => complaints.of(/frame-ancestors/).length).toBeGreaterThan(0);
});

test('a link from elsewhere leads to the page', async ({ page, start, server }) => {
  const site = await foreignSite(start);
  await page.goto(site.foreignOrigin);
  await page.setContent(`<a href="${server.origin}/">there</a>`);
  await page.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Echoclock');
});

for (const { what, path, shows } of [
  { what: 'a plain answer', path: 'info', shows: /"instance":/ },
  { what: 'a stream', path: 'clock/events?every=100ms', shows: /"seq":\d+[^]*\n[^]*"seq":\d+/ },
]) {
  test(`a link from elsewhere leads to ${what}, and so does a reload`, async ({ page, start, server }) => {
    const site = await foreignSite(start);
    await page.goto(site.foreignOrigin);
    await page.evaluate((address) => {
      document.body.innerHTML = `<a href="${address}">there</a>`;
    }, `${server.api}${path}`);
    // A stream's document shows what it has, and never ends.
    await page.getByRole('link').click({ noWaitAfter: true });
    await expect(page.locator('body')).toHaveText(shows);
    const [request] = await Promise.all([
      page.waitForRequest(`${server.api}${path}`),
      page.reload({ waitUntil: 'commit' }),
    ]);
    expect(await request.headerValue('sec-fetch-site'), 'a reload repeats where the link was').toBe('cross-site');
    await expect(page.locator('body')).toHaveText(shows);
  });
}

test('a window that a stranger opens cannot be looked into', async ({ page, start, server, context }) => {
  const site = await foreignSite(start);
  await page.goto(site.foreignOrigin);
  const [opened] = await Promise.all([
    context.waitForEvent('page'),
    page.evaluate((address) => void Object.assign(window, { opened: window.open(address) }), `${server.api}info`),
  ]);
  await expect(opened.locator('body')).toHaveText(/"instance":/);
  expect(
    await page.evaluate(() => {
      try {
        return (window as unknown as { opened: Window }).opened.document.body.textContent;
      } catch (error) {
        return (error as Error).name;
      }
    }),
  ).toBe('SecurityError');
});

/** What the browser says of requests that are refused; an image and an iframe show nothing. */
const REFUSED =
  /Unexpected response code: 403|status of 403|blocked by CORS policy|net::ERR_(FAILED|BLOCKED_BY_RESPONSE)|frame-ancestors/;

/** The API has no images, so that an image can only fail. */
const NO_IMAGE = /ERR_BLOCKED_BY_ORB/;

const byKind = (a: Seen, b: Seen) => a.kind.localeCompare(b.kind);

function foreignSite(start: Start): Promise<Site> {
  return start.site({
    instead: { 'index.html': '<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">' },
  });
}

async function setCookie(context: BrowserContext, server: Server): Promise<void> {
  await context.addCookies([{ name: 'journey', value: '1', url: server.origin, sameSite: 'Lax' }]);
}

/** What an image or an iframe asked for, and got. */
interface Seen {
  kind: string;
  status: number;
  cookie: string | null;
}

/**
 * Watches the requests of images and iframes, whose answers no page can read: the browser keeps
 * an image's even from Playwright, but not from its own protocol.
 */
async function watch(page: Page, server: Server): Promise<Seen[]> {
  const seen: Seen[] = [];
  page.on('response', async (response) => {
    if (response.request().resourceType() === 'document' && response.url().startsWith(server.origin)) {
      const cookie = await response.request().headerValue('cookie');
      seen.push({ kind: 'iframe', status: response.status(), cookie });
    }
  });

  // The three parts of what is known of a request come in no order that one could rely on.
  const requests = new Map<string, Partial<Seen>>();
  const learn = (requestId: string, part: Partial<Seen>) => {
    const { kind, status, cookie } = { ...requests.get(requestId), ...part };
    requests.set(requestId, { kind, status, cookie });
    if (kind === 'Image' && status !== undefined && cookie !== undefined) {
      seen.push({ kind: 'image', status, cookie });
    }
  };
  const browser = await page.context().newCDPSession(page);
  browser.on('Network.requestWillBeSent', ({ requestId, type }) => learn(requestId, { kind: type ?? 'Other' }));
  browser.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) =>
    learn(requestId, { cookie: headers.Cookie ?? null }),
  );
  browser.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) =>
    learn(requestId, { status: statusCode }),
  );
  await browser.send('Network.enable');
  return seen;
}

/** Runs in the page: says of each way in what came of it. */
function tryEverything(page: Page, api: string) {
  return page.evaluate(async (api) => {
    const first = (target: EventTarget, events: Record<string, (event: Event) => string>) =>
      new Promise<string>((resolve) => {
        for (const [name, what] of Object.entries(events)) {
          target.addEventListener(name, (event) => resolve(what(event)), { once: true });
        }
      });
    const said = (event: Event) => String((event as MessageEvent).data);
    const status = (path: string, credentials: RequestCredentials, signal?: AbortSignal) =>
      fetch(api + path, { credentials, signal: signal ?? null }).then(
        (response) => `status ${response.status}`,
        () => 'not readable',
      );

    const sockets = api.replace('http', 'ws');
    const chatSocket = new WebSocket(`${sockets}echo`);
    const chat = first(chatSocket, { message: (event) => JSON.parse(said(event)).type, error: () => 'refused' });
    const rawSocket = new WebSocket(`${sockets}echo/raw`);
    rawSocket.addEventListener('open', () => rawSocket.send('as it was'));
    const raw = first(rawSocket, { message: said, error: () => 'refused' });
    const stream = new EventSource(`${api}clock/events`, { withCredentials: false });
    const events = first(stream, { connecttime: (event) => event.type, error: () => 'refused' });
    const ended = new AbortController();
    const plain = {
      fetch: status('info', 'omit'),
      fetchWithCookie: status('info', 'include'),
      clock: status('clock/events', 'omit', ended.signal),
    };
    const image = new Image();
    const imageTried = first(image, { load: () => 'shown', error: () => 'not shown' });
    image.src = `${api}info`;
    const frame = document.createElement('iframe');
    const frameTried = first(frame, { load: () => 'loaded' });
    frame.src = `${api}info`;
    document.body.append(frame);
    await Promise.all([imageTried, frameTried]);

    const came = {
      chat: await chat,
      raw: await raw,
      events: await events,
      fetch: await plain.fetch,
      fetchWithCookie: await plain.fetchWithCookie,
      clock: await plain.clock,
    };
    chatSocket.close();
    rawSocket.close();
    stream.close();
    ended.abort();
    return came;
  }, api);
}

/** Runs in the page: shows an address in its one iframe. */
function embed(address: string): void {
  const frame = document.querySelector('iframe') ?? document.createElement('iframe');
  frame.src = address;
  document.body.append(frame);
}

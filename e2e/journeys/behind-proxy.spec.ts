/**
 * Behind nginx: with `proxy_pass` and nothing else, which hides from the server whose page it is and
 * lets no socket through, and with more.
 */

import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { Live } from '../harness/live.ts';
import type { Info, Server } from '../harness/server.ts';
import { expect, test } from '../harness/test.ts';
import config from '../playwright.config.ts';

/** Of pages under a name, without TLS, a browser tells a server less than of those of its own machine. */
const NAMES = ['127.0.0.1', 'echo.example'];

const launchOptions = config.use?.launchOptions;
test.use({
  launchOptions: {
    ...launchOptions,
    args: [...(launchOptions?.args ?? []), '--host-resolver-rules=MAP *.example 127.0.0.1'],
  },
});

/** What nginx needs to pass a WebSocket's opening on. */
const UPGRADE = [
  'proxy_http_version 1.1;',
  'proxy_set_header Upgrade $http_upgrade;',
  'proxy_set_header Connection "upgrade";',
];

/** What a browser says of what is refused, by a socket and by a plain request. */
const REFUSED = /response code: 403|status of 403/;

/** What it says of a socket's opening that is answered otherwise. */
const NO_SOCKET = /response code: 4(00|26)$|response code: 4(00|26) \(/;

for (const name of NAMES) {
  test(`with nothing but proxy_pass, the page on ${name} works by plain requests and says why`, async ({
    page,
    start,
    server,
    complaints,
  }) => {
    complaints.allow(NO_SOCKET);
    const passes = watchPasses(page);
    const proxy = await start.nginx(server);
    const live = await Live.open(page, proxy.originAt(name));
    await live.chat.say('one');
    await live.clock.is('open');
    await live.clock.ticksOn(await live.clock.firstTick(), 3);

    // The server has seen the opening without its upgrade, and one is enough.
    await live.chat.goesBy('post', 5_000);
    await live.chat.say('two');
    await expect(live.chat.echoed).toHaveCount(2);
    expect((await live.chat.log()).map(({ echo, way }) => [echo, way])).toEqual([
      ['ECHO: one', 'post'],
      ['ECHO: two', 'post'],
    ]);
    expect((await server.info()).done, 'each went once').toEqual({ echoes: 2 });
    await expect(live.chat.status).toContainText('By plain requests');
    await expect(live.chat.status).toContainText('without its Upgrade, over HTTP/1.0');
    await expect(live.chat.section.getByTestId('link-mend')).toContainText(UPGRADE.join(' '));
    await expect(live.server).toContainText('a pass, since the server’s own page seems to be another’s');

    expect(complaints.of(REFUSED), 'nothing is refused').toEqual([]);
    expect(server.log).not.toContain('status=403');
    expectSecret(server, passes);
  });

  test(`where the upgrade comes along by HTTP/1.0, the page on ${name} says so`, async ({
    page,
    start,
    server,
    complaints,
  }) => {
    complaints.allow(NO_SOCKET);
    const proxy = await start.nginx(server, ...UPGRADE.filter((line) => !line.startsWith('proxy_http_version')));
    const live = await Live.open(page, proxy.originAt(name));
    await live.chat.say('one');
    await live.chat.goesBy('post', 5_000);
    await expect(live.chat.echoed).toHaveCount(1);
    expect((await server.info()).done, 'it went once').toEqual({ echoes: 1 });
    await expect(live.chat.status).toContainText('arrives by HTTP/1.0, which knows no WebSocket');
    await expect(live.chat.section.getByTestId('link-mend')).toContainText(UPGRADE.join(' '));
    expect(complaints.of(REFUSED), 'nothing is refused').toEqual([]);
  });

  test(`where Host loses its port, the page on ${name} opens its socket by a pass`, async ({ page, start, server }) => {
    const passes = watchPasses(page);
    const proxy = await start.nginx(server, ...UPGRADE, 'proxy_set_header Host $host;');
    const live = await Live.connected(page, proxy.originAt(name));
    await live.chat.say('by socket');
    await expect(live.chat.echoed).toHaveCount(1);
    expect((await live.chat.log())[0]?.way).toBe('socket');
    expect(await judged(page, 'info'), 'without a pass it would be refused').toBe(false);
    expect(await judged(page, 'info?pass='), 'with one it is not').toBe(true);
    expect(server.log).not.toContain('status=403');
    expectSecret(server, passes);
  });

  test(`where the port comes along, the page on ${name} needs no pass`, async ({ page, start, server }) => {
    const passes = watchPasses(page);
    const port = 'proxy_set_header X-Forwarded-Port $server_port;';
    const proxy = await start.nginx(server, ...UPGRADE, 'proxy_set_header Host $host;', port);
    const live = await Live.connected(page, proxy.originAt(name));
    await live.chat.say('by socket');
    await expect(live.chat.echoed).toHaveCount(1);
    expect((await live.chat.log())[0]?.way).toBe('socket');
    expect(await judged(page, 'info?pass=')).toBe(true);
    expect(await page.context().cookies(), 'nor a cookie').toEqual([]);
    expect([...passes]).toEqual([]);

    // That is remembered: on a later visit the socket waits for no answer.
    const order: string[] = [];
    page.on('request', (request) => request.url().includes('/api/info') && order.push('question'));
    page.on('websocket', () => order.push('socket'));
    await page.reload();
    await live.isOpen();
    expect(order[0]).toBe('socket');
  });
}

for (const { how, restart } of [
  { how: 'was killed', restart: (server: Server) => server.restart() },
  {
    how: 'has drained',
    restart: async (server: Server) => {
      expect(await server.stop()).toBe(0);
      await server.start();
    },
  },
]) {
  test(`a server that starts anew after one that ${how} is told of no pass that it does not know`, async ({
    page,
    start,
    server,
    complaints,
  }) => {
    complaints.allow(/response code: 50[23]|status of 50[23]|net::ERR_|Connection closed before/);
    const passes = watchPasses(page);
    const proxy = await start.nginx(server, ...UPGRADE);
    const live = await Live.connected(page, proxy.origin);
    for (let nth = 1; nth <= 2; nth++) {
      const before = passes.size;
      await restart(server);
      await live.chat.say(`after restart ${nth}`);
      await expect(live.chat.echoed).toHaveCount(nth, { timeout: 30_000 });
      expect(passes.size).toBeGreaterThan(before);
    }
    expect(complaints.of(REFUSED), 'nothing is refused').toEqual([]);
    expect(server.log).not.toContain('status=403');
  });
}

test('what a server gave while it drained is not shown to the next', async ({ page, start, server, complaints }) => {
  complaints.allow(/response code: 502|status of 502|net::ERR_|Connection closed before/);
  const proxy = await start.nginx(server, ...UPGRADE);
  const { chat, clock } = await Live.connected(page, proxy.origin);
  await clock.button('Disconnect').click();
  await clock.is('idle');

  // It is the last that is heard of the server: an answer to what the page asks once no socket opens.
  const answer = await page.evaluate(async () => (await fetch('api/info?pass=')).json() as Promise<Info>);
  await page.route('**/api/info*', (route) =>
    route.request().url().includes('link=')
      ? route.fulfill({ json: { ...answer, draining: true } })
      : route.abort('connectionrefused'),
  );
  const answered = page.waitForResponse(/\/api\/info\?.*link=/);
  await server.kill();
  await answered;
  await chat.button('Disconnect').click();
  await chat.is('idle');

  await page.unroute('**/api/info*');
  await server.start();
  await chat.button('Connect').click();
  await chat.goesBy('socket');
  await chat.is('open');
  expect(complaints.of(REFUSED), 'nothing is refused').toEqual([]);
  expect(server.log).not.toContain('status=403');
});

test('no pass is shown to who looks at the page, its wire, or what it writes', async ({ page, start, server }) => {
  const passes = watchPasses(page);
  const proxy = await start.nginx(server, ...UPGRADE);
  const live = await Live.connected(page, proxy.origin);
  await page.getByRole('button', { name: 'Wire' }).click();
  const drawer = page.getByRole('region', { name: 'Wire' });
  await live.chat.button('Disconnect').click();
  await live.chat.is('idle');
  await live.chat.button('Connect').click();
  await live.chat.is('open');
  const opening = drawer.locator('li[data-seen-by=server][data-what=request]').filter({ hasText: '/api/echo?link=' });
  await expect(opening.last()).toContainText('pass=(masked)');
  await expect(drawer.locator('li[data-seen-by=page][data-what=open]').last()).not.toContainText('pass=');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    drawer.getByRole('button', { name: 'Export' }).click(),
  ]);
  const written = [await page.content(), await readFile(await download.path(), 'utf8')];
  expect(passes.size).toBeGreaterThan(0);
  for (const pass of passes) {
    for (const text of written) {
      expect(text).not.toContain(pass);
    }
  }
  expectSecret(server, passes);
});

for (const { who, name } of [
  { who: 'a stranger', name: 'elsewhere.example' },
  { who: 'a neighbour on another port', name: 'echo.example' },
]) {
  test(`${who} gets no pass, and has no use for one`, async ({ page, start, server, complaints }) => {
    complaints.allow(/./);
    const proxy = await start.nginx(server, ...UPGRADE);
    const origin = proxy.originAt('echo.example');
    const site = await start.site({
      instead: { 'index.html': '<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">' },
    });

    // The own page has a pass here, and its browser the cookie.
    await Live.connected(page, origin);
    expect((await page.context().cookies()).map((cookie) => cookie.httpOnly)).toEqual([true]);
    await page.goto(`http://${name}:${new URL(site.origin).port}/`);

    const answers: [string, number][] = [];
    page.on('response', (response) => {
      if (response.url().startsWith(`${origin}/api/info`)) {
        answers.push([response.request().resourceType(), response.status()]);
      }
    });
    const kept: [string, string | undefined][] = [];
    page.on('requestfailed', (request) => kept.push([request.resourceType(), request.failure()?.errorText]));
    const came = await page.evaluate(tryToRead, `${origin}/api/info?pass=`);
    expect(came).toEqual(Object.fromEntries(Object.keys(came).map((way) => [way, 'nothing'])));
    expect(Object.keys(came).length).toBeGreaterThan(12);
    // Of a page under a name a browser tells nothing with a request that is not to be read: then it is
    // the browser that keeps the answer, which holds a pass, from it.
    expect(answers).toContainEqual(['document', 200]);
    expect(kept).toContainEqual(['fetch', 'net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin']);

    // A program of the stranger's gets a pass for itself. No other browser has the cookie to it.
    const gotten = await fetch(`${proxy.origin}/api/info?pass=`, { headers: { referer: `${origin}/` } });
    const { pass } = (await gotten.json()) as { pass: { value: string } };
    expect(pass.value).toMatch(/^[0-9a-f]+-[0-9a-f]{32}$/);
    const socket = `${origin.replace('http', 'ws')}/api/echo?pass=${pass.value}`;
    expect(await page.evaluate(tryToOpen, socket)).toBe('refused');
    expect((await server.info()).open.sockets).toBe(0);
  });
}

/** Gathers the passes that a page shows. */
function watchPasses(page: Page): Set<string> {
  const passes = new Set<string>();
  const look = (address: string) => {
    const pass = new URL(address).searchParams.get('pass');
    if (pass) {
      passes.add(pass);
    }
  };
  page.on('request', (request) => look(request.url()));
  page.on('websocket', (socket) => look(socket.url()));
  return passes;
}

/** Fails unless a page has shown passes of which the server's log knows nothing. */
function expectSecret(server: Server, passes: Set<string>): void {
  expect(passes.size).toBeGreaterThan(0);
  for (const pass of passes) {
    expect(server.log).not.toContain(pass);
  }
}

/** Returns whether the server says that a socket of this page would be let in. */
function judged(page: Page, path: string): Promise<boolean> {
  return page.evaluate(async (path) => {
    const answer = await fetch(`api/${path}`);
    return ((await answer.json()) as Info).socket.allowed;
  }, path);
}

/** Runs in the page: tries every way to read an answer of another origin, and says what came of each. */
async function tryToRead(address: string): Promise<Record<string, string>> {
  const nothing = 'nothing';
  const orNothing = (tried: Promise<string>) => tried.catch(() => nothing);
  const text = async (request: Promise<Response>) => (await (await request).text()) || nothing;
  const loaded = <T extends HTMLElement>(element: T, read: (element: T) => unknown) =>
    new Promise<string>((resolve) => {
      const done = () => {
        let found: unknown;
        try {
          found = read(element);
        } catch {
          // A document of another origin can't be read.
        }
        resolve(found ? String(found) : nothing);
      };
      element.addEventListener('load', done);
      element.addEventListener('error', done);
      // What the browser does not even begin to load says nothing.
      setTimeout(done, 3_000);
      document.body.append(element);
    });
  const make = <K extends keyof HTMLElementTagNameMap>(name: K, properties: Partial<HTMLElementTagNameMap[K]>) =>
    Object.assign(document.createElement(name), properties);
  const globals = Object.keys(window).length;
  const newGlobals = () => Object.keys(window).length - globals;
  const inWorker = (script: string) =>
    new Promise<string>((resolve) => {
      const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
      worker.addEventListener('message', (event) => resolve(String(event.data)));
      worker.addEventListener('error', () => resolve(nothing));
    });
  const quoted = JSON.stringify(address);
  const sandboxed = (script: string) =>
    new Promise<string>((resolve) => {
      window.addEventListener('message', (event) => resolve(String(event.data)), { once: true });
      const frame = make('iframe', { srcdoc: `<script>${script}</script>` });
      frame.setAttribute('sandbox', 'allow-scripts');
      document.body.append(frame);
    });
  // A refusal may be read at this address, so that a page can say why; it holds no pass.
  const refused = (body: string) => (body.includes('"pass"') ? body : nothing);

  const opened = window.open(address);
  const came = {
    cors: refused(await orNothing(text(fetch(address)))),
    corsWithCookie: await orNothing(text(fetch(address, { credentials: 'include' }))),
    opaque: await orNothing(text(fetch(address, { mode: 'no-cors', credentials: 'include' }))),
    sameOrigin: await orNothing(text(fetch(address, { mode: 'same-origin' }))),
    preflighted: await orNothing(text(fetch(address, { headers: { 'x-more': '1' } }))),
    script: await loaded(make('script', { src: address }), newGlobals),
    module: await loaded(make('script', { src: address, type: 'module' }), newGlobals),
    imported: await orNothing(import(address).then((module) => JSON.stringify(module))),
    importedJson: await loaded(
      make('script', {
        type: 'module',
        textContent: `import json from ${quoted} with { type: 'json' }; window.stolen = json;`,
      }),
      newGlobals,
    ),
    image: await loaded(make('img', { src: address }), (image) => image.naturalWidth),
    style: await loaded(make('link', { rel: 'stylesheet', href: address }), (link) => link.sheet?.cssRules.length),
    iframe: await loaded(make('iframe', { src: address }), (frame) => frame.contentDocument?.body.textContent),
    object: await loaded(make('object', { data: address }), (object) => object.contentDocument?.body.textContent),
    embed: await loaded(make('embed', { src: address }), (embed) => embed.getSVGDocument()?.textContent),
    worker: await inWorker(
      `try { importScripts(${quoted}); postMessage('read') } catch { postMessage('${nothing}') }`,
    ),
    workerFetch: await inWorker(
      `fetch(${quoted}, { mode: 'no-cors' }).then((it) => it.text()).catch(() => '').then((it) => postMessage(it || '${nothing}'))`,
    ),
    noOrigin: refused(
      await sandboxed(
        `fetch(${quoted}).then((it) => it.text()).catch(() => '${nothing}').then((it) => parent.postMessage(it, '*'))`,
      ),
    ),
    window: nothing,
  };
  try {
    came.window = opened?.document.body.textContent || nothing;
  } catch {
    // A window of another origin can't be looked into.
  }
  opened?.close();
  return came;
}

/** Runs in the page: opens a socket. */
function tryToOpen(address: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address);
    socket.addEventListener('open', () => resolve('open'));
    socket.addEventListener('error', () => resolve('refused'));
  });
}

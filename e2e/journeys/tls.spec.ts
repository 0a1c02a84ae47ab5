/** The server with TLS of its own: over HTTP/2 nothing waits for one of six connections, and sockets share it too. */

import { Lanes, TRANSPORTS } from '../harness/lanes.ts';
import { expect, test } from '../harness/test.ts';

test.use({ ignoreHTTPSErrors: true });

test('over HTTP/2 all six lanes of three tabs run at once, and the page says why', async ({ context, start }) => {
  test.setTimeout(120_000);
  const server = await start.server('--tls-self-signed');
  expect(server.origin).toMatch(/^https:/);
  const tabs: Lanes[] = [];
  for (let tab = 0; tab < 3; tab += 1) {
    tabs.push(await Lanes.ticking(await context.newPage(), server.origin));
  }

  // What came before goes on, and nothing queues: two streams more for each tab's own clock and chat.
  const firsts = await Promise.all(tabs.map((tab) => Promise.all(TRANSPORTS.map((transport) => tab.all[transport].seq()))));
  for (const [tab, lanes] of tabs.entries()) {
    for (const [index, transport] of TRANSPORTS.entries()) {
      await lanes.all[transport].is('open');
      await lanes.all[transport].ticksTo((firsts[tab]?.[index] ?? 0) + 3);
    }
    await expect(lanes.crowded).toBeHidden();
    await expect(lanes.page.getByTestId('shared-connection')).toContainText('HTTP/2');
    await expect(lanes.page.locator('.lane[data-trouble]')).toHaveCount(0);
  }

  // The browser says the same, of all that the server has answered.
  for (const { page } of tabs) {
    const protocols = await page.evaluate(() => [
      ...new Set(
        [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
          .map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol)
          .filter((protocol) => protocol !== ''),
      ),
    ]);
    expect(protocols).toEqual(['h2']);
  }

  // The server has seen each socket's opening as HTTP/2 has it (RFC 8441), and one connection for all.
  const { page } = tabs[0] as Lanes;
  const opened = await page.evaluate(async () => {
    const letters = [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => 'abcdefghijklmnop'[byte % 16]).join('');
    const address = new URL(`api/echo/raw?link=${letters}`, location.href);
    const socket = new WebSocket(address.href.replace(/^http/, 'ws'));
    const echoed = await new Promise<string>((resolve, reject) => {
      socket.onopen = () => socket.send('hello');
      socket.onmessage = (event) => resolve(event.data as string);
      socket.onerror = () => reject(new Error('the socket fails'));
    });
    const ledger = (await (await fetch(`api/links/${letters}`)).json()) as { entries: Record<string, unknown>[] };
    socket.close();
    return { echoed, ledger: JSON.stringify(ledger) };
  });
  expect(opened.echoed).toBe('hello');
  expect(opened.ledger).toContain('"method":"CONNECT"');
  expect(opened.ledger).toContain('"version":"HTTP/2.0"');
  const info = await page.evaluate(async () => (await fetch('api/info')).json());
  expect(info.request).toMatchObject({ http_version: 'HTTP/2.0', scheme: 'https' });
  expect(info.open).toMatchObject({ streams: 3 * 4, sockets: 3 * 2 });
  expect(info.bounds.connections.in_all.taken).toBeLessThanOrEqual(2);
});

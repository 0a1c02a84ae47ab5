/**
 * `trunk serve` by hand, whose proxies lead to a server on 127.0.0.1:3000: the page says that
 * nobody is there, connects by itself once somebody is, and lives through the server's absence.
 */

import { request } from 'node:http';

import { expectNothingMissed, Live } from '../harness/live.ts';
import { portIsFree } from '../harness/port.ts';
import { expect, test } from '../harness/test.ts';
import { until } from '../harness/until.ts';

/** Where Trunk.toml says that the server is. */
const PORT = 3000;

test('the page finds its server through trunk serve, whenever it comes and goes', async ({
  page,
  start,
  complaints,
}) => {
  test.setTimeout(12 * 60_000);
  complaints.allow(/status of 5\d\d|WebSocket connection to|net::ERR_INCOMPLETE_CHUNKED_ENCODING|net::ERR_CONNECTION/);
  await until(
    `port ${PORT}: \`ss -ltnp 'sport = :${PORT}'\` names the process to stop`,
    () => portIsFree(PORT),
    60_000,
  );
  const trunk = await start.trunk();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname));

  const live = await Live.open(page, trunk.origin);
  await live.chat.is('waiting', 30_000);
  await live.clock.is(/waiting|connecting/);
  await expect(live.chat.section).toContainText('as a proxy answers whose server is gone');
  await live.chat.say('is anybody there?');
  expect(sockets, 'the page waits for a build to reload itself').toContainEqual(expect.stringContaining('trunk'));

  const server = await start.serverOn(PORT);
  await live.isOpen(45_000);
  await expect(live.chat.rows.first().locator('.echo')).toHaveText('ECHO: is anybody there?');
  expect((await server.info()).done.echoes).toBe(1);
  const firstTick = await live.clock.firstTick();
  expectNothingMissed(firstTick, await live.clock.ticksOn(firstTick, 2));

  await server.kill();
  await live.chat.is(/waiting|connecting/, 30_000);
  await live.clock.is(/waiting|connecting/, 30_000);
  await live.chat.say('come back');
  await server.start();
  await live.isOpen(45_000);
  await expect(live.chat.echoed).toHaveCount(2);
  expectNothingMissed(firstTick, await live.clock.ticksOn(await live.clock.read(), 2));

  const said = JSON.stringify({ type: 'say', key: 1, text: 'by post' });
  expect(JSON.parse(await post(`${trunk.origin}/api/echo/once`, said))).toMatchObject({ type: 'echo', text: 'by post' });
  const tick = await page.evaluate(
    (address) =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(address);
        socket.onmessage = ({ data }) => resolve(data);
        socket.onerror = () => reject(new Error('the socket does not open'));
      }),
    `${trunk.origin.replace('http', 'ws')}/api/clock/socket`,
  );
  expect(JSON.parse(tick), 'the clock over a socket').toHaveProperty('seq');
});

/** Posts `body` and returns what comes back. */
function post(address: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const posted = request(address, { method: 'POST' }, async (response) => {
      let answer = '';
      for await (const chunk of response.setEncoding('utf8')) {
        answer += chunk;
      }
      resolve(answer);
    });
    posted.on('error', reject).end(body);
  });
}

/**
 * Where no socket gets through, or none lasts, the chat goes over to plain requests, says so, and
 * returns; a server that is gone is no reason to.
 */

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { type Chat, Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('where no socket can be opened, messages go by plain requests until one lasts', async ({
  page,
  server,
  network,
  complaints,
}) => {
  test.setTimeout(120_000);
  complaints.allow(TURNED_AWAY);
  network.turnAway('sockets');
  const live = await Live.open(page, network.origin);
  await live.chat.say('before anybody knows');
  await live.chat.goesBy('post');
  await expect(live.chat.status).toContainText('By plain requests');
  await expect(live.chat.status).toContainText('No WebSocket gets through');
  await expect(live.chat.notes.last()).toHaveText(/from here on each message goes by a POST/);
  await live.chat.say('by post');
  await expect(live.chat.echoed).toHaveCount(2);
  await expect(live.chat.rows.last()).toContainText('by POST');
  const { done, open } = await server.info();
  expect({ echoes: done.echoes, sockets: open.sockets }).toEqual({ echoes: 2, sockets: 0 });

  network.turnAway('nothing');
  await live.chat.is('open', 45_000);
  await live.chat.goesBy('post');
  await expect(live.chat.status).toContainText('once it has lasted 10 s');
  await live.chat.say('on trial');
  await expect(live.chat.echoed).toHaveCount(3);
  await live.chat.goesBy('socket', 20_000);
  await expect(live.chat.status).toContainText('Open');
  await expect(live.chat.notes.last()).toHaveText(/A WebSocket has lasted/);
  await live.chat.say('by socket');
  await expect(live.chat.echoed).toHaveCount(4);
  expect(await told(live.chat)).toEqual([
    ['ECHO: before anybody knows', 'post'],
    ['ECHO: by post', 'post'],
    ['ECHO: on trial', 'post'],
    ['ECHO: by socket', 'socket'],
  ]);
});

test('where sockets open and die, messages go by plain requests and none is lost', async ({
  page,
  network,
  complaints,
}) => {
  test.setTimeout(90_000);
  complaints.allow(TURNED_AWAY);
  network.endSocketsAfter(1_500);
  const live = await Live.open(page, network.origin);
  const written: string[] = [];
  const write = async () => {
    written.push(`message ${written.length + 1}`);
    await live.chat.say(written.at(-1) ?? '');
    await expect(live.chat.echoed).toHaveCount(written.length);
  };
  while ((await live.chat.section.getAttribute('data-way')) === 'socket') {
    await write();
  }
  await live.chat.goesBy('post');

  // Sockets come and go, which changes nothing.
  const wentOver = written.length;
  for (const state of ['open', 'waiting', 'open'] as const) {
    await live.chat.is(state, 30_000);
    await live.chat.goesBy('post');
    await write();
  }
  const rows = await told(live.chat);
  expect(rows.map(([echo]) => echo)).toEqual(written.map((text) => `ECHO: ${text}`));
  expect(rows.slice(wentOver).map(([, way]) => way)).toEqual(['post', 'post', 'post']);
  await expect(live.chat.notes.last(), 'sockets that come and go have no rows').toHaveText(/goes by a POST/);
});

test('a server that restarts is no reason to go over', async ({ page, server, network, complaints }) => {
  test.setTimeout(90_000);
  complaints.allow(LOST_CONNECTION);
  const live = await Live.connected(page, network.origin);
  for (let restart = 1; restart <= 3; restart++) {
    await server.restart();
    await live.chat.say(`after restart ${restart}`);
    await expect(live.chat.echoed).toHaveCount(restart, { timeout: 20_000 });
  }
  await server.kill();
  for (let failures = 1; failures <= 5; failures++) {
    await live.chat.is('waiting');
    await live.chat.button('Retry now').click();
  }
  await live.chat.say('while it is gone');
  await live.chat.is('waiting');
  await server.start();
  await live.chat.button('Retry now').click();
  await expect(live.chat.echoed).toHaveCount(4, { timeout: 20_000 });
  await expect(live.chat.wentOver).toHaveCount(0);
  expect((await told(live.chat)).map(([, way]) => way)).toEqual(Array(4).fill('socket'));
});

test('where plain requests get no answer either, the chat waits', async ({ page, network, complaints }) => {
  test.setTimeout(90_000);
  complaints.allow(TURNED_AWAY);
  const live = await Live.connected(page, network.origin);
  network.turnAway('everything');
  for (let failures = 1; failures <= 5; failures++) {
    await live.chat.is('waiting');
    await live.chat.button('Retry now').click();
  }
  await live.chat.say('kept');
  await expect(live.chat.section).toHaveAttribute('data-trouble', 'not-ours');
  await expect(live.chat.waiting).toHaveCount(1);
  await expect(live.chat.wentOver).toHaveCount(0);

  network.turnAway('sockets');
  await expect(async () => {
    await live.chat.button('Retry now').click({ timeout: 1_000 });
    await live.chat.goesBy('post', 1_000);
  }).toPass({ timeout: 30_000 });
  await expect(live.chat.echoed).toHaveCount(1);
  network.turnAway('everything');
  await live.chat.say('kept again');
  await live.chat.goesBy('socket');
  await expect(live.chat.notes.filter({ hasText: 'Plain requests get no answer' })).toHaveCount(1);
  await expect(live.chat.waiting).toHaveCount(1);

  network.turnAway('nothing');
  await expect(live.chat.echoed).toHaveCount(2, { timeout: 45_000 });
  expect((await told(live.chat))[1]).toEqual(['ECHO: kept again', 'socket']);
});

/** What the browser says of requests that are turned away or end early. */
const TURNED_AWAY = new RegExp(`${LOST_CONNECTION.source}|response code: 502|status of 502|net::ERR_FAILED`);

/** Returns what came back, and how. */
async function told(chat: Chat): Promise<[string | null, string | null][]> {
  return (await chat.log()).map((row) => [row.echo, row.way]);
}

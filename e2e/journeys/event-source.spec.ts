/** The browser's own EventSource, with nothing of the page around it: it outlives a server that stops. */

import type { Page } from '@playwright/test';

import { LOST_CONNECTION } from '../harness/complaints.ts';
import { echoWithoutReading } from '../harness/deaf.ts';
import { expect, test } from '../harness/test.ts';
import { until } from '../harness/until.ts';

test('event streams outlive a server that drains, those that meet it in the act too', async ({
  page,
  server,
  complaints,
}) => {
  complaints.allow(LOST_CONNECTION, /favicon/);
  await page.goto(`${server.origin}/healthz`);
  await follow(page, 'before');
  await expect.poll(() => heard(page, 'before')).toContain('tick');

  // Somebody who does not read keeps the server from stopping at once.
  const deaf = await echoWithoutReading(server);
  const stopped = server.stop();
  await until('the server to drain', async () => (await fetch(`${server.origin}/readyz`)).status === 503);
  await follow(page, 'meanwhile');
  await expect.poll(() => heard(page, 'meanwhile')).toContain('refused');
  expect(await refusal(page, 'meanwhile')).toMatchObject({ status: 503, title: 'Service Unavailable' });
  await stopped;
  deaf.destroy();

  await server.start();
  for (const name of ['before', 'meanwhile']) {
    // It is the same EventSource as ever, and has not given up.
    await expect.poll(async () => (await heard(page, name)).at(-1), { timeout: 30_000 }).toBe('tick');
    expect(await state(page, name)).toBe(1);
  }
});

/** An EventSource, and what it has told. */
interface Followed {
  source: EventSource;
  heard: string[];
  refusal: unknown;
}

type Following = Window & { followed?: Record<string, Followed> };

/** Opens one EventSource in the page, and no other one by this name ever. */
async function follow(page: Page, name: string): Promise<void> {
  await page.evaluate((name) => {
    const source = new EventSource('/api/clock/events');
    const followed: Followed = { source, heard: [], refusal: undefined };
    source.onmessage = () => followed.heard.push('tick');
    source.onerror = () => followed.heard.push('error');
    source.addEventListener('refused', (event) => {
      followed.heard.push('refused');
      followed.refusal = JSON.parse((event as MessageEvent<string>).data);
    });
    ((window as Following).followed ??= {})[name] = followed;
  }, name);
}

async function heard(page: Page, name: string): Promise<string[]> {
  return page.evaluate((name) => (window as Following).followed?.[name]?.heard ?? [], name);
}

async function refusal(page: Page, name: string): Promise<unknown> {
  return page.evaluate((name) => (window as Following).followed?.[name]?.refusal, name);
}

async function state(page: Page, name: string): Promise<number | undefined> {
  return page.evaluate((name) => (window as Following).followed?.[name]?.source.readyState, name);
}

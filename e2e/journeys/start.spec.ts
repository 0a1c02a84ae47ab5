/** The page starts, or says in plain words why it can't. */

import { Live } from '../harness/live.ts';
import { expect, test } from '../harness/test.ts';

test('the page starts under its own policy, and asks no other host', async ({ page, server }) => {
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  const response = await page.goto(server.origin);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/'unsafe-(inline|eval)'/);
  await new Live(page).isOpen();
  expect([...hosts]).toEqual([new URL(server.origin).host]);
});

test('a page whose program does not arrive says so, and reloads when asked', async ({ page, server, complaints }) => {
  complaints.allow(/wasm|Failed to fetch|net::ERR_FAILED/);
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto(server.origin);
  const crash = page.getByTestId('crash');
  await expect(crash).toContainText('could not start');

  await page.unroute('**/*.wasm');
  await crash.getByRole('button', { name: 'Reload' }).click();
  await new Live(page).isOpen();
  await expect(crash).toBeHidden();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page says what it needs', async ({ page, server }) => {
    await page.goto(server.origin);
    await expect(page.locator('noscript p')).toContainText([/need JavaScript/, /需要 JavaScript/]);
    await expect(page.locator('.card'), 'what will not start is not shown').toHaveCount(3);
    for (const awaited of await page.locator('.card, .loading').all()) {
      await expect(awaited).toBeHidden();
    }
  });
});

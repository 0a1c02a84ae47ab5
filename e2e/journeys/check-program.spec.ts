/** The Check view's program: fetched when it is wanted and no sooner, and asked for again where it does not come. */

import { expect, test } from '../harness/test.ts';
import { Live } from '../harness/live.ts';

const PROGRAM = '**/echoclock-check-view*';

test('only who opens the Check view fetches it, and the way back is the page as it was', async ({ page, server }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  const live = await Live.connected(page, server.origin);
  await live.chat.say('before');
  expect(fetched.filter((path) => path.includes('check'))).toEqual([]);

  const link = page.getByRole('link', { name: 'Check' });
  await link.focus();
  await page.keyboard.press('Enter');
  const button = page.getByRole('button', { name: 'Check this path' });
  await expect(button).toBeVisible();
  await expect(page).toHaveTitle(/Path check/);
  await expect(link).toBeFocused();
  expect(fetched.filter((path) => path.includes('check-view'))).toHaveLength(3);

  await page.getByRole('radio', { name: 'Deep' }).check();
  await page.goBack();
  await expect(button).toBeHidden();
  await expect(live.chat.rows.first().locator('.echo')).toHaveText('ECHO: before');
  await page.goForward();
  await expect(button).toBeVisible();
  expect(fetched.filter((path) => path.includes('check-view'))).toHaveLength(3);
});

for (const missing of ['.css', '.js', '.wasm']) {
  test(`a Check view without its ${missing} says so, and comes when asked again`, async ({
    page,
    server,
    complaints,
  }) => {
    complaints.allow(/net::ERR_FAILED|Failed to fetch/);
    await Live.connected(page, server.origin);
    const which = missing === '.css' ? '**/report-*.css' : PROGRAM + missing;
    await page.route(which, (route) => route.abort());
    await page.getByRole('link', { name: 'Check' }).click();
    await expect(page.getByTestId('check-failed')).toContainText('It could not be loaded');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByTestId('check-failed')).toBeVisible();
    await expect(page.getByRole('main')).toBeFocused();

    await page.unroute(which);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('button', { name: 'Check this path' })).toBeVisible();
    await expect(page.getByTestId('check-failed')).toBeHidden();
  });
}

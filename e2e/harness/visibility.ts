/** What a headless browser's pages never are: hidden, put away, asleep. */

import type { Page } from '@playwright/test';

/** Tells the page that it is hidden, or seen: a headless browser's pages are always in sight. */
export async function setVisible(page: Page, visible: boolean): Promise<void> {
  await page.evaluate((visible) => {
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (visible ? 'visible' : 'hidden'),
    });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visible);
}

/** Runs in the page: an event makes its time go on by so many milliseconds at once. */
export function letTimeLeap(): void {
  const now = performance.now.bind(performance);
  let leapt = 0;
  performance.now = () => now() + leapt;
  addEventListener('leap', (event) => (leapt += (event as CustomEvent<number>).detail));
}

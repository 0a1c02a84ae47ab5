/** A page as it looks, narrow and wide, dark and light: axe finds nothing, and nothing scrolls sideways. */

import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export async function expectFineLooks(page: Page, when: string): Promise<void> {
  for (const [colorScheme, width] of [
    ['dark', 360],
    ['light', 1_600],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}/${when}-${width}.png`, fullPage: true });
    }
    await expectAxeContent(page, `${when}, ${colorScheme}, ${width} px`);
    const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await page.evaluate(overflow), `${when}, ${width} px: nothing scrolls sideways`).toBe(0);
    expect(await page.evaluate(brokenTimes), `${when}, ${width} px: a time stands in one line`).toEqual([]);
  }
}

/** Runs in the page: the times of rows that are broken into lines. */
function brokenTimes(): string[] {
  const times = [...document.querySelectorAll<HTMLElement>('time.at')].filter((time) => time.checkVisibility());
  const lines = (time: HTMLElement) => {
    const words = document.createRange();
    words.selectNodeContents(time);
    return new Set([...words.getClientRects()].map((rect) => Math.round(rect.top))).size;
  };
  return times.filter((time) => lines(time) > 1).map((time) => time.innerText);
}

async function expectAxeContent(page: Page, when: string): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
  }));
  expect(found, when).toEqual([]);
  expect(passes.length, 'axe has looked').toBeGreaterThan(10);
}

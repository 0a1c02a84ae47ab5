/** What browsers' translators do to the page, and a watch over what they would spoil; the component tests share both. */

import { join } from 'node:path';

import type { BrowserContext, Page } from '@playwright/test';

import { repository } from './environment.ts';

/** How a translator puts its texts into a page: as Chromium's does it, and as Firefox's. */
export const MANNERS = ['replacing', 'refilling'] as const;

export type Manner = (typeof MANNERS)[number];

/** What every translation is, so that it can't be mistaken for anything of the page's. */
export const TRANSLATED = 'TRANSLATED';

/** Has every page of ours complain, from here on, of what changes where a translator may be. */
export async function watchLiveTexts(context: BrowserContext): Promise<void> {
  await context.addInitScript({ path: join(repository, 'frontend/tests/support/translator.js') });
  await context.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      if (document.querySelector('#app')) {
        globalThis.liveTexts = translators.watch(document.body, (complaint) => console.error(complaint));
      }
    });
  });
}

/** Translates all that is there and comes. */
export async function translate(page: Page, manner: Manner): Promise<void> {
  await page.evaluate((manner) => {
    globalThis.liveTexts?.end();
    document.title = 'TRANSLATED';
    translators.translate(document.body, manner);
  }, manner);
}

/** Of the script that runs in the page. */
interface Translators {
  translate(root: Element, manner: Manner): MutationObserver;
  watch(root: Element, complain: (complaint: string) => void): { end(): void };
}

declare global {
  var translators: Translators;
  var liveTexts: { end(): void } | undefined;
}

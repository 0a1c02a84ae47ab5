/** The Transports view as a user finds it. */

import { expect, type Locator, type Page } from '@playwright/test';

import type { State } from './live.ts';

/** The transports, as the page names their lanes. */
export const TRANSPORTS = ['poll', 'long-poll', 'stream', 'frame', 'events', 'socket'] as const;

export type Transport = (typeof TRANSPORTS)[number];

/** Those that browsers count among six connections. */
export const OVER_HTTP = TRANSPORTS.filter((transport) => transport !== 'socket');

/** What a lane shows. */
export interface Sums {
  received: number;
  missed: number;
  repeated: number;
  late: number;
  requests: number;
}

export class Lane {
  readonly section: Locator;

  constructor(page: Page, transport: Transport) {
    this.section = page.getByTestId(`lane-${transport}`);
  }

  async is(state: State | RegExp, timeout = 15_000): Promise<void> {
    await expect(this.section).toHaveAttribute('data-state', state, { timeout });
  }

  button(verb: 'Start' | 'Stop'): Locator {
    return this.section.getByRole('button', { name: new RegExp(`^${verb} `) });
  }

  async seq(): Promise<number> {
    return Number(await this.section.getAttribute('data-seq'));
  }

  /** Waits for the first tick, and returns its number. */
  async firstTick(): Promise<number> {
    await expect(this.section).toHaveAttribute('data-seq', /^\d+$/);
    return this.seq();
  }

  /** Waits for a tick of this number or a later one. */
  async ticksTo(seq: number, timeout = 20_000): Promise<void> {
    await expect.poll(() => this.seq(), { timeout }).toBeGreaterThanOrEqual(seq);
  }

  async sums(): Promise<Sums> {
    return this.section.evaluate((lane) => {
      const number = (name: string) =>
        Number(lane.querySelector(`[data-number=${name}]`)?.textContent?.replace(/\D/g, ''));
      return {
        received: number('ticks'),
        missed: number('missed'),
        repeated: number('repeated'),
        late: number('late'),
        requests: number('requests'),
      };
    });
  }

  /**
   * Fails unless every tick from `first` on arrived, and only once. The numbers are shown a quarter
   * of a second after the ticks.
   */
  async missedNothingSince(first: number, before = 0): Promise<void> {
    await expect
      .poll(async () => {
        const [seq, { received, missed, repeated }] = [await this.seq(), await this.sums()];
        return { missed, repeated, absent: seq - first + 1 - (received - before) };
      })
      .toEqual({ missed: 0, repeated: 0, absent: 0 });
  }
}

export class Lanes {
  readonly page: Page;
  readonly all: Record<Transport, Lane>;
  readonly startAll: Locator;
  readonly stopAll: Locator;
  readonly pause: Locator;
  readonly every: Locator;
  readonly pollEvery: Locator;
  readonly crowded: Locator;

  constructor(page: Page) {
    this.page = page;
    const lanes = TRANSPORTS.map((transport) => [transport, new Lane(page, transport)]);
    this.all = Object.fromEntries(lanes) as Record<Transport, Lane>;
    this.startAll = page.getByRole('button', { name: 'Start all' });
    this.stopAll = page.getByRole('button', { name: 'Stop all' });
    this.pause = page.getByRole('button', { name: /^(Pause|Resume)$/ });
    const controls = page.getByRole('region', { name: 'Transports' });
    this.every = controls.getByLabel('Tick every');
    this.pollEvery = controls.getByLabel('Poll every');
    this.crowded = page.getByTestId('crowded');
  }

  /** Opens the page at this view. */
  static async open(page: Page, origin: string): Promise<Lanes> {
    await page.goto(`${origin}/#/transports`);
    await expect(page.getByRole('heading', { name: 'Transports' })).toBeVisible();
    return new Lanes(page);
  }

  /** Opens the page and waits until all lanes tick. */
  static async ticking(page: Page, origin: string): Promise<Lanes> {
    const lanes = await Lanes.open(page, origin);
    await lanes.start();
    return lanes;
  }

  async start(): Promise<void> {
    await this.startAll.click();
    for (const lane of Object.values(this.all)) {
      await lane.is('open');
      await lane.firstTick();
    }
  }

  async stop(): Promise<void> {
    await this.stopAll.click();
    for (const lane of Object.values(this.all)) {
      await lane.is('idle');
    }
  }
}

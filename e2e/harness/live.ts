/** The Live view as a user finds it: names and roles first, test ids where there is no name. */

import { expect, type Locator, type Page } from '@playwright/test';

export type State = 'idle' | 'connecting' | 'open' | 'closing' | 'waiting' | 'resting';

export class Live {
  readonly page: Page;
  readonly chat: Chat;
  readonly clock: Clock;
  readonly server: Locator;
  readonly address: Locator;
  readonly addressError: Locator;

  constructor(page: Page) {
    this.page = page;
    this.chat = new Chat(page.getByTestId('chat'));
    this.clock = new Clock(page.getByTestId('clock'));
    this.server = page.getByTestId('server');
    this.address = this.server.getByLabel('API address');
    this.addressError = page.getByTestId('address-error');
  }

  /** Opens the page. */
  static async open(page: Page, address: string): Promise<Live> {
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Echoclock');
    return new Live(page);
  }

  /** Opens the page and waits until the chat and the clock are connected. */
  static async connected(page: Page, address: string): Promise<Live> {
    const live = await Live.open(page, address);
    await live.isOpen();
    return live;
  }

  async isOpen(timeout?: number): Promise<void> {
    await this.chat.is('open', timeout);
    await this.clock.is('open', timeout);
  }

  async useAddress(address: string): Promise<void> {
    await this.address.fill(address);
    await this.server.getByRole('button', { name: 'Use this address' }).click();
  }
}

class Part {
  readonly section: Locator;
  readonly timer: Locator;
  readonly offlineHint: Locator;

  constructor(section: Locator) {
    this.section = section;
    this.timer = section.getByTestId('link-timer');
    this.offlineHint = section.getByTestId('offline-hint');
  }

  /** Waits for a state, or one of several. */
  async is(state: State | RegExp, timeout = 15_000): Promise<void> {
    await expect(this.section).toHaveAttribute('data-state', state, { timeout });
  }

  button(name: 'Connect' | 'Disconnect' | 'Retry now' | 'Send'): Locator {
    return this.section.getByRole('button', { name, exact: true });
  }
}

/** A message as the log shows it. */
export interface Row {
  key: number;
  delivery: string;
  instance: string | null;
  /** How its echo came. */
  way: string | null;
  echo: string | null;
}

export class Chat extends Part {
  readonly status = this.section.getByTestId('chat-status');
  readonly message = this.section.getByRole('textbox', { name: 'Message' });
  readonly hint = this.section.getByTestId('composer-hint');
  readonly rows = this.section.locator('li[data-key]');
  readonly echoed = this.section.locator('li[data-delivery=echoed]');
  readonly waiting = this.section.locator('li[data-delivery=queued], li[data-delivery=sent]');
  readonly notes = this.section.locator('li[data-note]');
  readonly wentOver = this.section.locator('li[data-note=posting-begun]');
  readonly dropped = this.section.getByTestId('chat-dropped');

  /** Writes a message and sends it by the Enter key, as soon as there is room for it. */
  async say(text: string): Promise<void> {
    await this.message.fill(text);
    await expect(this.button('Send')).toBeEnabled({ timeout: 30_000 });
    await this.message.press('Enter');
  }

  /** Waits until messages go over the socket, or by plain requests. */
  async goesBy(way: 'socket' | 'post', timeout = 15_000): Promise<void> {
    await expect(this.section).toHaveAttribute('data-way', way, { timeout });
  }

  /** Closes the socket with a code and a reason. */
  async close(code: number, reason: string): Promise<void> {
    await this.section.getByLabel('Close code').fill(String(code));
    await this.section.getByLabel('Reason').fill(reason);
    await this.button('Disconnect').click();
  }

  /** Returns every message in the log, at one instant. */
  async log(): Promise<Row[]> {
    return this.rows.evaluateAll((rows) =>
      rows.map((row) => ({
        key: Number(row.getAttribute('data-key')),
        delivery: row.getAttribute('data-delivery') ?? '',
        instance: row.getAttribute('data-instance'),
        way: row.getAttribute('data-way'),
        echo: row.querySelector('.echo')?.textContent ?? null,
      })),
    );
  }
}

/** What the clock shows at one instant. */
export interface Reading {
  seq: number;
  utc: string;
  received: number;
  missed: number;
  repeated: number;
  gaps: number;
}

export class Clock extends Part {
  readonly every = this.section.getByLabel('Tick every');
  readonly notes = this.section.getByTestId('clock-notes');

  async read(): Promise<Reading> {
    return this.section.evaluate(readClock);
  }

  /** Waits until `ticks` more than those of `since` have arrived, and returns what is shown. */
  async ticksOn(since: Reading, ticks: number, timeout = 15_000): Promise<Reading> {
    await expect.poll(async () => (await this.read()).seq, { timeout }).toBeGreaterThanOrEqual(since.seq + ticks);
    return this.read();
  }

  /** Waits for the first tick of the clock that is chosen, and returns what is shown. */
  async firstTick(): Promise<Reading> {
    await expect(this.section).toHaveAttribute('data-seq', /^\d+$/);
    return this.read();
  }
}

/** Runs in the page. */
export function readClock(clock: Element): Reading {
  const text = (id: string) => clock.querySelector(`[data-testid=${id}]`)?.textContent?.trim() ?? '';
  const count = (id: string) => Number(text(`count-${id}`).replace(/\D/g, ''));
  return {
    seq: Number(clock.getAttribute('data-seq')),
    utc: text('clock-utc'),
    received: count('received'),
    missed: count('missed'),
    repeated: count('repeated'),
    gaps: count('gaps'),
  };
}

/** Fails unless every tick from one reading to the next arrived, and only once. */
export function expectNothingMissed(before: Reading, after: Reading): void {
  const { missed, repeated, gaps } = after;
  expect({ missed, repeated, gaps, received: after.received - before.received }).toEqual({
    missed: 0,
    repeated: 0,
    gaps: 0,
    received: after.seq - before.seq,
  });
}

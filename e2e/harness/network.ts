/**
 * A TCP proxy that stands between the browser and the server and does what networks do: it
 * delays, falls silent, loses, and cuts. Playwright's `setOffline` leaves open sockets working.
 */

import { once } from 'node:events';
import { connect, createServer, type Server as Listener, type Socket } from 'node:net';

import { portOf } from './port.ts';

/** Towards the server, or towards the browser. */
type Direction = 'up' | 'down';

/** What becomes of bytes. An end is never swallowed. */
type Weather = 'carry' | 'hold' | 'swallow';

/** A browser's connection and the one that is dialled for it. */
interface Pair {
  browser: Socket;
  server: Socket | undefined;
  held: Record<Direction, (() => void)[]>;
  /** Whether bytes are missing, after which no more can follow. */
  torn: Record<Direction, boolean>;
}

export class Network {
  readonly #listener: Listener;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  readonly #weather: Record<Direction, Weather> = { up: 'carry', down: 'carry' };
  #delay = 0;

  private constructor(listener: Listener, target: number) {
    this.#listener = listener;
    this.#target = target;
    listener.on('connection', (browser) => this.#accept(browser));
  }

  /** Starts one on a port of its own, in front of a server's port. */
  static async start(target: number): Promise<Network> {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new Network(listener, target);
  }

  get origin(): string {
    return `http://127.0.0.1:${portOf(this.#listener)}`;
  }

  /** Carries everything from here on this many milliseconds later, each way. */
  delay(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /**
   * Falls silent: connections stay open and new ones are taken, and nothing arrives. As with real
   * packets, what was sent meanwhile arrives once the network heals.
   */
  blackHole(): void {
    this.#weather.up = 'hold';
    this.#weather.down = 'hold';
  }

  /** Loses what the server says, while it still hears the browser. */
  swallowAnswers(): void {
    this.#weather.down = 'swallow';
  }

  /** Carries everything again, first what was held. */
  heal(): void {
    this.#weather.up = 'carry';
    this.#weather.down = 'carry';
    for (const pair of [...this.#pairs]) {
      this.#dial(pair);
      for (const action of [...pair.held.up.splice(0), ...pair.held.down.splice(0)]) {
        action();
      }
    }
  }

  /** Resets every connection. */
  cut(): void {
    for (const pair of this.#pairs) {
      pair.held = { up: [], down: [] };
      pair.browser.resetAndDestroy();
      pair.server?.resetAndDestroy();
    }
    this.#pairs.clear();
  }

  async close(): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #accept(browser: Socket): void {
    const pair: Pair = {
      browser,
      server: undefined,
      held: { up: [], down: [] },
      torn: { up: false, down: false },
    };
    this.#pairs.add(pair);
    this.#connect(pair, 'up', browser);
    if (this.#weather.up !== 'hold') {
      this.#dial(pair);
    }
  }

  #dial(pair: Pair): void {
    if (!pair.server) {
      pair.server = connect(this.#target, '127.0.0.1');
      this.#connect(pair, 'down', pair.server);
    }
  }

  /** Has what comes from one side go to the other. */
  #connect(pair: Pair, direction: Direction, from: Socket): void {
    const to = () => (direction === 'up' ? pair.server : pair.browser);
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      this.#later(() => {
        pair.torn[direction] ||= this.#weather[direction] === 'swallow';
        if (!pair.torn[direction]) {
          this.#pass(pair, direction, () => to()?.write(chunk));
        }
      });
    });
    // A reset is an end, and so is a connection that could not be made.
    from.on('error', () => {});
    from.on('close', () => {
      this.#later(() => {
        this.#pass(pair, direction, () => {
          to()?.destroySoon();
          this.#pairs.delete(pair);
        });
      });
    });
  }

  #pass(pair: Pair, direction: Direction, action: () => void): void {
    if (this.#weather[direction] === 'hold') {
      pair.held[direction].push(action);
    } else {
      action();
    }
  }

  #later(action: () => void): void {
    if (this.#delay === 0) {
      action();
    } else {
      setTimeout(action, this.#delay);
    }
  }
}

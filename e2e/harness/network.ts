/**
 * A TCP proxy that stands between the browser and the server and does what networks do: it
 * delays, falls silent, loses, cuts, and turns requests away. Playwright's `setOffline` leaves open
 * sockets working.
 */

import { once } from 'node:events';
import { connect, createServer, type Server as Listener, type Socket } from 'node:net';

import { portOf } from './port.ts';

/** Towards the server, or towards the browser. */
type Direction = 'up' | 'down';

/** What becomes of bytes. An end is never swallowed. */
type Weather = 'carry' | 'hold' | 'swallow';

/** Which requests are answered with 502, as by a proxy that does not know what to do with them. */
type TurnedAway = 'nothing' | 'sockets' | 'everything';

/** A browser's connection and the one that is dialled for it. */
interface Pair {
  browser: Socket;
  server: Socket | undefined;
  /** Whether it has become a WebSocket's. */
  isSocket: boolean;
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
  #turnedAway: TurnedAway = 'nothing';
  #socketsEndAfter: number | undefined;

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

  /** Turns requests away from here on; what is open of their kind is reset. */
  turnAway(what: TurnedAway): void {
    this.#turnedAway = what;
    for (const pair of [...this.#pairs]) {
      if (what === 'everything' || (what === 'sockets' && pair.isSocket)) {
        this.#reset(pair);
      }
    }
  }

  /** Lets WebSockets open from here on, and resets each this many milliseconds later. */
  endSocketsAfter(milliseconds: number): void {
    this.#socketsEndAfter = milliseconds;
  }

  /** Resets every connection. */
  cut(): void {
    for (const pair of [...this.#pairs]) {
      this.#reset(pair);
    }
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
      isSocket: false,
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
      if (direction === 'up' && this.#answers(pair, chunk)) {
        return;
      }
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

  /** Answers a request itself where it is to be turned away; else does nothing. */
  #answers(pair: Pair, request: Buffer): boolean {
    const asksForSocket = /^upgrade: *websocket/im.test(request.toString('latin1'));
    if (this.#turnedAway === 'everything' || (this.#turnedAway === 'sockets' && asksForSocket)) {
      pair.browser.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return true;
    }
    pair.isSocket ||= asksForSocket;
    if (asksForSocket && this.#socketsEndAfter !== undefined) {
      setTimeout(() => this.#reset(pair), this.#socketsEndAfter);
    }
    return false;
  }

  #reset(pair: Pair): void {
    pair.held = { up: [], down: [] };
    pair.browser.resetAndDestroy();
    pair.server?.resetAndDestroy();
    this.#pairs.delete(pair);
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

/** What a browser complains of: errors, panics, and breaches of the Content-Security-Policy. */

import { type BrowserContext, expect } from '@playwright/test';

/** What Chromium says of every request or socket that fails, whoever deals with the failure. */
export const LOST_CONNECTION =
  /net::ERR_(CONNECTION_|EMPTY_RESPONSE|INCOMPLETE_CHUNKED|NETWORK_CHANGED|SOCKET_)|Error in connection establishment|Connection closed before receiving a handshake response|Close received after close/;

export class Complaints {
  readonly #heard: string[] = [];
  readonly #allowed: RegExp[] = [];

  listen(context: BrowserContext): void {
    context.on('console', (message) => {
      if (message.type() === 'error' || /Content.Security.Policy|panicked/i.test(message.text())) {
        this.#heard.push(`${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => this.#heard.push(String(error.error().stack ?? error.error())));
  }

  /** Says that complaints of a kind belong to the story. */
  allow(...patterns: RegExp[]): void {
    this.#allowed.push(...patterns);
  }

  /** Returns the complaints of one kind. */
  of(pattern: RegExp): string[] {
    return this.#heard.filter((complaint) => pattern.test(complaint));
  }

  expectNone(): void {
    const rest = this.#heard.filter((complaint) => !this.#allowed.some((pattern) => pattern.test(complaint)));
    expect(rest, 'complaints in the console').toEqual([]);
  }
}

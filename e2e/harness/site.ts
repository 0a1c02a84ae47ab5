/** A plain static host: files of a folder below a sub-path, and nothing clever. */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

import { portOf } from './port.ts';

export interface SiteOptions {
  /** Where the files are; without it there are only those of `instead`. */
  folder?: string;
  /** The sub-path that they are served under, with a slash at both ends. */
  below?: string;
  /** Files that replace those of the folder, by name. */
  instead?: Record<string, string>;
  /** Files of the folder that are not there. */
  missing?: string[];
  /** Sent with every answer. */
  headers?: Record<string, string>;
}

export class Site {
  readonly #http: HttpServer;
  readonly #below: string;

  private constructor(http: HttpServer, below: string) {
    this.#http = http;
    this.#below = below;
  }

  static async start({ folder, below = '/', instead = {}, missing = [], headers = {} }: SiteOptions): Promise<Site> {
    const http = createServer(async ({ url = '/' }, response) => {
      const path = normalize(new URL(url, 'http://site').pathname);
      const name = path.slice(below.length) || 'index.html';
      const isThere = path.startsWith(below) && !missing.includes(name);
      const file = isThere ? (instead[name] ?? (await contents(folder, name))) : undefined;
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      response.writeHead(file === undefined ? 404 : 200, { ...headers, 'Content-Type': type });
      response.end(file);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new Site(http, below);
  }

  get origin(): string {
    return `http://127.0.0.1:${portOf(this.#http)}`;
  }

  /** The same site under another host name: to a browser, a site of somebody else's. */
  get foreignOrigin(): string {
    return `http://localhost:${portOf(this.#http)}`;
  }

  get path(): string {
    return this.#below;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}

async function contents(folder: string | undefined, name: string): Promise<Buffer | undefined> {
  if (folder === undefined) {
    return undefined;
  }
  try {
    return await readFile(join(folder, name));
  } catch {
    return undefined;
  }
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

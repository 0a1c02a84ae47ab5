/** `trunk serve` as it is run by hand, with a folder and a port of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { repository, trunk } from './environment.ts';
import { freePort } from './port.ts';
import { until } from './until.ts';

/** How long the first build of the page may take. */
const BUILT_WITHIN = 10 * 60_000;

export class Trunk {
  readonly origin: string;
  readonly #process: ChildProcess;
  readonly #folder: string;
  #log = '';

  private constructor(origin: string, process: ChildProcess, folder: string) {
    this.origin = origin;
    this.#process = process;
    this.#folder = folder;
    for (const output of [process.stdout, process.stderr]) {
      output?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    }
  }

  /** Builds the page and serves it. */
  static async start(): Promise<Trunk> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'echoclock-trunk-'));
    const child = spawn(trunk(), ['serve', '--address', '127.0.0.1', '--port', String(port), '--dist', folder], {
      cwd: repository,
      // Trunk takes nothing but `true` or `false` here.
      env: { ...process.env, NO_COLOR: 'true', TRUNK_SKIP_VERSION_CHECK: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const served = new Trunk(`http://127.0.0.1:${port}`, child, folder);
    try {
      await until('trunk serve to serve the page', () => served.#serves(), BUILT_WITHIN);
    } catch (error) {
      await served.close();
      throw error;
    }
    return served;
  }

  get log(): string {
    return this.#log;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #serves(): Promise<boolean> {
    if (this.#process.exitCode !== null) {
      throw new Error(`trunk serve exited with ${this.#process.exitCode}:\n${this.#log}`);
    }
    try {
      return (await fetch(this.origin)).ok;
    } catch {
      return false;
    }
  }
}

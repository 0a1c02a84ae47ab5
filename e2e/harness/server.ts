/** A server process of a test's own: started, asked, stopped, killed and started again. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:https';

import { serverBinary } from './environment.ts';
import { until } from './until.ts';

/** The answer of `GET /api/info`, as far as the journeys need it. */
export interface Info {
  version: string;
  instance: string;
  draining: boolean;
  socket: { allowed: boolean; reason?: string };
  open: { sockets: number; streams: number; polls: number };
  done: { echoes: number };
  request: { http_version: string; client: string | null; origin: string | null };
}

export class Server {
  readonly port: number;
  readonly #arguments: string[];
  #process: ChildProcess | undefined;
  #log = '';

  /** Makes a server that is not running yet; `more` are arguments of `echoclock serve`. */
  constructor(port: number, ...more: string[]) {
    this.port = port;
    this.#arguments = ['serve', '--listen', `127.0.0.1:${port}`, ...more];
  }

  get origin(): string {
    const scheme = this.#arguments.includes('--tls-self-signed') ? 'https' : 'http';
    return `${scheme}://127.0.0.1:${this.port}`;
  }

  /** The API's base address. */
  get api(): string {
    return `${this.origin}/api/`;
  }

  /** What every process so far has logged. */
  get log(): string {
    return this.#log;
  }

  /** Starts a process, on the same port as the one before, and waits until it is ready. */
  async start(): Promise<void> {
    const child = spawn(serverBinary(), this.#arguments, {
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#log += `-- ${child.spawnargs.join(' ')}\n`;
    for (const output of [child.stdout, child.stderr]) {
      output?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    }
    await until('the server to be ready', async () => {
      if (child.exitCode !== null) {
        throw new Error(`the server exited with ${child.exitCode}:\n${this.#log}`);
      }
      return isReady(this.origin);
    });
  }

  /** Kills the process as a crash would: nobody is told. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Has the process drain and stop, and returns its exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async info(): Promise<Info> {
    const response = await fetch(`${this.api}info`);
    return (await response.json()) as Info;
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) {
      return child?.exitCode ?? null;
    }
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }
}

async function isReady(origin: string): Promise<boolean> {
  const url = `${origin}/readyz`;
  try {
    return url.startsWith('https:') ? (await statusOverTls(url)) === 200 : (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Asks with TLS, whether anybody vouches for the certificate or not, and returns the status. */
async function statusOverTls(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get(url, { rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.on('error', reject);
  });
}

/** Nothing of the environment changes the server, but where the page lies and what is logged. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, ECHOCLOCK_LOG_LEVEL = 'info', ECHOCLOCK_SITE } = process.env;
  return { PATH, ECHOCLOCK_LOG_LEVEL, ...(ECHOCLOCK_SITE ? { ECHOCLOCK_SITE } : {}) };
}

/** nginx in front of a server, configured as its first example has it, and with what a journey adds. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { nginx } from './environment.ts';
import { freePort, portIsFree } from './port.ts';
import { until } from './until.ts';

export class Nginx {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;
  #log = '';

  private constructor(port: number, process: ChildProcess, folder: string) {
    this.port = port;
    this.#process = process;
    this.#folder = folder;
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
  }

  /** Starts one on a port of its own; `directives` stand beside `proxy_pass`. */
  static async start(target: number, directives: readonly string[]): Promise<Nginx> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'echoclock-nginx-'));
    const file = join(folder, 'nginx.conf');
    await writeFile(file, configuration(folder, port, target, directives));
    const child = spawn(nginx(), ['-e', 'stderr', '-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    const started = new Nginx(port, child, folder);
    try {
      await until('nginx to listen', async () => {
        if (child.exitCode !== null) {
          throw new Error(`nginx exited with ${child.exitCode}:\n${started.#log}`);
        }
        return !(await portIsFree(port));
      });
    } catch (error) {
      await started.close();
      throw error;
    }
    return started;
  }

  get origin(): string {
    return this.originAt('127.0.0.1');
  }

  /** The same proxy under a name that the browser knows. */
  originAt(host: string): string {
    return `http://${host}:${this.port}`;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** One process in the foreground, with whatever it writes in a folder of its own. */
function configuration(folder: string, port: number, target: number, directives: readonly string[]): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    events {}
    http {
      access_log off;
      ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n      ')}
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://127.0.0.1:${target};
          ${directives.join('\n          ')}
        }
      }
    }
  `;
}

/** What the journeys need from the machine, each overridable by an environment variable. */

import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The repository's root folder. */
export const repository = root;

/** Chromium, from `CHROMIUM` or the search path. */
export function chromium(): string {
  return program('CHROMIUM', ['chromium', 'chromium-browser', 'google-chrome'], 'apt-get install chromium');
}

/** What Chromium is started with, also by `accuracy/`. */
export function chromiumArguments(): string[] {
  return JSON.parse(readFileSync(join(root, 'e2e/harness/arguments.json'), 'utf8')) as string[];
}

/** nginx, from `NGINX`, the search path, or where `cargo xtask setup` unpacks it. */
export function nginx(): string {
  const unpacked = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'xtask/nginx/usr/sbin');
  return program('NGINX', ['nginx'], 'cargo xtask setup', ['/usr/sbin', unpacked]);
}

/** Trunk, from `TRUNK` or the search path. */
export function trunk(): string {
  return program('TRUNK', ['trunk'], 'cargo install --locked trunk@0.21.14');
}

/** The server that carries the page, from `ECHOCLOCK_BIN` or the release build. */
export function serverBinary(): string {
  const path = resolve(process.env.ECHOCLOCK_BIN ?? join(root, 'target/release/echoclock'));
  if (!isExecutable(path)) {
    throw missing('ECHOCLOCK_BIN', `the server ${path}`, 'cargo xtask build');
  }
  return path;
}

/** The page as a static site, from `ECHOCLOCK_STATIC` or `dist/`; it has to work below any path. */
export function staticSite(): string {
  const path = resolve(process.env.ECHOCLOCK_STATIC ?? join(root, 'dist'));
  const index = join(path, 'index.html');
  const command = 'cargo xtask build --static';
  if (!existsSync(index)) {
    throw missing('ECHOCLOCK_STATIC', `the page ${index}`, command);
  }
  const rooted = readFileSync(index, 'utf8').match(/(?:href|src)="?(\/(?!demo\/)[^"\s>]*)/);
  if (rooted) {
    throw missing('ECHOCLOCK_STATIC', `a page that works under /demo/ (${index} asks for ${rooted[1]})`, command);
  }
  return path;
}

function program(variable: string, names: string[], command: string, more: string[] = []): string {
  const given = process.env[variable];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...more];
  const candidates = given ? [resolve(given)] : names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = candidates.find(isExecutable);
  if (!found) {
    throw missing(variable, given ?? `${names[0]} on the search path`, command);
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(variable: string, what: string, command: string): Error {
  return new Error(`Not there: ${what}. Run \`${command}\`, or set ${variable}.`);
}

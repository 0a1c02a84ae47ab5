/** Ports of 127.0.0.1. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Returns the port that a listener was given. */
export function portOf(listener: Server): number {
  const address = listener.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP listener that listens has a port');
  }
  return address.port;
}

/** Returns a port that nobody listens on. */
export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const port = portOf(listener);
  listener.close();
  await once(listener, 'close');
  return port;
}

/** Whether nobody listens on a port. */
export async function portIsFree(port: number): Promise<boolean> {
  const listener = createServer().listen(port, '127.0.0.1');
  const free = await once(listener, 'listening').then(
    () => true,
    () => false,
  );
  if (free) {
    listener.close();
    await once(listener, 'close');
  }
  return free;
}

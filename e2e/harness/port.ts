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

/**
 * Returns a port that nobody listens on. It is not of those that the system gives to outgoing
 * connections, so that nothing takes it while its server is away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await portIsFree(port)) {
      return port;
    }
  }
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

/** A client that does not read, which keeps a server that stops from stopping at once. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import type { Server } from './server.ts';

/** Has much echoed, and reads none of it. */
export async function echoWithoutReading(server: Server): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    'GET /api/echo/raw HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(socket, 'data');
  socket.pause();
  const size = 15 * 1024 * 1024;
  const head = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(size), 2);
  const message = Buffer.concat([head, Buffer.alloc(size)]);
  // More than the system's buffers hold on the way back: once the first one has been taken, the server writes.
  const taken = new Promise((resolve) => socket.write(message, resolve));
  socket.write(message);
  socket.write(message);
  await taken;
  return socket;
}

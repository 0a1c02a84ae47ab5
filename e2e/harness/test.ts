/** The test function of every journey: what it starts ends with it, and no page may complain. */

import { test as base, type TestInfo } from '@playwright/test';

import { Complaints } from './complaints.ts';
import { Network } from './network.ts';
import { Nginx } from './nginx.ts';
import { freePort } from './port.ts';
import { Server } from './server.ts';
import { Site, type SiteOptions } from './site.ts';
import { watchLiveTexts } from './translator.ts';
import { Trunk } from './trunk.ts';

export { expect } from '@playwright/test';

/** Starts what a journey needs besides the usual, for as long as the test runs. */
export interface Start {
  /** A server; `args` are arguments of `echoclock serve`. */
  server(...args: string[]): Promise<Server>;
  /** The same on a port that has to be known before. */
  serverOn(port: number, ...args: string[]): Promise<Server>;
  network(target: Server): Promise<Network>;
  site(options: SiteOptions): Promise<Site>;
  trunk(): Promise<Trunk>;
  /** nginx before a server; `directives` stand beside its `proxy_pass`. */
  nginx(target: Server, ...directives: string[]): Promise<Nginx>;
}

interface Fixtures {
  start: Start;
  /** A server that carries the page. */
  server: Server;
  /** The test's own network in front of that server. */
  network: Network;
  /** What pages complained of; a journey allows what belongs to its story. */
  complaints: Complaints;
}

export const test = base.extend<Fixtures>({
  start: async ({}, use, info) => {
    const servers: Server[] = [];
    const others: { close(): Promise<void> }[] = [];
    const serverOn: Start['serverOn'] = async (port, ...args) => {
      const server = new Server(port, ...args);
      servers.push(server);
      await server.start();
      return server;
    };
    const closing = <T extends { close(): Promise<void> }>(other: T) => {
      others.push(other);
      return other;
    };
    await use({
      server: async (...args) => serverOn(await freePort(), ...args),
      serverOn,
      network: async (target) => closing(await Network.start(target.port)),
      site: async (options) => closing(await Site.start(options)),
      trunk: async () => closing(await Trunk.start()),
      nginx: async (target, ...directives) => closing(await Nginx.start(target.port, directives)),
    });
    await Promise.all([...servers.map((server) => server.kill()), ...others.map((other) => other.close())]);
    await attachLogs(info, servers);
  },

  server: async ({ start }, use) => use(await start.server()),

  network: async ({ start, server }, use) => use(await start.network(server)),

  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints();
      complaints.listen(context);
      await watchLiveTexts(context);
      await use(complaints);
      complaints.expectNone();
    },
    { auto: true },
  ],

  // What a journey starts ends after its pages, so that no page complains of the end.
  context: async ({ start, context }, use) => {
    void start;
    await use(context);
  },
});

async function attachLogs(info: TestInfo, servers: Server[]): Promise<void> {
  if (info.status !== info.expectedStatus) {
    for (const server of servers) {
      await info.attach(`server-${server.port}.log`, { body: server.log, contentType: 'text/plain' });
    }
  }
}

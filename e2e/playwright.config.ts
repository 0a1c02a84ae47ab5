/** How the journeys run: in the machine's own Chromium, each with servers of its own. */

import { defineConfig } from '@playwright/test';

import { chromium } from './harness/environment.ts';

export default defineConfig({
  testDir: 'journeys',
  globalSetup: './harness/setup.ts',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  forbidOnly: true,
  reporter: 'list',
  outputDir: 'test-results',
  expect: { timeout: 10_000 },
  use: {
    viewport: { width: 1280, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: chromium(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});

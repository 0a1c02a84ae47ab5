/** How the journeys run: in the machine's own Chromium, each with servers of its own. */

import { defineConfig } from '@playwright/test';

import { chromium, chromiumArguments } from './harness/environment.ts';

const LONGEST = /trunk-serve\.spec\.ts/;

export default defineConfig({
  testDir: 'journeys',
  globalSetup: './harness/setup.ts',
  fullyParallel: true,
  workers: 4,
  retries: 0,
  timeout: 60_000,
  forbidOnly: true,
  reporter: 'list',
  outputDir: 'test-results',
  // The longest one begins first: the others go by beside it.
  projects: [
    { name: 'longest', testMatch: LONGEST },
    { name: 'others', testIgnore: LONGEST },
  ],
  expect: { timeout: 10_000 },
  use: {
    viewport: { width: 1280, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: chromium(),
      args: chromiumArguments(),
    },
  },
});

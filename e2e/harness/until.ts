/** Waiting for a condition, for what no browser assertion can wait for. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is yes. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, within = 20_000): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${within / 1_000} s in vain for ${what}.`);
    }
    await sleep(25);
  }
}

/** Looks, before the first journey, for what the journeys need, so that one message says what is missing. */

import { nginx, serverBinary, staticSite, trunk } from './environment.ts';

export default function setup(): void {
  const missing = [serverBinary, staticSite, trunk, nginx].flatMap((find) => {
    try {
      find();
      return [];
    } catch (error) {
      return [String((error as Error).message)];
    }
  });
  if (missing.length > 0) {
    throw new Error(missing.join('\n'));
  }
}

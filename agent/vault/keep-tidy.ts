// Has the vault give up, every hour, what nobody goes on with.

import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Vault } from './port.ts';

const HOUR_MS = 3600 * 1000;

/** Returns how to stop. */
export function keepTidy(vault: Pick<Vault, 'tidy'>, clock: Clock, log: Logger): () => void {
  let stop: (() => void) | undefined;
  const later = () => {
    stop = clock.after(HOUR_MS, () => {
      vault.tidy().catch((error: unknown) => log.error('vault.not-tidied', { error: String(error) }));
      later();
    });
  };
  later();
  return () => stop?.();
}

// When garbage is collected without anybody asking: soon after a start, then once a day.
import type { Logger } from '../log/logger.ts';
import type { Clock } from '../queue/clock.ts';
import { DAY_MS } from './names.ts';

/** After a start devices first bring what they have, and an agent that is only tried out is left in peace. */
const FIRST_MS = 15 * 60 * 1000;

/** Returns how to stop. */
export function collectDaily(work: () => Promise<unknown>, clock: Clock, log: Logger): () => void {
  let stop: () => void;
  const later = (ms: number) => {
    stop = clock.after(ms, () => {
      later(DAY_MS);
      work().catch((error: unknown) => log.error('housekeeping.not-collected', { error: String(error) }));
    });
  };
  later(FIRST_MS);
  return () => stop();
}

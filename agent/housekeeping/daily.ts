// When garbage is collected without anybody asking: soon after a start, then once a day.

import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { DAY_MS } from './names.ts';

/** After a start devices first bring what they have, and an agent that is only tried out is left in peace. */
const FIRST_MS = 15 * 60 * 1000;

/** While a job runs nothing that stages have made is forgotten. */
const AGAIN_MS = 3600 * 1000;

/** `work` tells whether something had to be left for now: then it is done again in an hour. Returns how to stop. */
export function collectDaily(
  work: () => Promise<{ heldBack: number }>,
  clock: Clock,
  log: Logger,
): () => void {
  let stop: () => void;
  let isStopped = false;
  const later = (ms: number) => {
    if (!isStopped) stop = clock.after(ms, run);
  };
  const run = () => {
    work().then(
      ({ heldBack }) => later(heldBack > 0 ? AGAIN_MS : DAY_MS),
      (error: unknown) => {
        log.error('housekeeping.not-collected', { error: String(error) });
        later(DAY_MS);
      },
    );
  };
  stop = clock.after(FIRST_MS, run);
  return () => {
    isStopped = true;
    stop();
  };
}

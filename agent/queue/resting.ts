// Whether the queue rests: what people decided (paused, quiet hours, only while the machine is idle) and what happened to
// its folder (copied, restored), asked against the clock. It decides nothing about single jobs.
import { type QueueRules, quietMinutesLeft, type Rest } from '@myspinbot/shared/job/rules.ts';
import type { Clock } from '../clock.ts';

/** How often somebody who waits for the machine to be idle looks again. */
const LOOK_AGAIN_MS = 15_000;

export interface Resting {
  /** `isWorking`: whether something of ours runs, which makes the machine busy itself. */
  now(isWorking: boolean): Rest | undefined;
  /** When it is worth asking again, in ms from now; undefined = only when something changes. */
  askAgainMs(rest: Rest | undefined): number | undefined;
}

export function createResting(options: {
  rules: () => QueueRules;
  /** When the folder was found to be a copy; undefined when it is not, or somebody has let the queue go on since. */
  copiedAt: () => number | undefined;
  /** Whether somebody else uses the machine; asked only while nothing of ours runs. */
  isBusy: () => boolean;
  clock: Clock;
  /** Minute of the day on the workstation's own clock. */
  minuteOfDay?: (epochMs: number) => number;
}): Resting {
  const { rules, clock } = options;
  const minuteOfDay = options.minuteOfDay ?? localMinute;
  return {
    now(isWorking) {
      const { paused, quiet, onlyWhenIdle, goOnAt } = rules();
      if (paused) return { why: 'paused' };
      const copiedAt = options.copiedAt();
      if (copiedAt !== undefined && (goOnAt ?? 0) < copiedAt) return { why: 'restored' };
      const at = clock.now();
      const left = quietMinutesLeft(quiet, minuteOfDay(at));
      if (left > 0) return { why: 'quiet-hours', until: at - (at % 60_000) + left * 60_000 };
      if (onlyWhenIdle && !isWorking && options.isBusy()) return { why: 'machine-busy' };
      return undefined;
    },
    askAgainMs(rest) {
      if (rest?.until !== undefined) return Math.max(1000, rest.until - clock.now());
      return rest?.why === 'machine-busy' ? LOOK_AGAIN_MS : undefined;
    },
  };
}

function localMinute(epochMs: number): number {
  const date = new Date(epochMs);
  return date.getHours() * 60 + date.getMinutes();
}

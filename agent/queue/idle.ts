// Whether somebody else uses the machine, told from its processors: how busy they were since the last look.
import { cpus } from 'node:os';
import type { Clock } from '../clock.ts';

/** Busier than this, over at least the span below, and somebody is at work. */
const BUSY_SHARE = 0.35;
/** Shorter spans say nothing. */
const SPAN_MS = 5_000;

/** Sum over all processors, in ms of processor time. */
export interface CpuTimes {
  idle: number;
  total: number;
}

/** What is returned is asked while nothing of ours runs; the first answers are "busy" until a span has been seen. */
export function createIdleWatch(clock: Clock, read: () => CpuTimes = readCpus): () => boolean {
  let from: (CpuTimes & { at: number }) | undefined;
  let isBusy = true;
  return () => {
    const at = clock.now();
    if (from === undefined || at - from.at > 20 * SPAN_MS) {
      from = { ...read(), at };
      isBusy = true;
      return isBusy;
    }
    if (at - from.at < SPAN_MS) return isBusy;
    const now = read();
    const total = now.total - from.total;
    isBusy = total > 0 && 1 - (now.idle - from.idle) / total > BUSY_SHARE;
    from = { ...now, at };
    return isBusy;
  };
}

function readCpus(): CpuTimes {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idle, total };
}

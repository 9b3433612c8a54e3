// The time after which a stage is taken for hung. It knows clocks and signals, not stages.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Clock } from '../clock.ts';

/** Later than this after its time, and the whole agent was frozen, not the stage hung. */
const FROZEN_MS = 10_000;
/** What a stage is given beside its limit when the agent was frozen, as a share of the limit. */
const AGAIN = 0.25;

/** Aborts with Failure `timed-out` when `limitMs` have gone by while the agent itself was awake. */
export function limitSignal(clock: Clock, limitMs: number, stage: string) {
  const control = new AbortController();
  const minutes = Math.round(limitMs / 60_000);
  let due = clock.now() + limitMs;
  let stop = () => {};
  const wait = (ms: number) => {
    stop = clock.after(ms, () => {
      if (clock.now() - due > FROZEN_MS) {
        // What the stage has to say may be waiting to be read.
        due = clock.now() + limitMs * AGAIN;
        return wait(limitMs * AGAIN);
      }
      control.abort(
        new Failure({
          code: 'timed-out',
          message: `The ${stage} stage did not end within ${minutes < 1 ? `${Math.round(limitMs / 1000)} s` : `${minutes} min`} and was stopped.`,
          hint: 'Try again; if it happens again, choose a smaller size or a shorter text.',
          retry: 'soon',
        }),
      );
    });
  };
  wait(limitMs);
  return { signal: control.signal, stop: () => stop() };
}

/** Calls again and again until it is stopped. */
export function every(clock: Clock, ms: number, then: () => void): () => void {
  let stop = () => {};
  const wait = () => {
    stop = clock.after(ms, () => {
      wait();
      then();
    });
  };
  wait();
  return () => stop();
}

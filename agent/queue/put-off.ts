// What becomes of a job whose stage failed: tried again by itself, held until there is room, or given up. Pure.
import type { FailureRecord } from '@myspinbot/shared/failure/failure.ts';

/** How long a job rests before each try by itself; after as many it fails with its diagnosis. */
const BACK_OFF_MS = [5_000, 30_000, 120_000] as const;
/** A full disk is looked at again this often; it is nobody's fault, so no try is counted. */
export const DISK_LOOK_MS = 60_000;

export type PutOff =
  | { decision: 'again'; afterMs: number; smaller: boolean }
  | { decision: 'when-there-is-room'; afterMs: number }
  | { decision: 'fail' };

/**
 * `tries`: how often it was put off since somebody wished for it. `smaller`: whether engines worked in their smaller
 * settings already. Only what may pass by itself is tried again: a photo without a face stays one.
 */
export function putOff(failure: FailureRecord, tries: number, smaller: boolean): PutOff {
  if (failure.code === 'disk-full') return { decision: 'when-there-is-room', afterMs: DISK_LOOK_MS };
  if (failure.code === 'out-of-memory') {
    // Once, and differently: the same again would only run out again.
    return smaller ? { decision: 'fail' } : { decision: 'again', afterMs: 1_000, smaller: true };
  }
  const afterMs = BACK_OFF_MS[tries];
  if (failure.retry !== 'soon' || afterMs === undefined) return { decision: 'fail' };
  return { decision: 'again', afterMs, smaller };
}

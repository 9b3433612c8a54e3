import { type FailureCode, failureCodes } from '@myspinbot/shared/failure/failure.ts';
import { expect, test } from 'vitest';
import { putOff } from './put-off.ts';

const failure = (code: FailureCode, retry: 'soon' | 'never' = 'soon') => ({
  code,
  retry,
  message: 'm',
  hint: 'h',
});

test('what may pass by itself is tried three times, each later than the one before, then given up', () => {
  const waits: number[] = [];
  for (let tries = 0; ; tries += 1) {
    const decided = putOff(failure('engine-failed'), tries, false);
    if (decided.decision !== 'again') {
      expect(decided).toEqual({ decision: 'fail' });
      break;
    }
    waits.push(decided.afterMs);
  }
  expect(waits).toEqual([5_000, 30_000, 120_000]);
});

test('a fault of what was given is never tried again by itself', () => {
  for (const code of failureCodes) {
    if (code === 'disk-full' || code === 'out-of-memory') continue;
    expect(putOff(failure(code, 'never'), 0, false), code).toEqual({ decision: 'fail' });
  }
});

test('out of memory: once more in the smaller settings, and not a third time', () => {
  expect(putOff(failure('out-of-memory'), 2, false)).toMatchObject({ decision: 'again', smaller: true });
  expect(putOff(failure('out-of-memory'), 0, true)).toEqual({ decision: 'fail' });
});

test('a full disk is waited for, however often', () => {
  expect(putOff(failure('disk-full'), 99, true)).toMatchObject({ decision: 'when-there-is-room' });
});

test('the smaller settings stay when something else goes wrong later', () => {
  expect(putOff(failure('timed-out'), 0, true)).toMatchObject({ decision: 'again', smaller: true });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultRules, isQuiet, queueRulesSchema, quietMinutesLeft } from './rules.ts';

test('without a word the queue works always', () => {
  expect(defaultRules).toEqual({ paused: false, quiet: null, onlyWhenIdle: false, keepDays: 30 });
  expect(isQuiet(null, 0)).toBe(false);
});

test.each([
  ['09:00', '17:00', 9 * 60, true, 480],
  ['09:00', '17:00', 17 * 60, false, 0],
  ['09:00', '17:00', 8 * 60 + 59, false, 0],
  ['22:30', '07:00', 23 * 60, true, 480],
  ['22:30', '07:00', 6 * 60 + 59, true, 1],
  ['22:30', '07:00', 12 * 60, false, 0],
  ['08:00', '08:00', 8 * 60, false, 0],
])('quiet from %s to %s at minute %d: %s, %d minutes left', (from, to, minute, quiet, left) => {
  expect(isQuiet({ from, to }, minute)).toBe(quiet);
  expect(quietMinutesLeft({ from, to }, minute)).toBe(left);
});

test('when the minutes that are left have gone by it is not quiet any more', () => {
  const time = fc
    .integer({ min: 0, max: 1439 })
    .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
  fc.assert(
    fc.property(time, time, fc.integer({ min: 0, max: 1439 }), (from, to, minute) => {
      const left = quietMinutesLeft({ from, to }, minute);
      expect(isQuiet({ from, to }, (minute + left) % 1440)).toBe(false);
      if (left > 0) expect(isQuiet({ from, to }, (minute + left - 1) % 1440)).toBe(true);
    }),
  );
});

test.each(['24:00', '7:00', '07:60', '', 'noon'])('%s is no time of day', (from) => {
  expect(queueRulesSchema.safeParse({ quiet: { from, to: '08:00' } }).success).toBe(false);
});

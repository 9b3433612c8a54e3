import { spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectedMs, guessSeconds, stageLeftMs, stageLimitMs, workUnits } from './estimate.ts';

const photo = 'a'.repeat(64);
const options = (change: object = {}) =>
  spinOptionsSchema.parse({
    photos: [photo, 'b'.repeat(64)],
    narration: { kind: 'text', text: 'x'.repeat(140) },
    ...change,
  });

test('the length of speech is guessed from what is known before any of it was made', () => {
  expect(guessSeconds(options())).toBe(10);
  expect(guessSeconds(options({ narration: { kind: 'topic', topic: 'sea', seconds: 30 } }))).toBe(30);
  expect(guessSeconds(options({ narration: { kind: 'recording', audio: photo } }))).toBeGreaterThan(1);
  expect(guessSeconds(options({ narration: { kind: 'text', text: '' } }))).toBe(1);
});

test('the picture grows with length, size and frame rate, the look with the photos', () => {
  const units = (change: object) => workUnits('portrait', options(change), 10);
  expect(units({})).toBe(10);
  expect(units({ size: '1280x720' })).toBeCloseTo(10 * (1280 / 720));
  expect(units({ fps: 30 })).toBeCloseTo(12);
  expect(workUnits('look', options(), 10)).toBe(2);
  expect(workUnits('finish', options(), 10)).toBe(10);
  expect(workUnits('script', options(), 10)).toBe(1);
});

test('an expectation is the median of what was measured; one wild run does not move it', () => {
  const paces = [100, 110, 90, 5000, 105].map((ms) => ({ units: 1, ms }));
  expect(expectedMs('portrait', 10, paces)).toBe(1050);
  expect(expectedMs('portrait', 10, [])).toBeGreaterThan(1000);
});

test('the limit of a stage is far beyond what it is expected to take, on slow machines too', () => {
  expect(stageLimitMs('portrait', 10, [])).toBeGreaterThan(60_000);
  expect(stageLimitMs('portrait', 10, [{ units: 1, ms: 60_000 }])).toBeGreaterThan(10 * 600_000);
});

test('time left is never nothing while a stage runs, and trusts what it sees more and more', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1e7, noNaN: true }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (expected, elapsed, fraction) => {
        expect(stageLeftMs(expected, elapsed, fraction)).toBeGreaterThan(0);
      },
    ),
  );
  expect(stageLeftMs(1000, 0, 0)).toBe(1000);
  expect(stageLeftMs(1000, 5000, 0)).toBe(100);
  // Nine tenths done in 9 s: about one second more, whatever was expected.
  expect(stageLeftMs(100_000, 9000, 0.9)).toBeLessThan(12_000);
});

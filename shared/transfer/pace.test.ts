import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

/** A link that moves so many bytes each second, acknowledged in pieces. */
function paced(bytesPerSecond: number, seconds: number): number {
  let at = 0;
  const pace = createPace(() => at);
  while (at < seconds * 1000) {
    const bytes = Math.min(1024 * 1024, pace.pieceBytes() * 4);
    at += (bytes / bytesPerSecond) * 1000;
    pace.acknowledged(bytes);
  }
  return pace.pieceBytes();
}

test.each([
  [20_000, 16 * 1024],
  [400_000, 100_000],
  [50_000_000, 12_500_000],
])('on a link of %i bytes a second, pieces take a quarter of a second', (bytesPerSecond, piece) => {
  expect(paced(bytesPerSecond, 20) / piece).toBeCloseTo(1, 1);
});

test('a link that became slow gets small pieces again', () => {
  let at = 0;
  const pace = createPace(() => at);
  for (let count = 0; count < 20; count++) {
    at += 10;
    pace.acknowledged(1024 * 1024);
  }
  expect(pace.pieceBytes()).toBeGreaterThan(10_000_000);
  for (let count = 0; count < 3; count++) {
    at += 10_000;
    pace.acknowledged(1024 * 1024);
  }
  expect(pace.pieceBytes()).toBeLessThan(30_000);
});

test('a burst in no time at all does not divide by it', () => {
  const pace = createPace(() => 7);
  for (let count = 0; count < 9; count++) pace.acknowledged(1024 * 1024);
  expect(Number.isFinite(pace.pieceBytes())).toBe(true);
});

// Lips that meet at every p, b and m, lips that never do, and lips that close at the wrong moments.
import { expect, test } from 'vitest';
import { measureClosures } from './closures.ts';

const fps = 25;
/** "ma la ma la ...": 200 ms each phone. */
const phones = Array.from({ length: 24 }, (_, i) => ({
  phone: ['m', 'a', 'l', 'a'][i % 4]!,
  startMs: 200 * i,
  endMs: 200 * (i + 1),
}));
const openingOf = (at: (phone: string) => number, lateFrames = 0) =>
  Array.from({ length: 120 }, (_, frame) => {
    const phone = phones[Math.floor(((frame - lateFrames) * 1000) / fps / 200)];
    return phone === undefined ? 0.02 : at(phone.phone);
  });
const ratio = (opening: number[]) => measureClosures(phones, opening, fps, 0.02)?.ratio;

test('lips that meet at every m score near nothing', () => {
  expect(ratio(openingOf((phone) => (phone === 'm' ? 0.02 : 0.2)))).toBeLessThan(0.05);
});

test('lips that meet halfway score a half', () => {
  expect(ratio(openingOf((phone) => (phone === 'm' ? 0.11 : 0.2)))).toBeGreaterThan(0.45);
});

test('lips that close at the wrong moments score one or more', () => {
  expect(ratio(openingOf((phone) => (phone === 'm' ? 0.02 : 0.2), 10))).toBeGreaterThanOrEqual(1);
});

test('too few closures say nothing', () => {
  expect(
    measureClosures(
      phones.slice(0, 8),
      openingOf(() => 0.1),
      fps,
      0.02,
    ),
  ).toBeUndefined();
});

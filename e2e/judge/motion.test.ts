// Counting blinks, turns, jumps and silences on tracks that were made to have a known number of them.
import { describe, expect, test } from 'vitest';
import type { Features } from './features.ts';
import { series } from './features.ts';
import {
  countJumps,
  countReversals,
  findBlinks,
  quantile,
  range,
  silentFrames,
  wandering,
} from './motion.ts';

const still: Features = {
  opening: 0,
  width: 0.8,
  lids: 0.3,
  brows: 0.4,
  yaw: 0,
  x: 300,
  y: 200,
  eyeDistance: 100,
};
const track = (frames: number, at: (i: number) => Partial<Features>) =>
  Array.from({ length: frames }, (_, i) => ({ ...still, ...at(i) }));

describe('blinks', () => {
  const open = 0.3;
  const withBlinks = (frames: number[], depth: number, length = 4) => {
    const lids = Array.from({ length: 250 }, () => open);
    for (const frame of frames) for (let k = 0; k < length; k++) lids[frame + k] = open * depth;
    return lids;
  };

  test('each is counted once, with its depth', () => {
    const blinks = findBlinks(withBlinks([20, 90, 200], 0.4), 25);
    expect(blinks.map(({ frame }) => frame)).toEqual([20, 90, 200]);
    for (const { ratio } of blinks) expect(ratio).toBeCloseTo(0.4, 5);
  });

  test('a flutter of the lids is none', () => {
    expect(findBlinks(withBlinks([20, 90], 0.85), 25)).toHaveLength(0);
  });

  test('eyes held shut are none', () => {
    expect(findBlinks(withBlinks([50], 0.2, 40), 25)).toHaveLength(0);
  });

  test('a blink that opens in steps is one', () => {
    const lids = withBlinks([50], 0.3, 2);
    lids[52] = open * 0.74;
    lids[53] = open * 0.6;
    lids[54] = open * 0.9;
    expect(findBlinks(lids, 25)).toHaveLength(1);
  });
});

describe('turns of the mouth', () => {
  test('a sine of 2 Hz turns four times a second', () => {
    const mouth = Array.from({ length: 250 }, (_, i) => Math.sin((2 * Math.PI * 2 * i) / 25));
    expect(Math.abs(countReversals(mouth, 0.3) - 40)).toBeLessThanOrEqual(1);
  });

  test('a trembling smaller than the swing does not turn', () => {
    const mouth = Array.from({ length: 250 }, (_, i) => Math.sin((2 * Math.PI * i) / 250) + 0.05 * (i % 2));
    expect(countReversals(mouth, 0.3)).toBe(2);
  });

  test('a mouth that never moves never turns', () => {
    expect(countReversals(new Float32Array(100), 0.01)).toBe(0);
  });
});

describe('the head', () => {
  test('wanders as far as both directions together', () => {
    const walk = track(101, (i) => ({ x: 300 + 30 * (i / 100), y: 200 + 40 * (i / 100) }));
    expect(wandering(walk)).toBeCloseTo(0.45, 2); // 0.9 of 0.3 and 0.4
  });

  test('a sudden step or growth is a jump, a quick nod is not', () => {
    expect(
      countJumps(
        track(50, (i) => ({ x: i < 25 ? 300 : 330 })),
        25,
      ),
    ).toBe(1);
    expect(
      countJumps(
        track(50, (i) => ({ eyeDistance: i < 25 ? 100 : 130 })),
        25,
      ),
    ).toBe(1);
    expect(
      countJumps(
        track(50, (i) => ({ y: 200 + 10 * Math.sin(i / 2) })),
        25,
      ),
    ).toBe(0);
  });

  test('frames without a face are bridged', () => {
    const gaps = [undefined, still, undefined, { ...still, yaw: 4 }, undefined];
    expect([...series(gaps, (f) => f.yaw)]).toEqual([0, 0, 2, 4, 4]);
  });
});

describe('silence', () => {
  test('only its inside counts, and only when it is long enough', () => {
    // 1 s of speech, 0.6 s of silence, 1 s of speech, 0.1 s of silence, speech.
    const db = [
      ...Array(100).fill(-20),
      ...Array(60).fill(-70),
      ...Array(100).fill(-20),
      ...Array(10).fill(-70),
      ...Array(50).fill(-20),
    ];
    const frames = silentFrames(db, -50, 100, 25, 80);
    expect(frames[0]).toBe(28); // 1.12 s
    expect(frames.at(-1)).toBe(36); // ends at 1.48 s
    expect(frames.every((frame) => frame >= 28 && frame <= 36)).toBe(true);
  });
});

test('quantiles lie between the values, ranges leave the odd moments out', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  const values = Array.from({ length: 101 }, (_, i) => i);
  values[50] = 1000;
  expect(range(values)).toBeLessThan(100);
});

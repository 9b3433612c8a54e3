// The arithmetic of "together": a lag that was put in is found, chance is told from agreement.
import { expect, test } from 'vitest';
import { atFrames, correlation, measureSync } from './sync.ts';

/** A small seeded generator, so that every run sees the same noise. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}
/** Something like speech: noise smoothed to a few swings a second, at 25 values a second. */
function syllables(seed: number, frames: number): Float32Array {
  const random = noise(seed);
  const raw = Array.from({ length: frames + 4 }, random);
  return Float32Array.from(
    { length: frames },
    (_, i) => raw[i]! + 2 * raw[i + 1]! + 3 * raw[i + 2]! + 2 * raw[i + 3]! + raw[i + 4]!,
  );
}
const shifted = (track: Float32Array, by: number) =>
  Float32Array.from(track, (_, i) => track[Math.min(track.length - 1, Math.max(0, i - by))]!);

test('correlation knows the same, the opposite, and what does not move', () => {
  const track = syllables(1, 200);
  expect(
    correlation(
      track,
      track.map((v) => 3 * v + 7),
    ),
  ).toBeCloseTo(1, 5);
  expect(
    correlation(
      track,
      track.map((v) => -v),
    ),
  ).toBeCloseTo(-1, 5);
  expect(correlation(track, new Float32Array(200).fill(4))).toBe(0);
});

test.each([0, 1, 3, -2, -5])('a mouth that comes %i frames after the sound is measured so', (by) => {
  const sound = syllables(2, 400);
  const sync = measureSync(shifted(sound, by), sound, 25);
  expect(Math.abs(sync.lag - by)).toBeLessThan(0.25);
  expect(sync.r).toBeGreaterThan(0.95);
  expect(sync.z).toBeGreaterThan(5);
});

test('a lag of half a frame is told apart from none', () => {
  const fine = syllables(7, 802);
  const sound = Float32Array.from({ length: 400 }, (_, i) => fine[2 * i + 1]!);
  const mouth = Float32Array.from({ length: 400 }, (_, i) => fine[2 * i]!);
  expect(Math.abs(measureSync(mouth, sound, 25).lag - 0.5)).toBeLessThan(0.25);
});

test('half agreement in noise stands clear of its rotations', () => {
  const sound = syllables(3, 400);
  const other = syllables(4, 400);
  const sync = measureSync(
    sound.map((v, i) => v + 1.2 * other[i]!),
    sound,
    25,
  );
  expect(sync.r).toBeGreaterThan(0.4);
  expect(sync.z).toBeGreaterThan(3);
});

test('a mouth of another speech does not pass for this one', () => {
  const zs = Array.from(
    { length: 20 },
    (_, k) => measureSync(syllables(100 + k, 400), syllables(200 + k, 400), 25).z,
  );
  expect(zs.filter((z) => z >= 3)).toHaveLength(0);
});

test('a mouth that never moves has no correlation, no lag and no z', () => {
  const sync = measureSync(new Float32Array(400).fill(0.1), syllables(5, 400), 25);
  expect(sync).toMatchObject({ r: 0, lag: 0 });
  expect(sync.z).toBeLessThan(1);
});

test('a clip too short to be rotated gets no z', () => {
  expect(measureSync(syllables(6, 60), syllables(6, 60), 25).z).toBe(0);
});

test('a track of 100 values a second is read at the frames of the video', () => {
  const ramp = Float32Array.from({ length: 100 }, (_, i) => i);
  const read = atFrames(ramp, 100, 25, 25);
  expect(read[0]).toBeCloseTo(1.5);
  expect(read[24]).toBeCloseTo(97.5);
  expect(atFrames(ramp, 100, 25, 30)[29]).toBe(0);
});

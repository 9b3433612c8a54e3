import { describe, expect, test } from 'vitest';
import { warp } from './dynamic-warp.ts';
import { isVowel, segments, stressOf } from './ipa.ts';
import { activeSpans, clippedShare, energyTrack, levels, percentile, speechActivity } from './loudness.ts';
import { pitchTrack, summarizePitch } from './pitch.ts';
import { createRidge } from './ridge.ts';
import { TONE_BANDS, toneAt, toneCentres, toneDistance, toneOf } from './tone.ts';

const RATE = 16_000;
/** A buzz with harmonics, louder in its second one, as voices often are: where octave errors come from. */
const buzz = (hzAt: (t: number) => number, seconds: number) => {
  let phase = 0;
  return Float32Array.from({ length: RATE * seconds }, (_, n) => {
    phase += (2 * Math.PI * hzAt(n / RATE)) / RATE;
    return (
      0.2 * Math.sin(phase) +
      0.4 * Math.sin(2 * phase) +
      0.2 * Math.sin(3 * phase) +
      0.1 * Math.sin(5 * phase)
    );
  });
};
const noise = (length: number, gain: number) => {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return gain * (state / 1_073_741_823.5 - 1);
  });
};

describe('pitch', () => {
  test('is that of the buzz to a hundredth, over the range of voices, without octave errors', () => {
    for (const hz of [75, 98, 140, 205, 310, 420]) {
      const summary = summarizePitch(
        pitchTrack(
          buzz(() => hz, 0.6),
          RATE,
        ),
      )!;
      expect(Math.abs(summary.medianHz / hz - 1)).toBeLessThan(0.01);
      expect(summary.spreadSemitones).toBeLessThan(0.2);
      expect(summary.voiced).toBeGreaterThan(0.95);
    }
  });

  test('the spread of a melody of two semitones is found', () => {
    const melody = buzz((t) => 150 * 2 ** ((2 * Math.SQRT2 * Math.sin(2 * Math.PI * 1.5 * t)) / 12), 2);
    const summary = summarizePitch(pitchTrack(melody, RATE))!;
    expect(Math.abs(summary.spreadSemitones - 2)).toBeLessThan(0.25);
  });

  test('noise and silence have none', () => {
    expect(summarizePitch(pitchTrack(new Float32Array(RATE), RATE))).toBeUndefined();
    const hiss = summarizePitch(pitchTrack(noise(RATE, 0.5), RATE));
    expect(hiss?.voiced ?? 0).toBeLessThan(0.05);
  });
});

describe('loudness', () => {
  const hiss = noise(RATE * 2, 0.01);
  const burst = new Float32Array(RATE * 2);
  burst.set(
    buzz(() => 120, 0.5),
    RATE * 0.7,
  );

  test('a full-scale sine has -3 dB, silence the floor', () => {
    const sine = Float32Array.from({ length: RATE }, (_, n) => Math.sin((2 * Math.PI * 500 * n) / RATE));
    expect(levels(sine, RATE)[50]).toBeCloseTo(-3.01, 1);
    expect(levels(new Float32Array(RATE), RATE)[50]).toBe(-120);
    expect(levels(sine, RATE).length).toBe(100);
  });

  test('speech is where the sound is, also over noise', () => {
    for (const sound of [burst, burst.map((value, n) => value + hiss[n]!)]) {
      const spans = activeSpans(speechActivity(levels(sound, RATE)).active);
      expect(spans).toHaveLength(1);
      expect(Math.abs(spans[0]!.startMs - 700)).toBeLessThanOrEqual(20);
      expect(Math.abs(spans[0]!.endMs - 1200)).toBeLessThanOrEqual(30);
    }
    expect(activeSpans(speechActivity(levels(noise(RATE, 0.3), RATE)).active)).toEqual([]);
  });

  test('energy is 0 in silence and 1 at the loudest, whatever the gain', () => {
    for (const gain of [1, 0.1]) {
      const energy = energyTrack(
        burst.map((value) => value * gain),
        RATE,
      );
      expect(energy.length).toBe(200);
      expect(energy[30]).toBe(0);
      expect(energy[95]).toBeGreaterThan(0.9);
    }
    expect(Math.max(...energyTrack(new Float32Array(RATE), RATE))).toBe(0);
  });

  test('flat tops are clipping, loud sines are not', () => {
    const sine = Float32Array.from({ length: RATE }, (_, n) => Math.sin((2 * Math.PI * 150 * n) / RATE));
    expect(clippedShare(sine.map((value) => Math.max(-1, Math.min(1, value * 3))))).toBeGreaterThan(0.3);
    expect(clippedShare(sine.map((value) => value * 0.6))).toBe(0);
  });

  test('percentiles are between the values', () => {
    expect(percentile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(percentile([5], 0.9)).toBe(5);
    expect(percentile([], 0.5)).toBe(0);
  });
});

describe('tone', () => {
  test('bands are 24, rising, and flat noise is nearly flat in them', () => {
    const centres = toneCentres();
    expect(centres).toHaveLength(TONE_BANDS);
    expect([...centres].sort((a, b) => a - b)).toEqual(centres);
    const pauses = noise(RATE * 2, 0.3);
    pauses.fill(0, 0, RATE / 2);
    for (const [, decibel] of toneOf(pauses, RATE)) expect(Math.abs(decibel)).toBeLessThan(2.5);
  });

  test('distance ignores loudness and finds a tilt', () => {
    const a = toneCentres().map((hz): [number, number] => [hz, 0]);
    const louder = a.map(([hz]): [number, number] => [hz, 7]);
    const tilted = a.map(([hz], band): [number, number] => [hz, band % 2 === 0 ? 3 : -3]);
    expect(toneDistance(a, louder)).toBeCloseTo(0, 9);
    expect(toneDistance(a, tilted)).toBeCloseTo(3, 1);
    expect(
      toneAt(
        [
          [100, 0],
          [400, 10],
        ],
        200,
      ),
    ).toBeCloseTo(5, 9);
    expect(
      toneAt(
        [
          [100, 1],
          [400, 10],
        ],
        50,
      ),
    ).toBe(1);
  });
});

describe('dynamic warp', () => {
  const walk = (a: number[], b: number[], band?: (row: number) => { from: number; to: number }) =>
    warp({
      rows: a.length,
      columns: b.length,
      rest: 0.1,
      cost: (row, column) => Math.abs(a[row]! - b[column]!),
      ...(band === undefined ? {} : { band }),
    });

  test('equal sequences walk the diagonal for nothing', () => {
    const { firstColumn, lastColumn, cost } = walk([1, 5, 2, 8], [1, 5, 2, 8]);
    expect([...firstColumn]).toEqual([0, 1, 2, 3]);
    expect([...lastColumn]).toEqual([0, 1, 2, 3]);
    expect(cost).toBe(0);
  });

  test('a stretched value keeps its columns together', () => {
    const { firstColumn, lastColumn } = walk([1, 9, 3], [1, 1, 9, 9, 9, 3]);
    expect([...firstColumn]).toEqual([0, 2, 5]);
    expect([...lastColumn]).toEqual([1, 4, 5]);
  });

  test('a band gives the same walk when the walk lies in it', () => {
    const a = Array.from({ length: 60 }, (_, n) => Math.sin(n / 5));
    const b = Array.from({ length: 80 }, (_, n) => Math.sin((n * 60) / 80 / 5));
    const band = (row: number) => ({ from: Math.floor(row * 1.33) - 15, to: Math.ceil(row * 1.33) + 15 });
    expect(walk(a, b, band)).toEqual(walk(a, b));
  });
});

describe('ridge', () => {
  test('finds the weights of a plane, and shrinks them when asked to', () => {
    const ridge = createRidge(2, 2);
    for (let n = 0; n < 100; n++) {
      const x = [Math.sin(n), Math.cos(n * 1.7)];
      ridge.add(x, [3 * x[0]! - 2 * x[1]! + 5, x[1]!]);
    }
    const [first, second] = ridge.solve(0) as [Float64Array, Float64Array];
    expect([...first].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([3, -2, 5]);
    expect(second[1]).toBeCloseTo(1, 6);
    expect(Math.abs(ridge.solve(10)[0]![0]!)).toBeLessThan(0.5);
  });

  test('without observations all weights are zero', () => {
    expect([...createRidge(2, 1).solve(1)[0]!]).toEqual([0, 0, 0]);
  });
});

describe('IPA', () => {
  test('is cut into segments with their marks, without stress', () => {
    expect(segments('ˈaɪ')).toEqual(['a', 'ɪ']);
    expect(segments('t͡ʃ')).toEqual(['t', 'ʃ']);
    expect(segments('ɑ̃ː')).toEqual(['ɑ̃ː']);
    expect(segments('n̩')).toEqual(['n̩']);
    expect(segments('tʰʲ')).toEqual(['tʰʲ']);
    expect(segments('ɡ')).toEqual(['g']);
    expect(segments('')).toEqual([]);
    for (const part of segments('ˌɔ̃ːʊ̯')) expect(part.length).toBeLessThanOrEqual(8);
  });

  test('knows vowels and stress', () => {
    expect(['ɑː', 'ɛ̃', 'y'].map(isVowel)).toEqual([true, true, true]);
    expect(['n̩', 'ʃ', ''].map(isVowel)).toEqual([false, false, false]);
    expect([stressOf('ˈa'), stressOf('ˌa'), stressOf('a')]).toEqual([2, 1, 0]);
  });
});

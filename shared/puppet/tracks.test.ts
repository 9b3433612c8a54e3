import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { spokenTiming } from './fixtures/spoken.ts';
import { buildTracks, poseAt, type Tracks, trackNames } from './tracks.ts';
import { visemesOf } from './visemes.ts';

const hash = (tracks: Tracks) => {
  const digest = createHash('sha256');
  for (const name of trackNames) digest.update(new Uint8Array(tracks[name].buffer));
  return digest.digest('hex');
};

const range = (track: Float32Array) => {
  const sorted = track.slice().sort();
  return sorted[Math.floor(sorted.length * 0.95)]! - sorted[Math.floor(sorted.length * 0.05)]!;
};

const openings = (tracks: Tracks, fps: number) => {
  const frames = Math.floor(((tracks.jaw.length - 1) * fps) / 100);
  return Array.from({ length: frames }, (_, i) => {
    const pose = poseAt(tracks, ((i + 0.5) * 1000) / fps);
    return pose.jaw * (1 - 0.96 * pose.close);
  });
};

test('the same times and seed give the same tracks, another seed gives others', () => {
  const timing = spokenTiming(12, 1);
  expect(hash(buildTracks(timing, 7))).toBe(hash(buildTracks(timing, 7)));
  expect(hash(buildTracks(timing, 7))).not.toBe(hash(buildTracks(timing, 8)));
});

test('blinks come 12 to 22 times a minute, irregularly, whatever the seed', () => {
  const timing = spokenTiming(60, 2);
  for (let seed = 0; seed < 12; seed++) {
    const { lids } = buildTracks(timing, seed);
    const starts: number[] = [];
    for (let i = 1; i < lids.length; i++) if (lids[i]! > 0.5 && lids[i - 1]! <= 0.5) starts.push(i);
    expect(starts.length).toBeGreaterThanOrEqual(12);
    expect(starts.length).toBeLessThanOrEqual(22);
    const gaps = starts.slice(1).map((at, k) => at - starts[k]!);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(60);
  }
});

test('every p, b and m shuts the lips on some frame at 24 frames a second', () => {
  const timing = spokenTiming(30, 3);
  const tracks = buildTracks(timing, 1);
  const closures = timing.phones.filter(({ phone }) => 'pbm'.includes(phone) && phone !== '');
  expect(closures.length).toBeGreaterThan(10);
  for (const { startMs, endMs } of closures) {
    let most = 0;
    for (let frame = 0; frame < 30 * 24; frame++) {
      const ms = ((frame + 0.5) * 1000) / 24;
      if (ms > startMs - 60 && ms < endMs + 20) most = Math.max(most, poseAt(tracks, ms).close);
    }
    expect(most).toBeGreaterThan(0.97);
  }
});

test('the mouth turns back as often as people do, never chattering', () => {
  const tracks = buildTracks(spokenTiming(30, 4), 1);
  const values = openings(tracks, 25);
  const swing = 0.2 * range(Float32Array.from(values));
  let reversals = 0;
  let rising = true;
  let extreme = values[0]!;
  for (const value of values) {
    if (rising ? value > extreme : value < extreme) extreme = value;
    else if (Math.abs(value - extreme) > swing) {
      reversals++;
      rising = !rising;
      extreme = value;
    }
  }
  expect(reversals / 30).toBeGreaterThan(2.5);
  expect(reversals / 30).toBeLessThan(5.5);
});

test('silence moves no mouth, but the face lives', () => {
  const timing = { durationMs: 12_000, source: 'engine' as const, phones: [], words: [], energy: [] };
  const tracks = buildTracks(timing, 1);
  for (const name of ['jaw', 'wide', 'round', 'close', 'tuck', 'upper'] as const)
    expect(Math.max(...tracks[name])).toBe(0);
  expect(Math.max(...tracks.lids)).toBe(1);
  expect(range(tracks.yaw)).toBeGreaterThan(0.3);
});

test('the head moves as far as a speaker moves it, and never jumps', () => {
  for (let seed = 0; seed < 8; seed++) {
    const tracks = buildTracks(spokenTiming(20, seed), seed);
    expect(range(tracks.yaw)).toBeGreaterThan(5.5);
    expect(range(tracks.yaw)).toBeLessThan(14);
    expect(range(tracks.brows)).toBeGreaterThan(0.3);
    for (let i = 4; i < tracks.yaw.length; i++) {
      expect(Math.abs(tracks.yaw[i]! - tracks.yaw[i - 4]!)).toBeLessThan(2.2);
      expect(Math.abs(tracks.x[i]! - tracks.x[i - 4]!)).toBeLessThan(0.03);
    }
  }
});

test('motion, expression and blinking can each be turned off alone', () => {
  const timing = spokenTiming(12, 1);
  const still = buildTracks(timing, 1, { motion: 0, expression: 0, blinking: 0 });
  expect(range(still.yaw)).toBe(0);
  expect(range(still.brows)).toBe(0);
  expect(Math.max(...still.lids)).toBe(0);
  expect(range(still.jaw)).toBeGreaterThan(0.1);
});

test('a recording without known phones moves the mouth by its measured shape', () => {
  const n = 1200;
  const wave = Array.from({ length: n }, (_, i) => 0.5 + 0.5 * Math.sin(i / 12));
  const timing = {
    durationMs: n * 10,
    source: 'regression' as const,
    phones: [],
    words: [],
    energy: wave.map(() => 0.8),
    mouth: { jaw: wave, wide: wave, round: wave.map(() => 0), close: wave.map(() => 0) },
  };
  const tracks = buildTracks(timing, 1);
  expect(range(tracks.jaw)).toBeGreaterThan(0.5);
  const silent = buildTracks({ ...timing, energy: wave.map(() => 0) }, 1);
  expect(Math.max(...silent.jaw)).toBe(0);
});

test('phones of twenty languages have a mouth; rounded, spread, closed and open ones differ', () => {
  const samples =
    'p b t d ʈ ɖ c ɟ k ɡ g q ʔ m ɱ n ɳ ɲ ŋ r ɾ ɽ ʁ ʀ ɸ β f v θ ð s z ʃ ʒ ʂ ʐ ɕ ʑ ç ʝ x ɣ χ ħ ʕ h ɦ l ɫ ʎ ɭ j w ɥ ɹ ɻ i y ɨ ʉ ɯ u ɪ ʏ ʊ e ø ɵ ɤ o ə ɚ ɛ œ ɜ ʌ ɔ æ ɐ a ɶ ɑ ɒ tʃ dʒ ts pf aɪ aʊ ɔʏ eɪ oʊ ɑː iː tʲ kʷ ɛ̃ ɔ̃ l̩ tʰ r̝ '
      .trim()
      .split(' ');
  for (const phone of samples) {
    const parts = visemesOf(phone);
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
    for (const { viseme } of parts)
      for (const value of Object.values(viseme)) expect(value >= 0 && value <= 1).toBe(true);
  }
  expect(visemesOf('')).toEqual([]);
  expect(visemesOf('m')[0]!.viseme.close).toBe(1);
  expect(visemesOf('v')[0]!.viseme.tuck).toBe(1);
  expect(visemesOf('u')[0]!.viseme.round).toBeGreaterThan(0.8);
  expect(visemesOf('iː')[0]!.viseme.wide).toBeGreaterThan(0.8);
  expect(visemesOf('ɑː')[0]!.viseme.jaw).toBeGreaterThan(0.9);
  expect(visemesOf('☃')).toHaveLength(1);
});

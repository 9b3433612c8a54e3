import { seededRandom } from '@myspinbot/shared/puppet/seeded-random.ts';
import { isVowel } from '@myspinbot/shared/speech/ipa.ts';
import { levels, percentile } from '@myspinbot/shared/speech/loudness.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import type { Phone, Word } from '@myspinbot/shared/speech/timing.ts';
import { describe, expect, test } from 'vitest';
import type { Sound } from '../../media/sound.ts';
import { type FliteVoice, speakWithFlite } from '../speech/flite.ts';
import { alignRecording } from './align.ts';
import { createBuiltinTiming } from './builtin.ts';
import { timingContract } from './contract.ts';
import { mouthFromSound } from './mouth.ts';
import { disguise, mouthTargets } from './train-mouth.ts';

/** Sentences that the mouth model was not trained on. */
const sentences = [
  'The birch canoe slid on the smooth planks.',
  'Glue the sheet to the dark blue background.',
  "It's easy to tell the depth of a well, but these days a chicken leg is a rare dish.",
  'Rice is often served in round bowls. The juice of lemons makes fine punch.',
  'Four hours of steady work faced us, and a large size in stockings is hard to sell.',
  'The boy was there when the sun rose; a rod is used to catch pink salmon.',
];
const never = new AbortController().signal;

async function recording(text: string, voice: FliteVoice) {
  const spoken = (await speakWithFlite(text, voice, { stretch: 1, melody: 1 }))!;
  const sound: Sound = { samples: resample(spoken.samples, spoken.sampleRate, 48_000), sampleRate: 48_000 };
  return { sound, phones: spoken.phones, words: spoken.words };
}

timingContract('builtin', createBuiltinTiming, async () => {
  const text = `${sentences[0]} ${sentences[4]}`;
  const [first, second] = [await recording(sentences[0]!, 'rms'), await recording(sentences[4]!, 'rms')];
  const gap = 48_000;
  const samples = new Float32Array(first.sound.samples.length + gap + second.sound.samples.length);
  samples.set(first.sound.samples);
  samples.set(second.sound.samples, first.sound.samples.length + gap);
  const shiftMs = (first.sound.samples.length + gap) / 48;
  const later = <T extends { startMs: number; endMs: number }>(item: T): T => ({
    ...item,
    startMs: item.startMs + shiftMs,
    endMs: item.endMs + shiftMs,
  });
  const silence: Phone = {
    phone: '',
    startMs: first.phones.at(-1)!.endMs,
    endMs: later(second.phones[0]!).startMs,
    stress: 0,
  };
  const words: Word[] = [...first.words, ...second.words.map(later)].map((word) => ({
    ...word,
    endsSentence: word.text.endsWith('.'),
  }));
  return {
    sound: { samples, sampleRate: 48_000 },
    text,
    phones: [...first.phones, silence, ...second.phones.map(later)],
    words,
  };
});

/** Both engines name sounds in their own way; length and small differences in quality do not matter here. */
const plainName: Readonly<Record<string, string>> = { ɚ: 'ɝ', ɜ: 'ɝ', ɐ: 'ə', ᵻ: 'ɪ', ɾ: 't' };
const plain = (phone: string) => {
  const short = phone.replace(/ː/g, '');
  return plainName[short] ?? short;
};

/** Pairs of phones that are the same in both lists, by edit distance. */
function samePhones(truth: readonly Phone[], found: readonly Phone[]): [Phone, Phone][] {
  const [a, b] = [truth, found];
  const differ = (i: number, j: number) => {
    const [x, y] = [plain(a[i]!.phone), plain(b[j]!.phone)];
    return x === y ? 0 : isVowel(x) && isVowel(y) ? 0.6 : 1.6;
  };
  const cost = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      cost[i]![j] = Math.min(
        cost[i - 1]![j - 1]! + differ(i - 1, j - 1),
        cost[i - 1]![j]! + 1,
        cost[i]![j - 1]! + 1,
      );
  const pairs: [Phone, Phone][] = [];
  let [i, j] = [a.length, b.length];
  while (i > 0 && j > 0) {
    if (Math.abs(cost[i - 1]![j - 1]! + differ(i - 1, j - 1) - cost[i]![j]!) < 1e-9) {
      if (differ(i - 1, j - 1) < 1) pairs.push([a[i - 1]!, b[j - 1]!]);
      i--;
      j--;
    } else if (Math.abs(cost[i - 1]![j]! + 1 - cost[i]![j]!) < 1e-9) i--;
    else j--;
  }
  return pairs;
}

describe('alignment', () => {
  test('finds known phones: median within 30 ms, nine tenths within 80 ms', async () => {
    for (const voice of ['awb', 'rms'] as const) {
      const errors: number[] = [];
      let [used, seconds] = [0, 0];
      for (const text of sentences) {
        const { sound, phones } = await recording(text, voice);
        const started = process.cpuUsage();
        const aligned = await alignRecording(sound, text, 'en', never);
        const { user, system } = process.cpuUsage(started);
        used += (user + system) / 1000;
        seconds += sound.samples.length / 48_000;
        if (!aligned.ok) throw new Error(`${voice} was refused: ${aligned.why}`);
        const found = aligned.phones.filter((phone) => phone.phone !== '');
        for (const [a, b] of samePhones(phones, found))
          errors.push(Math.abs(a.startMs + a.endMs - b.startMs - b.endMs) / 2);
      }
      const within = errors.filter((error) => error <= 80).length / errors.length;
      process.stdout.write(
        `alignment ${voice}: ${errors.length} phones, median ${percentile(errors, 0.5).toFixed(0)} ms, ` +
          `p90 ${percentile(errors, 0.9).toFixed(0)} ms, ${(within * 100).toFixed(1)} % within 80 ms, ` +
          `${(used / seconds).toFixed(0)} ms of processor per second\n`,
      );
      expect(percentile(errors, 0.5)).toBeLessThanOrEqual(30);
      expect(within).toBeGreaterThanOrEqual(0.9);
    }
  });

  test('noise, another throat and another pace leave the words where they are', async () => {
    const random = seededRandom(11);
    for (const text of sentences.slice(2, 5)) {
      const { sound, phones, words } = await recording(text, 'rms');
      const clip = { plain: resample(sound.samples, 48_000, 16_000), phones, voice: 'rms' };
      const other = disguise(clip, random);
      const speed = clip.plain.length / other.plain.length;
      const samples = resample(other.plain, 16_000, 48_000);
      const aligned = await alignRecording({ samples, sampleRate: 48_000 }, text, 'en', never);
      if (!aligned.ok) throw new Error(`refused: ${aligned.why} ${aligned.share}`);
      const errors = aligned.words.map((word, index) =>
        Math.abs(word.startMs - words[index]!.startMs / speed),
      );
      expect(percentile(errors, 0.5)).toBeLessThan(50);
    }
  });

  test('the words of another sentence are refused', async () => {
    let accepted = 0;
    for (const voice of ['awb', 'rms'] as const) {
      for (const [index, text] of sentences.entries()) {
        const { sound } = await recording(text, voice);
        const other = sentences[(index + 1) % sentences.length]!;
        if ((await alignRecording(sound, other, 'en', never)).ok) accepted++;
      }
    }
    expect(accepted).toBeLessThanOrEqual(1);
  });
});

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (list: ArrayLike<number>) =>
    Array.from(list).reduce((sum, value) => sum + value, 0) / list.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squareA, squareB] = [0, 0, 0];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    both += (a[index]! - meanA) * (b[index]! - meanB);
    squareA += (a[index]! - meanA) ** 2;
    squareB += (b[index]! - meanB) ** 2;
  }
  return both / Math.sqrt(squareA * squareB + 1e-12);
}

describe('mouth from the sound alone', () => {
  test('follows the true jaw better than loudness does, also when the recording is disguised', async () => {
    const random = seededRandom(5);
    const figures: Record<string, number[]> = { jaw: [], wide: [], round: [], loudness: [], shifted: [] };
    for (const voice of ['slt', 'rms', 'awb'] as const) {
      for (const text of sentences.slice(2)) {
        const { sound, phones } = await recording(text, voice);
        const clip = disguise({ plain: resample(sound.samples, 48_000, 16_000), phones, voice }, random);
        const count = Math.ceil(clip.plain.length / 160);
        const [jaw, wide, round] = mouthTargets(clip.phones, count);
        const mouth = mouthFromSound({ samples: Float32Array.from(clip.plain), sampleRate: 16_000 });
        const loud = Array.from(levels(clip.plain, 16_000), (value) => Math.max(value, -45));
        figures.jaw!.push(correlation(mouth.jaw, jaw!));
        figures.wide!.push(correlation(mouth.wide, wide!));
        figures.round!.push(correlation(mouth.round, round!));
        figures.loudness!.push(correlation(loud, jaw!));
        const half = Math.floor(count / 2);
        figures.shifted!.push(correlation([...mouth.jaw.slice(half), ...mouth.jaw.slice(0, half)], jaw!));
      }
    }
    const medians = Object.entries(figures).map(([name, list]) => [name, percentile(list, 0.5)] as const);
    process.stdout.write(
      `mouth by sound: ${medians.map(([name, r]) => `${name} ${r.toFixed(2)}`).join(', ')}\n`,
    );
    const median = Object.fromEntries(medians);
    expect(median.jaw).toBeGreaterThan(0.7);
    expect(median.jaw).toBeGreaterThan(median.loudness! + 0.05);
    expect(median.wide).toBeGreaterThan(0.35);
    expect(median.round).toBeGreaterThan(0.25);
    expect(Math.abs(median.shifted!)).toBeLessThan(0.4);
  });
});

// Makes mouth-model.json: speaks sentences with the built-in engines, whose phones are known, makes the sound
// as different as recordings are (throat length, tone, room, noise), and fits the linear model of mouth.ts.
// Run: npx tsx agent/engines/timing/train-mouth.ts [--check]   (--check only prints how well held-out voices go)
import { writeFile } from 'node:fs/promises';
import { between, type Random, seededRandom } from '@myspinbot/shared/puppet/seeded-random.ts';
import { hannSmooth } from '@myspinbot/shared/puppet/smoothing.ts';
import { visemesOf } from '@myspinbot/shared/puppet/visemes.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import { createRidge } from '@myspinbot/shared/speech/ridge.ts';
import type { Phone } from '@myspinbot/shared/speech/timing.ts';
import { speakWithEspeak } from '../speech/espeak.ts';
import { type FliteVoice, speakWithFlite } from '../speech/flite.ts';
import type { Utterance } from '../speech/utterance.ts';
import { MOUTH_INPUTS, MOUTH_TARGETS, mouthInputs } from './mouth.ts';
import { COMPARE_HZ } from './reference.ts';
import { trainingSentences } from './training-sentences.ts';

/** Penalty on the weights, chosen on held-out voices among 0.01, 0.03, 0.1 and 0.3: the curve is flat there. */
const STRENGTH = 0.1;
const SEED = 20;

export interface Clip {
  /** At COMPARE_HZ. */
  plain: Float32Array;
  phones: Phone[];
  voice: string;
}

/** Every sentence by the voices whose name `wanted` accepts. */
export async function speakClips(wanted: (voice: string, sentence: number) => boolean): Promise<Clip[]> {
  const clips: Clip[] = [];
  const keep = (voice: string, spoken: Utterance | undefined) => {
    if (spoken === undefined) return;
    const plain = resample(spoken.samples, spoken.sampleRate, COMPARE_HZ);
    clips.push({ plain, phones: spoken.phones, voice });
  };
  for (const [lang, sentences] of Object.entries(trainingSentences)) {
    const flite: FliteVoice[] = lang === 'en-us' ? ['slt', 'rms', 'awb', 'kal'] : [];
    const espeak = ['', '+f2', '+m3', '+f5', '+m7'].map((variant) => `${lang}${variant}`);
    for (const [index, sentence] of sentences.entries()) {
      for (const voice of flite)
        if (wanted(voice, index))
          keep(voice, await speakWithFlite(sentence, voice, { stretch: 1, melody: 1.2 }));
      for (const voice of espeak)
        if (wanted(voice, index))
          keep(voice, await speakWithEspeak(sentence, voice, { stretch: 1, melody: 1.2 }));
    }
  }
  return clips;
}

/** Mouth targets of known phones, one row of MOUTH_TARGETS per frame. */
export function mouthTargets(phones: readonly Phone[], count: number): Float32Array[] {
  const tracks = MOUTH_TARGETS.map(() => new Float32Array(count));
  for (const phone of phones) {
    let from = phone.startMs;
    for (const { viseme, share } of visemesOf(phone.phone)) {
      const to = from + (phone.endMs - phone.startMs) * share;
      for (let frame = Math.round(from / 10); frame < Math.min(count, Math.round(to / 10)); frame++)
        MOUTH_TARGETS.forEach((name, target) => {
          tracks[target]![frame] = viseme[name];
        });
      from = to;
    }
  }
  // The jaw and the lips are slower than the sounds; a closure stays short.
  const widths: Record<(typeof MOUTH_TARGETS)[number], number> = { jaw: 11, wide: 13, round: 13, close: 5 };
  return tracks.map((track, target) => hannSmooth(track, widths[MOUTH_TARGETS[target]!]));
}

/** The clip as another person, microphone and room would have it; times scale with `speed`. */
export function disguise(clip: Clip, random: Random): Clip {
  // Playing faster shortens the throat as well as the words; both are learned together.
  const speed = between(random, 0.84, 1.2);
  const heard = resample(clip.plain, Math.round(COMPARE_HZ * speed), COMPARE_HZ);
  const phones = clip.phones.map((phone) => ({
    ...phone,
    startMs: phone.startMs / speed,
    endMs: phone.endMs / speed,
  }));
  const tilt = between(random, -0.6, 0.6);
  const echo = between(random, 0, 0.35);
  const delays = [0.011, 0.019, 0.031, 0.047].map((s) =>
    Math.round(s * between(random, 0.8, 1.3) * COMPARE_HZ),
  );
  const out = new Float32Array(heard.length);
  let before = 0;
  let peak = 1e-6;
  for (let index = 0; index < heard.length; index++) {
    let value = heard[index]! - tilt * before;
    before = heard[index]!;
    delays.forEach((delay, k) => {
      value += (echo / (k + 1)) * (heard[index - delay] ?? 0);
    });
    out[index] = value;
    peak = Math.max(peak, Math.abs(value));
  }
  const noise = 10 ** (-between(random, 30, 60) / 20);
  let brown = 0;
  for (let index = 0; index < out.length; index++) {
    brown = 0.95 * brown + 0.05 * between(random, -1, 1);
    out[index] = out[index]! / peak + noise * (between(random, -1, 1) * 0.5 + brown * 2);
  }
  return { plain: out, phones, voice: clip.voice };
}

/** Fits the model on clips, each as it is and disguised `times` times. */
export function fit(clips: readonly Clip[], times: number, strength = STRENGTH): number[][] {
  const random = seededRandom(SEED);
  const ridge = createRidge(MOUTH_INPUTS, MOUTH_TARGETS.length);
  const learn = (clip: Clip) => {
    const { rows, count, active } = mouthInputs(clip.plain);
    const targets = mouthTargets(clip.phones, count);
    for (let frame = 0; frame < count; frame++) {
      if (active[frame] !== 1) continue; // the gate, not the model, closes the mouth in silence
      ridge.add(
        rows.subarray(frame * MOUTH_INPUTS, (frame + 1) * MOUTH_INPUTS),
        targets.map((track) => track[frame]!),
      );
    }
  };
  for (const clip of clips) {
    learn(clip);
    for (let time = 0; time < times; time++) learn(disguise(clip, random));
  }
  return ridge.solve(strength).map((row) => Array.from(row, (value) => Math.round(value * 1e5) / 1e5));
}

async function main(): Promise<void> {
  const clips = await speakClips(() => true);
  const weights = fit(clips, 2);
  const model = {
    what: 'Linear model from 117 normalised cepstra (13 coefficients at -80 to 80 ms) to jaw, wide, round, close.',
    how: 'Made by train-mouth.ts: ridge regression on sentences of training-sentences.ts spoken by Flite and eSpeak NG.',
    seconds: Math.round(clips.reduce((sum, clip) => sum + clip.plain.length, 0) / COMPARE_HZ),
    voices: new Set(clips.map((clip) => clip.voice)).size,
    strength: STRENGTH,
    seed: SEED,
    weights,
  };
  const path = new URL('./mouth-model.json', import.meta.url);
  await writeFile(path, `${JSON.stringify(model)}\n`);
  process.stdout.write(`${clips.length} clips, ${model.seconds} s, ${model.voices} voices\n`);
}

if (process.argv[1]?.endsWith('train-mouth.ts') === true) await main();

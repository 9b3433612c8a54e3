// What the mouth does, heard from the sound alone: a linear model of the spectrum around each moment, trained
// on synthetic speech whose phones are known (train-mouth.ts), leaned on a plain rule that holds for any
// voice: the wider the mouth, the more sound leaves it between the first two formants. Silence closes it.
import { clamp, hannSmooth } from '@myspinbot/shared/puppet/smoothing.ts';
import { createPowerSpectrum, hann } from '@myspinbot/shared/speech/fourier.ts';
import { levels, percentile, speechActivity } from '@myspinbot/shared/speech/loudness.ts';
import { cepstra, hertzOfMel, melOf, normalize } from '@myspinbot/shared/speech/mel.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import { type MouthTrack, TRACK_HZ } from '@myspinbot/shared/speech/timing.ts';
import type { Sound } from '../../media/sound.ts';
import model from './mouth-model.json' with { type: 'json' };
import { COMPARE_HZ } from './reference.ts';

/** Frames whose coefficients are looked at together: 80 ms to each side. */
export const OFFSETS = [-8, -6, -4, -2, 0, 2, 4, 6, 8] as const;
const COEFFICIENTS = 13;
export const MOUTH_INPUTS = OFFSETS.length * COEFFICIENTS;
export const MOUTH_TARGETS = ['jaw', 'wide', 'round', 'close'] as const;

export interface MouthInputs {
  /** Row per frame of MOUTH_INPUTS values. */
  rows: Float32Array;
  count: number;
  active: Uint8Array;
}

/** The model's inputs: cepstra normalised over the speech of the clip, so that voice and microphone go. */
export function mouthInputs(plain: Float32Array): MouthInputs {
  const { active } = speechActivity(levels(plain, COMPARE_HZ));
  const frames = normalize(cepstra(plain, COMPARE_HZ, { highHz: 7000 }), active);
  const { count, width, data } = frames;
  const rows = new Float32Array(count * MOUTH_INPUTS);
  for (let frame = 0; frame < count; frame++) {
    OFFSETS.forEach((offset, place) => {
      const at = clamp(frame + offset, 0, count - 1);
      for (let c = 0; c < COEFFICIENTS; c++) {
        // A pause is far outside what speech does: it must not pull at its neighbours.
        rows[frame * MOUTH_INPUTS + place * COEFFICIENTS + c] = clamp(data[at * width + c]!, -3, 3);
      }
    });
  }
  return { rows, count, active };
}

/**
 * How much the plain rule counts beside the model. On held-out synthetic voices and sentences both follow the
 * known jaw equally well (correlation 0.83 and 0.82; loudness alone 0.57), but the rule knows no voice.
 */
const RULE_SHARE = 0.5;
/** The quiet and the loud ends of a clip's own track, brought to these. */
const LOW_SHARE = 0.08;
const HIGH_SHARE = 0.93;

/** Mouth shape over time of a recording without known words. */
export function mouthFromSound(sound: Sound): MouthTrack {
  const plain = resample(sound.samples, sound.sampleRate, COMPARE_HZ);
  const { rows, count, active } = mouthInputs(plain);
  const predicted = MOUTH_TARGETS.map((_, target) => predict(rows, count, model.weights[target]!));
  const rule = openness(plain, count, active);
  const [jaw, wide, round, close] = predicted as [Float32Array, Float32Array, Float32Array, Float32Array];
  const learned = stretched(jaw, active, 0.06, 0.9);
  const open = learned.map((value, frame) => value * (1 - RULE_SHARE) + rule[frame]! * RULE_SHARE);
  const spread = stretched(wide, active, 0, 0.75);
  const pursed = stretched(round, active, 0, 0.85);
  const shut = stretched(close, active, 0, 1);
  const gate = gateOf(active);
  const finish = (track: Float32Array) =>
    Array.from(track, (value, frame) => Math.round(clamp(value * gate[frame]!, 0, 1) * 1000) / 1000);
  return {
    jaw: finish(hannSmooth(open, 5)),
    wide: finish(spread.map((value, frame) => value * (1 - 0.6 * pursed[frame]!))),
    round: finish(pursed.map((value, frame) => value * (1 - 0.5 * spread[frame]!))),
    // Lips can only be together where little sound comes out.
    close: finish(shut.map((value, frame) => value * clamp(1.25 - 2.2 * rule[frame]!, 0, 1))),
  };
}

function predict(rows: Float32Array, count: number, weights: readonly number[]): Float32Array {
  const out = new Float32Array(count);
  for (let frame = 0; frame < count; frame++) {
    let sum = weights[MOUTH_INPUTS]!;
    const at = frame * MOUTH_INPUTS;
    for (let input = 0; input < MOUTH_INPUTS; input++) sum += weights[input]! * rows[at + input]!;
    out[frame] = sum;
  }
  return out;
}

/** A regression shrinks towards its mean: the clip's own range is brought back to `low`..`high`. */
function stretched(track: Float32Array, active: Uint8Array, low: number, high: number): Float32Array {
  const spoken = track.filter((_, frame) => active[frame] === 1);
  const from = percentile(spoken, LOW_SHARE);
  const to = percentile(spoken, HIGH_SHARE);
  const span = Math.max(1e-3, to - from);
  return track.map((value) => clamp(low + ((value - from) / span) * (high - low), 0, 1));
}

/** From shut lips to open ones: where the first two formants lie. */
const RULE_LOW_HZ = 420;
const RULE_HIGH_HZ = 2600;
/** A closed mouth hums below this; an open vowel has less here than above. */
const HUM_HZ = 320;
/** From a vowel's middle to a consonant, dB. */
const RULE_SPAN_DB = 22;

/** 0..1 from energy alone: loudness between the formants, and how far it stands above the hum. */
function openness(plain: Float32Array, count: number, active: Uint8Array): Float32Array {
  const size = 512;
  const window = hann(400);
  const spectrum = createPowerSpectrum(size);
  const power = new Float32Array(size / 2 + 1);
  const frame = new Float32Array(window.length);
  const hop = COMPARE_HZ / TRACK_HZ;
  const bin = (hz: number) => Math.round((hz * size) / COMPARE_HZ);
  const formants = new Float32Array(count);
  const lift = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const start = Math.round((index + 0.5) * hop) - (window.length >> 1);
    for (let n = 0; n < window.length; n++) frame[n] = (plain[start + n] ?? 0) * window[n]!;
    spectrum.measure(frame, power);
    // Bands of equal width to the ear, so that one strong harmonic does not decide.
    const middle = meanLog(power, RULE_LOW_HZ, RULE_HIGH_HZ, bin);
    formants[index] = middle;
    lift[index] = middle - meanLog(power, 90, HUM_HZ, bin);
  }
  const loud = percentile(
    formants.filter((_, index) => active[index] === 1),
    0.95,
  );
  const lifts = lift.filter((_, index) => active[index] === 1);
  const liftLow = percentile(lifts, 0.1);
  const liftSpan = Math.max(3, percentile(lifts, 0.9) - liftLow);
  return formants.map((value, index) => {
    const level = clamp((value - (loud - RULE_SPAN_DB)) / RULE_SPAN_DB, 0, 1);
    const colour = clamp((lift[index]! - liftLow) / liftSpan, 0, 1);
    return level * (0.55 + 0.45 * colour);
  });
}

/** Mean level in dB over mel-spaced bands between two frequencies. */
function meanLog(power: Float32Array, lowHz: number, highHz: number, bin: (hz: number) => number): number {
  const bands = 6;
  const low = melOf(lowHz);
  const step = (melOf(highHz) - low) / bands;
  let sum = 0;
  for (let band = 0; band < bands; band++) {
    const from = bin(hertzOfMel(low + band * step));
    const to = Math.max(from + 1, bin(hertzOfMel(low + (band + 1) * step)));
    let total = 0;
    for (let k = from; k < to; k++) total += power[k]!;
    sum += 10 * Math.log10(total / (to - from) + 1e-9);
  }
  return sum / bands;
}

/** 1 in speech, 0 in silence, with edges of about 60 ms. */
function gateOf(active: Uint8Array): Float32Array {
  const smooth = hannSmooth(Float32Array.from(active), 9);
  return smooth.map((value, frame) => (active[frame] === 1 ? Math.min(1, value * 1.4) : value * 0.3));
}

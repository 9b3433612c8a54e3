// How far a mouth is likely open, predicted from the sound alone: a fixed linear model of 24 mel bands in nine
// frames from -80 to +80 ms. Where the weights come from: `npx tsx e2e/judge/train-opening.ts` has ten of the
// product's own synthetic voices speak some thirty sentences; they know when they say which phone, and the
// target is a table of jaw heights by phone after phonetics textbooks (open vowels 1, close vowels .35, p b m 0;
// see train-opening.ts), smoothed over 120 ms; ridge regression. Neither the photo, the renderer nor its mouth
// shapes take part. On voices it had not heard it reaches .83 to .91 of that target; on people it was not
// measured, and there .40 with the mouth is what real people themselves reach. Each clip's bands are brought to
// mean 0 and deviation 1 first, so that loudness, microphone and speaker matter little. Loudness itself would
// be a bad judge: real people follow it with .27 only.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BANDS, type MelBands, silenceLevel } from './spectrum.ts';

/** Frames (10 ms) that are looked at around each. */
export const TAPS = [-8, -6, -4, -2, 0, 2, 4, 6, 8] as const;
export const INPUTS = TAPS.length * BANDS + 1;

interface Weights {
  /** INPUTS numbers: bands of the first tap, of the second, ..., then the constant. */
  weights: number[];
  /** What it reached on voices it had not heard, by voice. For people; not used. */
  heldOut: Record<string, number>;
}

/** Bands with mean 0 and deviation 1 over the frames in which somebody speaks; silence is clamped. */
export function normalise(bands: MelBands): Float32Array {
  const out = new Float32Array(bands.log.length);
  const floor = silenceLevel(bands.db);
  for (let band = 0; band < BANDS; band++) {
    let sum = 0;
    let squares = 0;
    let count = 0;
    for (let frame = 0; frame < bands.frames; frame++) {
      if (bands.db[frame]! < floor) continue;
      const value = bands.log[frame * BANDS + band]!;
      sum += value;
      squares += value * value;
      count++;
    }
    const mean = count === 0 ? 0 : sum / count;
    const deviation = count === 0 ? 1 : Math.sqrt(Math.max(1e-3, squares / count - mean * mean));
    for (let frame = 0; frame < bands.frames; frame++) {
      const value = (bands.log[frame * BANDS + band]! - mean) / deviation;
      out[frame * BANDS + band] = Math.max(-3, Math.min(3, value));
    }
  }
  return out;
}

/** Writes the inputs of one frame into `into` (INPUTS numbers). */
export function gather(normalised: Float32Array, frames: number, frame: number, into: Float64Array): void {
  let at = 0;
  for (const tap of TAPS) {
    const from = Math.max(0, Math.min(frames - 1, frame + tap)) * BANDS;
    for (let band = 0; band < BANDS; band++) into[at++] = normalised[from + band]!;
  }
  into[at] = 1;
}

/** Predicted opening, 100 values a second, in no particular unit. */
export function predictOpening(bands: MelBands, weights = shippedWeights()): Float32Array {
  const normalised = normalise(bands);
  const inputs = new Float64Array(INPUTS);
  const out = new Float32Array(bands.frames);
  for (let frame = 0; frame < bands.frames; frame++) {
    gather(normalised, bands.frames, frame, inputs);
    let sum = 0;
    for (let i = 0; i < INPUTS; i++) sum += weights[i]! * inputs[i]!;
    out[frame] = sum;
  }
  return out;
}

function shippedWeights(): readonly number[] {
  const file = join(import.meta.dirname, 'opening-weights.json');
  const { weights } = JSON.parse(readFileSync(file, 'utf8')) as Weights;
  if (weights.length !== INPUTS)
    throw new Error(`${file} has ${weights.length} weights, ${INPUTS} are needed`);
  return weights;
}

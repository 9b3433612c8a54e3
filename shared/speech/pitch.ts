// Fundamental frequency over time. It measures the voice's pitch only; what is speech and what is noise it
// tells by how periodic a frame is.
import { percentile } from './loudness.ts';

export interface PitchOptions {
  lowHz?: number;
  highHz?: number;
  /** Between two measurements. */
  hopMs?: number;
}

/** De Cheveigné's threshold: a dip of the normalised difference below this is a period. */
const PERIODIC = 0.15;

/**
 * Pitch in Hz, one value per hop, 0 where the frame is not voiced. `sampleRate` should be 8 to 16 kHz: more
 * costs time and adds nothing.
 *
 * YIN: A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music",
 * JASA 111(4), 2002: steps 2 (difference), 3 (cumulative mean), 4 (absolute threshold) and 5 (parabola).
 * Then octave jumps are folded towards the clip's own median.
 */
export function pitchTrack(
  samples: Float32Array,
  sampleRate: number,
  options: PitchOptions = {},
): Float32Array<ArrayBuffer> {
  const lowHz = options.lowHz ?? 60;
  const highHz = options.highHz ?? 450;
  const hop = Math.round(((options.hopMs ?? 10) * sampleRate) / 1000);
  const longest = Math.ceil(sampleRate / lowHz);
  const shortest = Math.max(2, Math.floor(sampleRate / highHz));
  const window = longest;
  const count = Math.max(0, Math.floor((samples.length - window - longest) / hop) + 1);
  const track = new Float32Array(count);
  const difference = new Float64Array(longest + 2);
  let peak = 0;
  for (let index = 0; index < samples.length; index++) peak = Math.max(peak, Math.abs(samples[index]!));
  const quiet = (peak * 0.02) ** 2 * window;

  for (let frame = 0; frame < count; frame++) {
    const start = frame * hop;
    let energy = 0;
    for (let n = 0; n < window; n++) energy += samples[start + n]! ** 2;
    if (energy <= quiet) continue;
    let sum = 0;
    difference[0] = 1;
    for (let lag = 1; lag <= longest; lag++) {
      let d = 0;
      for (let n = start; n < start + window; n++) {
        const delta = samples[n]! - samples[n + lag]!;
        d += delta * delta;
      }
      sum += d;
      difference[lag] = sum <= 0 ? 1 : (d * lag) / sum;
    }
    const lag = firstDip(difference, shortest, longest);
    if (lag > 0) track[frame] = sampleRate / refine(difference, lag, longest);
  }
  foldOctaves(track);
  return track;
}

function firstDip(difference: Float64Array, shortest: number, longest: number): number {
  for (let lag = shortest; lag < longest; lag++) {
    if (difference[lag]! >= PERIODIC) continue;
    let dip = lag;
    while (dip + 1 <= longest && difference[dip + 1]! < difference[dip]!) dip++;
    return dip;
  }
  return 0;
}

/** The minimum of the parabola through a dip and its neighbours. */
function refine(difference: Float64Array, lag: number, longest: number): number {
  if (lag <= 1 || lag >= longest) return lag;
  const before = difference[lag - 1]!;
  const here = difference[lag]!;
  const after = difference[lag + 1]!;
  const curve = before - 2 * here + after;
  return curve <= 0 ? lag : lag + (0.5 * (before - after)) / curve;
}

/** A lone octave error is nearer to the median after doubling or halving; a real glide is not. */
function foldOctaves(track: Float32Array): void {
  const voiced = track.filter((hz) => hz > 0);
  if (voiced.length < 8) return;
  const median = percentile(voiced, 0.5);
  for (let frame = 0; frame < track.length; frame++) {
    const hz = track[frame]!;
    if (hz <= 0) continue;
    if (hz > median * 1.75 && Math.abs(Math.log2(hz / 2 / median)) < 0.2) track[frame] = hz / 2;
    else if (hz < median / 1.75 && Math.abs(Math.log2((hz * 2) / median)) < 0.2) track[frame] = hz * 2;
  }
}

export interface PitchSummary {
  medianHz: number;
  /** Standard deviation around the median in semitones, of the inner 96 % of values. */
  spreadSemitones: number;
  /** Share of the frames that are voiced, 0..1. */
  voiced: number;
}

/** Median and spread of a track; undefined when fewer than ten frames are voiced. */
export function summarizePitch(track: Float32Array): PitchSummary | undefined {
  const voiced = track.filter((hz) => hz > 0);
  if (voiced.length < 10) return undefined;
  const medianHz = percentile(voiced, 0.5);
  const low = percentile(voiced, 0.02);
  const high = percentile(voiced, 0.98);
  let sum = 0;
  let count = 0;
  for (const hz of voiced) {
    if (hz < low || hz > high) continue;
    sum += (12 * Math.log2(hz / medianHz)) ** 2;
    count++;
  }
  return {
    medianHz,
    spreadSemitones: Math.sqrt(sum / Math.max(1, count)),
    voiced: voiced.length / track.length,
  };
}

// How loud a sound is over time, where somebody speaks in it, and whether it was clipped. Plain measurements
// on samples of -1..1; no perceptual loudness (finish measures LUFS with ffmpeg).
import { TRACK_HZ } from './timing.ts';

/** Level of digital silence, so that logarithms stay finite. */
export const SILENCE_DB = -120;

/** Window of one level in ms: two pitch periods of a low voice, so that the pulse does not show. */
const LEVEL_WINDOW_MS = 24;

/** RMS level in dB full scale, TRACK_HZ values a second, each centred on its own time. */
export function levels(samples: Float32Array, sampleRate: number): Float32Array<ArrayBuffer> {
  const hop = sampleRate / TRACK_HZ;
  const half = Math.round((sampleRate * LEVEL_WINDOW_MS) / 2000);
  const count = Math.max(1, Math.ceil(samples.length / hop));
  const squares = new Float64Array(samples.length + 1);
  for (let index = 0; index < samples.length; index++)
    squares[index + 1] = squares[index]! + samples[index]! * samples[index]!;
  const out = new Float32Array(count);
  for (let frame = 0; frame < count; frame++) {
    const centre = Math.round((frame + 0.5) * hop);
    const from = Math.max(0, Math.min(samples.length, centre - half));
    const to = Math.max(from, Math.min(samples.length, centre + half));
    const mean = to === from ? 0 : (squares[to]! - squares[from]!) / (to - from);
    out[frame] = mean <= 0 ? SILENCE_DB : Math.max(SILENCE_DB, 10 * Math.log10(mean));
  }
  return out;
}

/** The value below which `share` (0..1) of the values lie; 0 for an empty list. */
export function percentile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const position = Math.min(sorted.length - 1, Math.max(0, share * (sorted.length - 1)));
  const low = Math.floor(position);
  const part = position - low;
  return sorted[low]! * (1 - part) + sorted[Math.min(sorted.length - 1, low + 1)]! * part;
}

export interface SpeechActivity {
  /** One per TRACK_HZ frame. */
  active: Uint8Array;
  /** Where the gate lies, dB full scale. */
  thresholdDb: number;
  /** Level of the quiet parts and of the loud parts, dB full scale. */
  noiseDb: number;
  loudDb: number;
}

/** Nobody speaks below this, however quiet the rest is. */
const QUIETEST_SPEECH_DB = -58;
/** Speech spans about this much; what lies further below the loud parts is background. */
const SPEECH_SPAN_DB = 34;
/** Gaps shorter than this are closures of stops, not silence. */
const SHORTEST_GAP_FRAMES = 9;
/** Shorter bursts than this are clicks. */
const SHORTEST_BURST_FRAMES = 4;

/**
 * Where somebody speaks: a gate between the clip's own quiet and loud levels, with short gaps filled and
 * clicks dropped. Steady noise without speech has no span and is all inactive.
 */
export function speechActivity(level: Float32Array): SpeechActivity {
  const noiseDb = percentile(level, 0.08);
  const loudDb = percentile(level, 0.96);
  const span = loudDb - noiseDb;
  // A clip without pauses has no quiet part to learn the noise from: then only the span below the loud counts.
  const relative = noiseDb + Math.max(6, span * 0.3);
  const thresholdDb = Math.max(QUIETEST_SPEECH_DB, loudDb - SPEECH_SPAN_DB, Math.min(relative, loudDb - 14));
  const active = new Uint8Array(level.length);
  if (loudDb < QUIETEST_SPEECH_DB || span < 3) return { active, thresholdDb, noiseDb, loudDb };
  for (let frame = 0; frame < level.length; frame++) active[frame] = level[frame]! > thresholdDb ? 1 : 0;
  dropRuns(active, 1, SHORTEST_BURST_FRAMES);
  dropRuns(active, 0, SHORTEST_GAP_FRAMES);
  return { active, thresholdDb, noiseDb, loudDb };
}

/** Flips inner runs of `value` that are shorter than `shortest` frames. */
function dropRuns(active: Uint8Array, value: 0 | 1, shortest: number): void {
  let start = 0;
  for (let frame = 1; frame <= active.length; frame++) {
    if (frame < active.length && active[frame] === active[start]) continue;
    const inner = value === 1 || (start > 0 && frame < active.length);
    if (active[start] === value && inner && frame - start < shortest) active.fill(1 - value, start, frame);
    start = frame;
  }
}

/** Runs of active frames as [start, end) in ms. */
export function activeSpans(active: Uint8Array): { startMs: number; endMs: number }[] {
  const spans: { startMs: number; endMs: number }[] = [];
  const frameMs = 1000 / TRACK_HZ;
  let start = -1;
  for (let frame = 0; frame <= active.length; frame++) {
    if (active[frame] === 1) {
      if (start < 0) start = frame;
    } else if (start >= 0) {
      spans.push({ startMs: start * frameMs, endMs: frame * frameMs });
      start = -1;
    }
  }
  return spans;
}

/**
 * Loudness for the eye: TRACK_HZ values a second, 0 (silence) to 1 (the clip's loud speech), linear in dB
 * between the gate and the loud level, so that a quiet recording moves as much as a loud one.
 */
export function energyTrack(samples: Float32Array, sampleRate: number): number[] {
  const level = levels(samples, sampleRate);
  const { active, thresholdDb, loudDb } = speechActivity(level);
  const floor = thresholdDb - 4;
  const span = Math.max(6, loudDb - floor);
  return Array.from(level, (value, frame) =>
    active[frame] === 1 ? Math.round(1000 * Math.min(1, Math.max(0, (value - floor) / span))) / 1000 : 0,
  );
}

/** Share of samples that lie in flat tops: three or more in a row at the clip's own ceiling, near full scale. */
export function clippedShare(samples: Float32Array): number {
  let peak = 0;
  for (let index = 0; index < samples.length; index++) peak = Math.max(peak, Math.abs(samples[index]!));
  if (peak < 0.89 || samples.length === 0) return 0; // 1 dB below full scale: quieter ceilings are not clipping
  const ceiling = peak * 0.997;
  let clipped = 0;
  let run = 0;
  for (let index = 0; index <= samples.length; index++) {
    if (index < samples.length && Math.abs(samples[index]!) >= ceiling) {
      run++;
      continue;
    }
    if (run >= 3) clipped += run;
    run = 0;
  }
  return clipped / samples.length;
}

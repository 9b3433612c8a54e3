// Mouth tracks from times: targets of the phones blended by how strongly each insists (Cohen and Massaro's
// dominance functions), so that the mouth anticipates and never chatters; lip closures are laid on top, long
// enough that no frame rate misses them.
import { type MouthTrack, type Phone, type Timing, TRACK_HZ } from '../speech/timing.ts';
import { clamp, hannSmooth, raisePlateau, smoothstep } from './smoothing.ts';
import { visemesOf } from './visemes.ts';

export interface MouthTracks {
  /** All 0..1, 100 a second; 0 everywhere is the mouth as it is in the photo. */
  jaw: Float32Array;
  wide: Float32Array;
  round: Float32Array;
  /** Lips together. */
  close: Float32Array;
  /** Lower lip under the upper teeth (f, v). */
  tuck: Float32Array;
  upper: Float32Array;
  /** 1 while somebody speaks, 0 in pauses. */
  active: Float32Array;
}

/** Lips move before the sound: people are used to it, and a late mouth is noticed sooner than an early one. */
const LEAD_MS = 25;
/** A pause shorter than this keeps the mouth speaking. */
const BRIDGED_PAUSE_MS = 140;
/** Lips stay shut at least this long on p, b, m: at 24 frames a second one frame always shows it. */
const MIN_CLOSURE_MS = 74;
const CLOSURE_RAMP_MS = 58;
/** Reach of a phone's influence beyond its own time: the wider, the calmer the mouth. */
const JAW_REACH_MS = 76;
const LIP_REACH_MS = 92;

interface Part {
  centre: number;
  half: number;
  jaw: number;
  wide: number;
  round: number;
  upper: number;
  holdJaw: number;
  holdLips: number;
}

export function buildMouthTracks(timing: Timing, length: number): MouthTracks {
  const tracks = timing.mouth
    ? fromSound(timing.mouth, timing.energy, length)
    : fromPhones(timing.phones, length);
  scaleByLoudness(tracks, timing.energy);
  return tracks;
}

function fromPhones(phones: readonly Phone[], length: number): MouthTracks {
  const active = activity(phones, length);
  const parts: Part[] = [];
  const close = new Float32Array(length);
  const tuck = new Float32Array(length);
  const at = (ms: number) => ((ms - LEAD_MS) * TRACK_HZ) / 1000;
  for (const phone of phones) {
    const duration = phone.endMs - phone.startMs;
    let from = phone.startMs;
    for (const { viseme, share } of visemesOf(phone.phone)) {
      const to = from + duration * share;
      const stressed = 1 + 0.14 * (phone.stress - 0.5);
      parts.push({
        centre: at((from + to) / 2),
        half: Math.max(1, ((to - from) * TRACK_HZ) / 2000),
        jaw: viseme.jaw * (viseme.jaw > 0.3 ? stressed : 1),
        wide: viseme.wide,
        round: viseme.round,
        upper: viseme.upper,
        holdJaw: viseme.holdJaw,
        holdLips: viseme.holdLips,
      });
      for (const [track, height] of [
        [close, viseme.close],
        [tuck, viseme.tuck],
      ] as const) {
        if (height === 0) continue;
        const half = Math.max(MIN_CLOSURE_MS, (to - from) * 0.8) / 2;
        const middle = (from + to) / 2;
        raisePlateau(
          track,
          at(middle - half),
          at(middle + half),
          (CLOSURE_RAMP_MS * TRACK_HZ) / 1000,
          height,
        );
      }
      from = to;
    }
  }
  const jaw = blend(parts, length, 'jaw', 'holdJaw', JAW_REACH_MS);
  const wide = blend(parts, length, 'wide', 'holdLips', LIP_REACH_MS);
  const round = blend(parts, length, 'round', 'holdLips', LIP_REACH_MS);
  const upper = blend(parts, length, 'upper', 'holdLips', LIP_REACH_MS);
  for (let i = 0; i < length; i++) {
    const a = active[i]!;
    jaw[i]! *= a;
    wide[i]! *= a;
    round[i]! *= a;
    upper[i]! *= a;
  }
  return {
    jaw: hannSmooth(jaw, 11),
    wide: hannSmooth(spread(wide), 13),
    round: hannSmooth(round, 13),
    close,
    tuck,
    upper: hannSmooth(upper, 13),
    active,
  };
}

/** Weighted mean of the targets at each moment; a phone's weight falls off smoothly outside its own time. */
function blend(
  parts: readonly Part[],
  length: number,
  value: 'jaw' | 'wide' | 'round' | 'upper',
  hold: 'holdJaw' | 'holdLips',
  reachMs: number,
): Float32Array {
  const reach = (reachMs * TRACK_HZ) / 1000;
  const sums = new Float64Array(length);
  const weights = new Float64Array(length);
  for (const part of parts) {
    const scale = part.half * 0.55 + reach;
    const span = scale * 3.2;
    const from = Math.max(0, Math.ceil(part.centre - span));
    const to = Math.min(length - 1, Math.floor(part.centre + span));
    for (let i = from; i <= to; i++) {
      const distance = (i - part.centre) / scale;
      const weight = part[hold] * part.half * Math.exp(-1.6 * distance * distance);
      sums[i]! += weight * part[value];
      weights[i]! += weight;
    }
  }
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) out[i] = weights[i]! > 1e-6 ? sums[i]! / weights[i]! : 0;
  return out;
}

/** Blending pulls widths to their middle; this gives the extremes back. */
function spread(track: Float32Array): Float32Array {
  return track.map((value) => clamp(value * 1.25, 0, 1));
}

/** 1 in speech, easing to 0 over pauses that are long enough for the mouth to come to rest. */
function activity(phones: readonly Phone[], length: number): Float32Array {
  const active = new Float32Array(length);
  let start = -1;
  let end = -1;
  const flush = () => {
    if (start < 0) return;
    const from = ((start - LEAD_MS - 30) * TRACK_HZ) / 1000;
    const to = ((end - LEAD_MS) * TRACK_HZ) / 1000;
    raisePlateau(active, from, to, 9, 1);
  };
  for (const phone of phones) {
    if (phone.phone === '') continue;
    if (start >= 0 && phone.startMs - end > BRIDGED_PAUSE_MS) {
      flush();
      start = phone.startMs;
    }
    if (start < 0) start = phone.startMs;
    end = phone.endMs;
  }
  flush();
  return active;
}

/** A mouth read from the sound answers its onsets at once; with the full lead it was seen 40 ms early. */
const SOUND_LEAD_MS = 10;

/**
 * From a measurement of the sound alone: smoother than from phones, since it is noisier. With windows of 90 to 210 ms the
 * mouth turned six times a second, with these four to five, as people's do.
 */
function fromSound(mouth: MouthTrack, energy: readonly number[], length: number): MouthTracks {
  const lead = Math.round((SOUND_LEAD_MS * TRACK_HZ) / 1000);
  const take = (values: readonly number[]) => {
    const track = new Float32Array(length);
    for (let i = 0; i < length; i++)
      track[i] = clamp(values[Math.min(values.length - 1, i + lead)] ?? 0, 0, 1);
    return track;
  };
  const loud = hannSmooth(take(energy), 9);
  const gate = hannSmooth(
    loud.map((value) => smoothstep(0.04, 0.14, value)),
    15,
  );
  const gated = (values: readonly number[], width: number) => {
    const track = hannSmooth(take(values), width);
    for (let i = 0; i < length; i++) track[i]! *= gate[i]!;
    return track;
  };
  const close = gated(mouth.close, 21);
  for (let i = 0; i < length; i++) close[i] = smoothstep(0.45, 0.85, close[i]!);
  return {
    jaw: gated(mouth.jaw, 27),
    wide: gated(mouth.wide, 27),
    round: gated(mouth.round, 27),
    close,
    tuck: new Float32Array(length),
    upper: hannSmooth(gated(mouth.wide, 21), 5).map((value) => value * 0.35),
    active: gate,
  };
}

/** Loud syllables open further than quiet ones; a silent clip moves nothing. */
function scaleByLoudness(tracks: MouthTracks, energy: readonly number[]): void {
  if (energy.length === 0) return;
  const length = tracks.jaw.length;
  const raw = new Float32Array(length);
  for (let i = 0; i < length; i++) raw[i] = clamp(energy[Math.min(energy.length - 1, i)] ?? 0, 0, 1);
  const loud = hannSmooth(raw, 17);
  for (let i = 0; i < length; i++) tracks.jaw[i]! *= clamp(0.5 + 0.85 * loud[i]!, 0.5, 1.2);
}

// Everything that moves in the puppet, over time: built once per video from times and a seed. It does not know
// the photo: units are degrees, eye distances and 0..1.
import { type Timing, TRACK_HZ } from '../speech/timing.ts';
import { buildHeadTracks, type HeadTracks } from './head-tracks.ts';
import { buildMouthTracks, type MouthTracks } from './mouth-tracks.ts';
import { between, streamOf } from './seeded-random.ts';
import { clamp, raisePlateau } from './smoothing.ts';

export interface Tracks extends MouthTracks, HeadTracks {
  /** 0 open as in the photo, 1 shut. */
  lids: Float32Array;
}

export type TrackName = keyof Tracks;
export const trackNames = [
  'jaw',
  'wide',
  'round',
  'close',
  'tuck',
  'upper',
  'active',
  'lids',
  'brows',
  'yaw',
  'pitch',
  'roll',
  'x',
  'y',
  'breath',
] as const satisfies readonly TrackName[];

/** The puppet at one moment. All zero is the photo as it is. */
export type Pose = Record<TrackName, number>;

export const REST: Pose = {
  jaw: 0,
  wide: 0,
  round: 0,
  close: 0,
  tuck: 0,
  upper: 0,
  active: 0,
  lids: 0,
  brows: 0,
  yaw: 0,
  pitch: 0,
  roll: 0,
  x: 0,
  y: 0,
  breath: 0,
};

/** How lively: each scales its own kind of movement; 1 is a person talking, 0 is none. */
export interface Manner {
  motion: number;
  expression: number;
  blinking: number;
}

export function buildTracks(
  timing: Timing,
  seed: number,
  manner: Manner = { motion: 1, expression: 1, blinking: 1 },
): Tracks {
  const length = Math.max(1, Math.ceil((timing.durationMs * TRACK_HZ) / 1000) + 1);
  return {
    ...buildMouthTracks(timing, length),
    ...buildHeadTracks(timing, length, seed, manner.motion, manner.expression),
    lids: blinkTrack(timing, length, seed, manner.blinking),
  };
}

/** Mean time between blinks: 16 a minute, within the 12 to 22 of a calm speaker. */
const BLINK_EVERY_MS = 3700;
const CLOSING_MS = 70;
/** Shut for two frames at 25 a second: one alone is hardly seen. */
const SHUT_MS = 80;
const OPENING_MS = 130;

/** Irregular blinks, drawn to the starts of pauses, where people blink. */
function blinkTrack(timing: Timing, length: number, seed: number, blinking: number): Float32Array {
  const track = new Float32Array(length);
  if (blinking <= 0) return track;
  const random = streamOf(seed, 'blinks');
  const pauses = timing.phones
    .filter((phone, i) => phone.phone === '' && i > 0 && phone.endMs - phone.startMs > 120)
    .map((phone) => phone.startMs);
  const every = BLINK_EVERY_MS / blinking;
  let next = between(random, 0.25, 0.6) * every;
  while (next < timing.durationMs - 250) {
    const pause = pauses.find((ms) => Math.abs(ms - next) < every * 0.16);
    const at = pause ?? next;
    const shut = at + CLOSING_MS;
    const i = (ms: number) => (ms * TRACK_HZ) / 1000;
    raisePlateau(track, i(shut), i(shut + SHUT_MS), i(CLOSING_MS), 1);
    // Lids open more slowly than they close.
    const tail = i(OPENING_MS);
    for (let k = 0; k < tail; k++) {
      const where = Math.ceil(i(shut + SHUT_MS)) + k;
      if (where >= length) break;
      const value = 0.5 + 0.5 * Math.cos((Math.PI * k) / tail);
      if (value > track[where]!) track[where] = value;
    }
    next = at + every * clamp(between(random, 0.62, 1.38), 0.4, 2);
  }
  return track;
}

/** The pose at a moment in ms, between two values of the tracks. */
export function poseAt(tracks: Tracks, ms: number, into: Pose = { ...REST }): Pose {
  const at = clamp((ms * TRACK_HZ) / 1000, 0, tracks.jaw.length - 1);
  const i = Math.floor(at);
  const j = Math.min(i + 1, tracks.jaw.length - 1);
  const t = at - i;
  for (const name of trackNames) into[name] = tracks[name][i]! * (1 - t) + tracks[name][j]! * t;
  return into;
}

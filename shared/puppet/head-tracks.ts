// How the head, brows and chest move while somebody speaks: postures taken at accents and held, nods on
// stress, a slow sway that never stops, stillness in pauses. Continuous by construction (minimum-jerk moves).

import { isVowel } from '../speech/ipa.ts';
import { type Timing, TRACK_HZ } from '../speech/timing.ts';
import { between, type Random, streamOf } from './seeded-random.ts';
import { addBump, clamp, hannSmooth, minimumJerk } from './smoothing.ts';

export interface HeadTracks {
  /** Degrees: yaw positive turns to the picture's right, pitch positive looks down, roll positive clockwise. */
  yaw: Float32Array;
  pitch: Float32Array;
  roll: Float32Array;
  /** Shift of the head in eye distances, right and down. */
  x: Float32Array;
  y: Float32Array;
  /** -1 lowered .. 1 raised. */
  brows: Float32Array;
  /** -1 out .. 1 in. */
  breath: Float32Array;
}

/** An emphasised moment: where gestures start. `strength` 0..1. */
export interface Accent {
  ms: number;
  strength: number;
}

interface Posture {
  yaw: number;
  pitch: number;
  roll: number;
  x: number;
  y: number;
}

const STILL: Posture = { yaw: 0, pitch: 0, roll: 0, x: 0, y: 0 };

/** Stressed vowels where phones are known, else the peaks of loudness; at least 220 ms apart. */
export function accentsOf(timing: Timing): Accent[] {
  const loudness = (ms: number) => timing.energy[Math.floor((ms * TRACK_HZ) / 1000)] ?? 0.5;
  const found: Accent[] = [];
  for (const phone of timing.phones)
    if (phone.stress > 0 && isVowel(phone.phone)) {
      const ms = (phone.startMs + phone.endMs) / 2;
      const long = clamp((phone.endMs - phone.startMs) / 160, 0.4, 1);
      found.push({ ms, strength: clamp(0.3 * phone.stress * long + 0.4 * loudness(ms), 0, 1) });
    }
  if (found.length === 0) found.push(...loudnessPeaks(timing.energy));
  const apart: Accent[] = [];
  for (const accent of found) {
    const last = apart[apart.length - 1];
    if (last === undefined || accent.ms - last.ms >= 220) apart.push(accent);
    else if (accent.strength > last.strength) apart[apart.length - 1] = accent;
  }
  return apart;
}

function loudnessPeaks(energy: readonly number[]): Accent[] {
  const smooth = hannSmooth(Float32Array.from(energy), 21);
  const peaks: Accent[] = [];
  for (let i = 1; i + 1 < smooth.length; i++)
    if (smooth[i]! > 0.3 && smooth[i]! >= smooth[i - 1]! && smooth[i]! > smooth[i + 1]!)
      peaks.push({ ms: (i * 1000) / TRACK_HZ, strength: clamp(smooth[i]!, 0, 1) });
  return peaks;
}

/** `motion` and `expression` scale head and brows; 1 is the measured liveliness of a person talking. */
export function buildHeadTracks(
  timing: Timing,
  length: number,
  seed: number,
  motion: number,
  expression: number,
): HeadTracks {
  const accents = accentsOf(timing);
  const random = streamOf(seed, 'head');
  const postures = posturesAt(accents, timing.durationMs, random);
  const channel = (name: keyof Posture) => {
    const track = new Float32Array(length);
    let value = STILL[name];
    let from = 0;
    for (const move of postures) {
      const start = Math.max(from, Math.round((move.fromMs * TRACK_HZ) / 1000));
      const end = Math.round((move.toMs * TRACK_HZ) / 1000);
      const target = move.to[name];
      for (let i = from; i < start && i < length; i++) track[i] = value;
      for (let i = start; i < end && i < length; i++)
        track[i] = value + (target - value) * minimumJerk((i - start) / (end - start));
      from = Math.max(start, end);
      value = target;
    }
    for (let i = from; i < length; i++) track[i] = value;
    return hannSmooth(track, 27);
  };
  const yaw = channel('yaw');
  const pitch = channel('pitch');
  const roll = channel('roll');
  const x = channel('x');
  const y = channel('y');
  sway(yaw, 0.75, [0.13, 0.29, 0.47], random);
  sway(pitch, 0.5, [0.17, 0.31, 0.53], random);
  sway(roll, 0.55, [0.11, 0.23, 0.41], random);
  sway(x, 0.022, [0.12, 0.27, 0.39], random);
  sway(y, 0.012, [0.15, 0.33, 0.51], random);
  for (const accent of accents) {
    if (random() > 0.3 + 0.6 * accent.strength) continue;
    const at = ((accent.ms - 20) * TRACK_HZ) / 1000;
    const depth = between(random, 0.9, 2.2) * accent.strength;
    addBump(pitch, at, between(random, 20, 30), depth);
    addBump(y, at, between(random, 20, 30), depth * 0.012);
  }
  for (const track of [yaw, pitch, roll, x, y]) for (let i = 0; i < length; i++) track[i]! *= motion;
  return {
    yaw,
    pitch,
    roll,
    x,
    y,
    brows: browTrack(accents, length, streamOf(seed, 'brows'), expression),
    breath: breathTrack(length, streamOf(seed, 'breath')),
  };
}

interface Move {
  fromMs: number;
  toMs: number;
  to: Posture;
}

/** A new posture every 0.9 to 2.2 s, begun just before an accent; mostly to the other side than before. */
function posturesAt(accents: readonly Accent[], durationMs: number, random: Random): Move[] {
  const moves: Move[] = [];
  let side = random() < 0.5 ? -1 : 1;
  let free = 0;
  for (const accent of accents) {
    if (accent.ms < free) continue;
    const takes = between(random, 480, 800);
    const from = Math.max(0, accent.ms - takes * 0.55);
    if (random() < 0.8) side = -side;
    const yaw = side * between(random, 2.9, 6.2);
    const lean = side * between(random, 0.02, 0.085);
    moves.push({
      fromMs: from,
      toMs: from + takes,
      to: {
        yaw,
        pitch: between(random, -2.4, 1.8),
        roll: -side * between(random, -0.6, 2.6),
        x: lean,
        y: between(random, -0.035, 0.05),
      },
    });
    free = from + takes + between(random, 380, 1300);
  }
  const last = moves[moves.length - 1];
  // Speech over: the head comes most of the way back, unhurried.
  const end = accents[accents.length - 1]?.ms ?? 0;
  if (last !== undefined && durationMs - end > 450)
    moves.push({
      fromMs: Math.max(last.toMs, end + 200),
      toMs: Math.max(last.toMs, end + 200) + 750,
      to: { yaw: last.to.yaw * 0.3, pitch: 0, roll: last.to.roll * 0.4, x: last.to.x * 0.5, y: 0 },
    });
  return moves;
}

/** Three slow sines with seeded phases: nobody holds perfectly still. */
function sway(track: Float32Array, height: number, cyclesPerSecond: readonly number[], random: Random): void {
  const phases = cyclesPerSecond.map(() => between(random, 0, 2 * Math.PI));
  for (let i = 0; i < track.length; i++) {
    const seconds = i / TRACK_HZ;
    let sum = 0;
    for (let k = 0; k < phases.length; k++)
      sum += Math.sin(2 * Math.PI * cyclesPerSecond[k]! * seconds + phases[k]!) / (k + 1);
    track[i]! += (height * sum) / 1.5;
  }
}

/** Raised on some accents for as long as a phrase's head, lowered a little now and then. */
function browTrack(accents: readonly Accent[], length: number, random: Random, expression: number) {
  const track = new Float32Array(length);
  let free = 0;
  for (const accent of accents) {
    if (accent.ms < free || random() > 0.35 + 0.65 * accent.strength) continue;
    const half = between(random, 260, 520);
    const height = random() < 0.18 ? -0.45 : between(random, 0.6, 1);
    addBump(track, ((accent.ms - 60) * TRACK_HZ) / 1000, (half * TRACK_HZ) / 1000, height);
    free = accent.ms + half * 1.5;
  }
  sway(track, 0.12, [0.09, 0.21, 0.37], random);
  for (let i = 0; i < length; i++) track[i] = clamp(track[i]! * expression, -0.7, 1.2);
  return hannSmooth(track, 15);
}

function breathTrack(length: number, random: Random): Float32Array {
  const track = new Float32Array(length);
  let phase = between(random, 0, 2 * Math.PI);
  const rate = between(random, 0.22, 0.28);
  for (let i = 0; i < length; i++) {
    track[i] = Math.sin(phase);
    phase += (2 * Math.PI * rate * (1 + 0.15 * Math.sin((0.31 * i) / TRACK_HZ))) / TRACK_HZ;
  }
  return track;
}

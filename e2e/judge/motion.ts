// What a track does over time: its range, how often it turns back, blinks, jumps, standing still. Pure.
import { type Features, series, type Track } from './features.ts';

/** Value below which the share `q` of the values lies. NaN for none. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values as ArrayLike<number>).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

/** From the 5th to the 95th percentile: what a track usually spans, without its odd moments. */
export function range(values: ArrayLike<number>): number {
  return quantile(values, 0.95) - quantile(values, 0.05);
}

/**
 * How often a track turns back: its extremes that differ from the last one by more than `swing`. Opening and
 * closing once makes two.
 */
export function countReversals(values: ArrayLike<number>, swing: number): number {
  let count = 0;
  let direction = 0;
  let extreme = values[0] ?? 0;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (direction >= 0 && value > extreme) extreme = value;
    else if (direction <= 0 && value < extreme) extreme = value;
    else if (Math.abs(value - extreme) > swing) {
      if (direction !== 0) count++;
      direction = Math.sign(value - extreme);
      extreme = value;
    }
    if (direction === 0 && Math.abs(value - (values[0] ?? 0)) > swing) {
      direction = Math.sign(value - (values[0] ?? 0));
      extreme = value;
    }
  }
  return count;
}

export interface Blink {
  /** Frame of the smallest lid gap. */
  frame: number;
  /** Smallest lid gap over the open one. */
  ratio: number;
}

/** A dip of the lids under this share of the open gap is a blink; over REOPENED it has ended. */
const BLINK = 0.7;
const REOPENED = 0.8;
/** A longer one is eyes held shut, a squint or a face that was lost. */
const LONGEST_BLINK_S = 0.6;

export function findBlinks(lids: ArrayLike<number>, fps: number): Blink[] {
  const open = quantile(lids, 0.75);
  const blinks: Blink[] = [];
  let current: { start: number; frame: number; ratio: number } | undefined;
  for (let i = 0; i < lids.length; i++) {
    const ratio = lids[i]! / open;
    if (current === undefined) {
      if (ratio < BLINK) current = { start: i, frame: i, ratio };
    } else if (ratio > REOPENED) {
      if ((i - current.start) / fps <= LONGEST_BLINK_S)
        blinks.push({ frame: current.frame, ratio: current.ratio });
      current = undefined;
    } else if (ratio < current.ratio) {
      current = { ...current, frame: i, ratio };
    }
  }
  return blinks;
}

/** Furthest the head may go in one frame, in eye distances, at 25 fps: a quick nod moves .06. */
const JUMP = 0.15;

/** Frames on which the head or its size is suddenly elsewhere. */
export function countJumps(track: Track, fps: number): number {
  const x = series(track, (f) => f.x);
  const y = series(track, (f) => f.y);
  const size = series(track, (f) => f.eyeDistance);
  const most = (JUMP * 25) / fps;
  let jumps = 0;
  for (let i = 1; i < track.length; i++) {
    const moved = Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!) / size[i]!;
    if (moved > most || Math.abs(size[i]! / size[i - 1]! - 1) > most) jumps++;
  }
  return jumps;
}

/** How far the head wanders over the clip, both ways together, in eye distances. */
export function wandering(track: Track): number {
  const size = quantile(
    series(track, (f) => f.eyeDistance),
    0.5,
  );
  const span = (pick: (f: Features) => number) => range(series(track, pick)) / size;
  return Math.hypot(
    span((f) => f.x),
    span((f) => f.y),
  );
}

/**
 * Frames in silence: at least 0.25 s of it, less 0.12 s at either end, in which a mouth may still be closing
 * or already opening.
 */
export function silentFrames(
  db: ArrayLike<number>,
  level: number,
  dbHz: number,
  fps: number,
  frames: number,
): number[] {
  const silent: number[] = [];
  const margin = Math.round(0.12 * dbHz);
  for (let from = 0; from < db.length; ) {
    if (db[from]! >= level) {
      from++;
      continue;
    }
    let to = from;
    while (to < db.length && db[to]! < level) to++;
    if (to - from >= 0.25 * dbHz) {
      // At the clip's own ends there is nothing to close from or open for.
      const first = from === 0 ? 0 : from + margin;
      const last = to === db.length ? to : to - margin;
      for (
        let i = Math.ceil((first / dbHz) * fps - 1e-6);
        (i + 1) / fps <= last / dbHz + 1e-6 && i < frames;
        i++
      )
        silent.push(i);
    }
    from = to;
  }
  return silent;
}

// Whether two tracks move together: correlation, the lag at which it is best, and how far that stands above
// chance. Chance is the same track rotated in time: it keeps its rhythm and loses only the moment.

/** Pearson's r; 0 when either does not move. Uses the shorter length. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = Math.min(a.length, b.length);
  if (n < 3) return 0;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / n;
    meanB += b[i]! / n;
  }
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < n; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB);
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return aa < 1e-12 || bb < 1e-12 ? 0 : ab / Math.sqrt(aa * bb);
}

export interface Sync {
  /** Correlation at the best lag. */
  r: number;
  /** Frames by which the mouth comes after the sound, to a fraction of one; negative = before. */
  lag: number;
  /** Standard deviations above the rotated controls. */
  z: number;
}

/** Frames to either side within which a lag is looked for. */
export const MOST_LAG = 12;
const ROTATIONS = 40;

/** Both tracks at the video's frame rate. Controls are rotated by 1 s at least, evenly over the clip. */
export function measureSync(mouth: ArrayLike<number>, sound: ArrayLike<number>, fps: number): Sync {
  const n = Math.min(mouth.length, sound.length);
  const best = bestLag(mouth, sound, n);
  const least = Math.round(fps);
  const room = n - 2 * least;
  if (room < ROTATIONS) return { ...best, z: 0 };
  const controls: number[] = [];
  for (let k = 0; k < ROTATIONS; k++) {
    const shift = least + Math.round((k * room) / (ROTATIONS - 1));
    const rotated = Float32Array.from({ length: n }, (_, i) => sound[(i + shift) % n]!);
    controls.push(bestLag(mouth, rotated, n).r);
  }
  const mean = controls.reduce((a, b) => a + b) / ROTATIONS;
  const deviation = Math.sqrt(controls.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (ROTATIONS - 1));
  return { ...best, z: (best.r - mean) / Math.max(1e-6, deviation) };
}

function bestLag(mouth: ArrayLike<number>, sound: ArrayLike<number>, n: number): { r: number; lag: number } {
  let best = { r: -1, lag: 0 };
  const byLag: number[] = [];
  const reach = Math.min(MOST_LAG, Math.floor(n / 4));
  for (let lag = -reach; lag <= reach; lag++) {
    const length = n - Math.abs(lag);
    const a = Float32Array.from({ length }, (_, i) => mouth[i + Math.max(0, lag)]!);
    const b = Float32Array.from({ length }, (_, i) => sound[i + Math.max(0, -lag)]!);
    const r = correlation(a, b);
    byLag.push(r);
    // Of equals the smaller lag: a still mouth has none.
    if (r > best.r + 1e-9 || (Math.abs(r - best.r) <= 1e-9 && Math.abs(lag) < Math.abs(best.lag)))
      best = { r, lag };
  }
  return { r: best.r, lag: best.lag + vertex(byLag, best.lag + reach) };
}

/** Where between its neighbours a peak truly lies: the top of the parabola through the three, -0.5 to 0.5. */
function vertex(values: readonly number[], at: number): number {
  const [left, top, right] = [values[at - 1], values[at], values[at + 1]];
  if (left === undefined || top === undefined || right === undefined) return 0;
  const bend = left - 2 * top + right;
  return bend > -1e-9 ? 0 : Math.max(-0.5, Math.min(0.5, (left - right) / (2 * bend)));
}

/** A track of `fromHz` read at `frames` moments of the video (frame i is shown from i / fps). */
export function atFrames(
  track: ArrayLike<number>,
  fromHz: number,
  fps: number,
  frames: number,
): Float32Array {
  return Float32Array.from({ length: frames }, (_, i) => {
    // The mean over the frame's own time: at 25 fps that is four values.
    const from = Math.floor((i * fromHz) / fps);
    const to = Math.max(from + 1, Math.floor(((i + 1) * fromHz) / fps));
    let sum = 0;
    let count = 0;
    for (let k = from; k < to && k < track.length; k++) {
      sum += track[k]!;
      count++;
    }
    return count === 0 ? 0 : sum / count;
  });
}

// Shaping of tracks: windows, ramps and easing. Pure arithmetic on arrays of equally spaced values.

export const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, value));

export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

/** Minimum-jerk progress of a movement, 0..1 for t in 0..1: how hands and heads really move. */
export function minimumJerk(t: number): number {
  const c = clamp(t, 0, 1);
  return c * c * c * (10 + c * (6 * c - 15));
}

/** Convolution with a Hann window of `width` samples (rounded up to odd), edges held. */
export function hannSmooth(values: Float32Array, width: number): Float32Array {
  const half = Math.max(0, Math.round((width - 1) / 2));
  if (half === 0) return values.slice();
  const weights = new Float64Array(2 * half + 1);
  let sum = 0;
  for (let k = -half; k <= half; k++) {
    const weight = 0.5 + 0.5 * Math.cos((Math.PI * k) / (half + 1));
    weights[k + half] = weight;
    sum += weight;
  }
  const n = values.length;
  const out = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let k = -half; k <= half; k++) {
      const at = i + k;
      total += weights[k + half]! * values[at < 0 ? 0 : at >= n ? n - 1 : at]!;
    }
    out[i] = total / sum;
  }
  return out;
}

/** Adds a raised-cosine bump of this height centred at `centre` (samples). */
export function addBump(track: Float32Array, centre: number, halfWidth: number, height: number): void {
  const from = Math.max(0, Math.ceil(centre - halfWidth));
  const to = Math.min(track.length - 1, Math.floor(centre + halfWidth));
  for (let i = from; i <= to; i++)
    track[i]! += height * (0.5 + 0.5 * Math.cos((Math.PI * (i - centre)) / halfWidth));
}

/** Raises the track to at least a plateau from `from` to `to` (samples) with cosine ramps outside it. */
export function raisePlateau(
  track: Float32Array,
  from: number,
  to: number,
  ramp: number,
  height: number,
): void {
  const first = Math.max(0, Math.ceil(from - ramp));
  const last = Math.min(track.length - 1, Math.floor(to + ramp));
  for (let i = first; i <= last; i++) {
    const outside = i < from ? from - i : i > to ? i - to : 0;
    const value = height * (0.5 + 0.5 * Math.cos((Math.PI * outside) / ramp));
    if (value > track[i]!) track[i] = value;
  }
}

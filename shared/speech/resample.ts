// Change of sample rate by a windowed sinc. Pure arithmetic on arrays; it knows nothing of files.

/** Zero crossings of the sinc on each side: 16 keep the images of speech more than 60 dB down. */
const LOBES = 16;
/** Pass band as a share of the lower Nyquist frequency: the rest is the transition. */
const PASS = 0.94;

/**
 * Resamples `samples` from `fromHz` to `toHz` (any two positive integers). The length becomes
 * round(length * toHz / fromHz) and nothing is delayed: sample 0 stays sample 0.
 *
 * Band-limited interpolation after J. O. Smith, "Digital Audio Resampling"; the window is Blackman's.
 */
export function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array<ArrayBuffer> {
  if (fromHz === toHz) return Float32Array.from(samples);
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const phases = toHz / divisor;
  const step = fromHz / divisor;
  const cutoff = Math.min(1, toHz / fromHz) * PASS;
  const half = Math.ceil(LOBES / cutoff);
  const taps = 2 * half;
  const table = kernels(phases, half, cutoff);
  const length = Math.round((samples.length * toHz) / fromHz);
  const out = new Float32Array(length);
  for (let index = 0; index < length; index++) {
    const position = index * step;
    const whole = Math.floor(position / phases);
    const phase = position - whole * phases;
    const first = whole - half + 1;
    const row = phase * taps;
    const from = Math.max(0, -first);
    const to = Math.min(taps, samples.length - first);
    let sum = 0;
    for (let tap = from; tap < to; tap++) sum += samples[first + tap]! * table[row + tap]!;
    out[index] = sum;
  }
  return out;
}

/** One row of taps per phase, each normalised to unit gain at 0 Hz. */
function kernels(phases: number, half: number, cutoff: number): Float32Array {
  const taps = 2 * half;
  const table = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    const offset = phase / phases;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - (half - 1) - offset;
      const x = Math.PI * distance * cutoff;
      const sinc = Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x;
      const place = Math.PI * (distance / half);
      const window =
        Math.abs(distance) >= half ? 0 : 0.42 + 0.5 * Math.cos(place) + 0.08 * Math.cos(2 * place);
      const value = sinc * window;
      table[phase * taps + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < taps; tap++) table[phase * taps + tap]! /= sum;
  }
  return table;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

// The tone of a voice: its long-term average spectrum in bands as wide as the ear's.
import { createPowerSpectrum, hann } from './fourier.ts';
import { levels, speechActivity } from './loudness.ts';
import { TRACK_HZ } from './timing.ts';

/** [band centre Hz, dB relative to the mean of all bands] */
export type ToneBand = [number, number];

/** As many bands as the equaliser that follows them has points. */
export const TONE_BANDS = 24;
const LOW_HZ = 100;
const HIGH_HZ = 7600;

/** Centres spaced evenly on the Bark scale (H. Traunmüller, JASA 88, 1990), 100 Hz to 7.6 kHz. */
export function toneCentres(): number[] {
  const low = bark(LOW_HZ);
  const high = bark(HIGH_HZ);
  return Array.from({ length: TONE_BANDS }, (_, band) =>
    Math.round(hertz(low + ((high - low) * band) / (TONE_BANDS - 1))),
  );
}

function bark(hz: number): number {
  return (26.81 * hz) / (1960 + hz) - 0.53;
}

function hertz(z: number): number {
  return (1960 * (z + 0.53)) / (26.28 - z);
}

/**
 * Mean power in each band over the frames where somebody speaks, in dB, minus the mean of all bands, so that
 * loudness does not count. A sound without speech gives a flat tone.
 */
export function toneOf(samples: Float32Array, sampleRate: number): ToneBand[] {
  const centres = toneCentres();
  const activity = speechActivity(levels(samples, sampleRate));
  const size = 1024;
  const spectrum = createPowerSpectrum(size);
  const window = hann(Math.min(size, Math.round(sampleRate * 0.032)));
  const power = new Float64Array(size / 2 + 1);
  const out = new Float32Array(size / 2 + 1);
  const frame = new Float32Array(window.length);
  const hop = Math.round(sampleRate / TRACK_HZ);
  for (let index = 0; index < activity.active.length; index += 2) {
    const start = index * hop;
    if (activity.active[index] === 0 || start + window.length > samples.length) continue;
    for (let n = 0; n < window.length; n++) frame[n] = samples[start + n]! * window[n]!;
    spectrum.measure(frame, out);
    for (let k = 0; k < power.length; k++) power[k]! += out[k]!;
  }
  const step = (bark(HIGH_HZ) - bark(LOW_HZ)) / (TONE_BANDS - 1);
  const decibels = centres.map((centre) => {
    const from = hertz(bark(centre) - step / 2);
    const to = hertz(bark(centre) + step / 2);
    const first = Math.max(1, Math.round((from * size) / sampleRate));
    const last = Math.min(size / 2, Math.max(first, Math.round((to * size) / sampleRate)));
    let sum = 0;
    for (let k = first; k <= last; k++) sum += power[k]!;
    return 10 * Math.log10(sum / (last - first + 1) + 1e-12);
  });
  const mean = decibels.reduce((sum, value) => sum + value, 0) / TONE_BANDS;
  return centres.map((centre, band) => [centre, Math.round((decibels[band]! - mean) * 100) / 100]);
}

/** The tone's dB at `hz`, between its bands by straight lines on a logarithmic frequency axis. */
export function toneAt(tone: readonly ToneBand[], hz: number): number {
  const first = tone[0];
  const last = tone.at(-1);
  if (first === undefined || last === undefined) return 0;
  if (hz <= first[0]) return first[1];
  for (let band = 1; band < tone.length; band++) {
    const [rightHz, right] = tone[band]!;
    const [leftHz, left] = tone[band - 1]!;
    if (hz <= rightHz) return left + ((right - left) * Math.log(hz / leftHz)) / Math.log(rightHz / leftHz);
  }
  return last[1];
}

/** Root mean square difference of two tones in dB, each around its own mean. */
export function toneDistance(a: readonly ToneBand[], b: readonly ToneBand[]): number {
  const differences = a.map(([hz, decibel]) => decibel - toneAt(b, hz));
  const mean = differences.reduce((sum, value) => sum + value, 0) / Math.max(1, differences.length);
  const square = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(square / Math.max(1, differences.length));
}

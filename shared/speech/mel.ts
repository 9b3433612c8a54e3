// What the ear makes of a sound, frame by frame: mel-frequency cepstral coefficients and the level.
// Pure arithmetic.
import { createPowerSpectrum, hann } from './fourier.ts';

/** Rows of equal length in one array: row `frame` is data[frame * width] and the next width - 1 values. */
export interface Frames {
  readonly data: Float32Array<ArrayBuffer>;
  readonly width: number;
  readonly count: number;
}

/** S. S. Stevens' scale in the form of O'Shaughnessy (1987), as used by HTK. */
export function melOf(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

export function hertzOfMel(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

export interface CepstrumOptions {
  /** Frames a second; 100 by default. */
  rate?: number;
  bands?: number;
  coefficients?: number;
  lowHz?: number;
  highHz?: number;
}

/**
 * MFCC rows: c0 (the frame's overall log energy) to c12 of 26 mel bands, of `samples` at `sampleRate`. Frame
 * n is centred on (n + 0.5) / rate seconds.
 *
 * S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition",
 * IEEE ASSP 28(4), 1980: 25 ms window, triangular mel filters, logarithm, DCT-II. Pre-emphasis 0.97.
 */
export function cepstra(samples: Float32Array, sampleRate: number, options: CepstrumOptions = {}): Frames {
  const rate = options.rate ?? 100;
  const bands = options.bands ?? 26;
  const width = options.coefficients ?? 13;
  const highHz = Math.min(options.highHz ?? 7600, sampleRate / 2);
  const window = hann(Math.round(sampleRate * 0.025));
  const size = 2 ** Math.ceil(Math.log2(window.length));
  const spectrum = createPowerSpectrum(size);
  const filters = melFilters(bands, size, sampleRate, options.lowHz ?? 80, highHz);
  const cosines = dct(bands, width);
  const power = new Float32Array(size / 2 + 1);
  const frame = new Float32Array(window.length);
  const log = new Float64Array(bands);
  const count = Math.max(1, Math.ceil((samples.length * rate) / sampleRate));
  const data = new Float32Array(count * width);
  for (let index = 0; index < count; index++) {
    const start = Math.round(((index + 0.5) * sampleRate) / rate) - (window.length >> 1);
    for (let n = 0; n < window.length; n++) {
      const here = samples[start + n] ?? 0;
      const before = samples[start + n - 1] ?? 0;
      frame[n] = (here - 0.97 * before) * window[n]!;
    }
    spectrum.measure(frame, power);
    filters.forEach(({ first, weights }, band) => {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * power[first + k]!;
      // The floor is the rounding noise of 16 bits, so that digital silence is not minus infinity.
      log[band] = Math.log(sum + 1e-7);
    });
    for (let c = 0; c < width; c++) {
      let sum = 0;
      for (let band = 0; band < bands; band++) sum += log[band]! * cosines[c * bands + band]!;
      data[index * width + c] = sum;
    }
  }
  return { data, width, count };
}

function melFilters(bands: number, size: number, sampleRate: number, lowHz: number, highHz: number) {
  const low = melOf(lowHz);
  const step = (melOf(highHz) - low) / (bands + 1);
  const edge = (index: number) => (hertzOfMel(low + step * index) * size) / sampleRate;
  return Array.from({ length: bands }, (_, band) => {
    const left = edge(band);
    const centre = edge(band + 1);
    const right = edge(band + 2);
    const first = Math.max(1, Math.ceil(left));
    const last = Math.min(size / 2, Math.floor(right));
    const weights = new Float32Array(Math.max(0, last - first + 1));
    for (let k = first; k <= last; k++)
      weights[k - first] = k <= centre ? (k - left) / (centre - left) : (right - k) / (right - centre);
    return { first, weights };
  });
}

/** Orthonormal DCT-II, rows 0 .. width - 1. */
function dct(bands: number, width: number): Float64Array {
  const table = new Float64Array(width * bands);
  for (let c = 0; c < width; c++) {
    const scale = Math.sqrt((c === 0 ? 1 : 2) / bands);
    for (let band = 0; band < bands; band++)
      table[c * bands + band] = scale * Math.cos((Math.PI * c * (band + 0.5)) / bands);
  }
  return table;
}

/**
 * Every coefficient brought to mean 0 and deviation 1 over the frames that `counts` marks (all, when it marks
 * none): microphone, room and voice go, what changes stays. Cepstral mean and variance normalisation.
 */
export function normalize(frames: Frames, counts?: Uint8Array): Frames {
  const { data, width, count } = frames;
  const marked = counts?.some((value) => value === 1) === true ? counts : undefined;
  const out = new Float32Array(data.length);
  for (let c = 0; c < width; c++) {
    let sum = 0;
    let square = 0;
    let total = 0;
    for (let frame = 0; frame < count; frame++) {
      if (marked !== undefined && marked[frame] !== 1) continue;
      const value = data[frame * width + c]!;
      sum += value;
      square += value * value;
      total++;
    }
    const mean = sum / Math.max(1, total);
    const deviation = Math.sqrt(Math.max(1e-6, square / Math.max(1, total) - mean * mean));
    for (let frame = 0; frame < count; frame++)
      out[frame * width + c] = (data[frame * width + c]! - mean) / deviation;
  }
  return { data: out, width, count };
}

// From sound to the logarithm of its mel bands, 100 times a second: what the opening is predicted from, and
// what says when somebody speaks. Pure arithmetic.

export const SOUND_HZ = 16_000;
export const BANDS_HZ = 100;
export const BANDS = 24;

const FFT = 512;
const WINDOW = 400; // 25 ms
const HOP = SOUND_HZ / BANDS_HZ;
const LOWEST_HZ = 80;
const HIGHEST_HZ = 7600;

export interface MelBands {
  frames: number;
  /** frames x BANDS, natural logarithm of power. */
  log: Float32Array;
  /** Loudness per frame, dB of full scale. */
  db: Float32Array;
}

/** `sound`: mono, SOUND_HZ, -1..1. Frame i is centred at (i + 0.5) * 10 ms. */
export function melBands(sound: Float32Array): MelBands {
  const frames = Math.floor(sound.length / HOP);
  const log = new Float32Array(frames * BANDS);
  const db = new Float32Array(frames);
  const hann = Float32Array.from(
    { length: WINDOW },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW),
  );
  const filters = triangles();
  const re = new Float32Array(FFT);
  const im = new Float32Array(FFT);
  for (let frame = 0; frame < frames; frame++) {
    const start = Math.round((frame + 0.5) * HOP - WINDOW / 2);
    re.fill(0);
    im.fill(0);
    let energy = 0;
    for (let i = 0; i < WINDOW; i++) {
      const sample = sound[start + i] ?? 0;
      energy += sample * sample;
      re[i] = sample * hann[i]!;
    }
    db[frame] = 10 * Math.log10(energy / WINDOW + 1e-10);
    fft(re, im);
    for (let band = 0; band < BANDS; band++) {
      let power = 0;
      for (const [bin, weight] of filters[band]!)
        power += weight * (re[bin]! * re[bin]! + im[bin]! * im[bin]!);
      log[frame * BANDS + band] = Math.log(power + 1e-7);
    }
  }
  return { frames, log, db };
}

/** Loudness under which a frame is silence: 35 dB below the loud part of the clip, and never above -38 dB. */
export function silenceLevel(db: Float32Array): number {
  const sorted = Float32Array.from(db).sort();
  const loud = sorted[Math.floor(sorted.length * 0.95)] ?? -60;
  return Math.min(-38, loud - 35);
}

function triangles(): [bin: number, weight: number][][] {
  const mel = (hz: number) => 2595 * Math.log10(1 + hz / 700);
  const hz = (m: number) => 700 * (10 ** (m / 2595) - 1);
  const step = (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) / (BANDS + 1);
  const edge = (i: number) => (hz(mel(LOWEST_HZ) + i * step) * FFT) / SOUND_HZ;
  return Array.from({ length: BANDS }, (_, band) => {
    const [left, centre, right] = [edge(band), edge(band + 1), edge(band + 2)];
    const bins: [number, number][] = [];
    for (let bin = Math.max(1, Math.floor(left)); bin <= Math.min(FFT / 2 - 1, Math.ceil(right)); bin++) {
      const weight = bin < centre ? (bin - left) / (centre - left) : (right - bin) / (right - centre);
      if (weight > 0) bins.push([bin, weight]);
    }
    // The lowest bands are narrower than one bin: the nearest bin stands for them.
    if (bins.length === 0) bins.push([Math.max(1, Math.round(centre)), 1]);
    return bins;
  });
}

/** In-place radix-2 transform. */
function fft(re: Float32Array, im: Float32Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const turn = (-2 * Math.PI) / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < size / 2; k++) {
        const cos = Math.cos(turn * k);
        const sin = Math.sin(turn * k);
        const a = start + k;
        const b = a + size / 2;
        const x = re[b]! * cos - im[b]! * sin;
        const y = re[b]! * sin + im[b]! * cos;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a]! += x;
        im[a]! += y;
      }
    }
  }
}

// Power spectra of real frames by a radix-2 fast Fourier transform. Pure arithmetic.

export interface PowerSpectrum {
  /** Number of points; a power of two. */
  readonly size: number;
  /**
   * |X(k)|^2 of `frame` (shorter frames are padded with zeros) for k = 0 .. size/2, written into `out`
   * (size/2 + 1 values). Not normalised: a unit impulse gives 1 everywhere.
   */
  measure(frame: Float32Array, out: Float32Array): void;
}

/** Cooley and Tukey, "An algorithm for the machine calculation of complex Fourier series", 1965. */
export function createPowerSpectrum(size: number): PowerSpectrum {
  if (size < 4 || (size & (size - 1)) !== 0) throw new RangeError(`size is a power of two, not ${size}`);
  const cosines = new Float64Array(size / 2);
  const sines = new Float64Array(size / 2);
  for (let index = 0; index < size / 2; index++) {
    cosines[index] = Math.cos((2 * Math.PI * index) / size);
    sines[index] = -Math.sin((2 * Math.PI * index) / size);
  }
  const reversed = new Uint32Array(size);
  for (let index = 1; index < size; index++)
    reversed[index] = (reversed[index >> 1]! >> 1) | (index & 1 ? size >> 1 : 0);
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);

  return {
    size,
    measure(frame, out) {
      for (let index = 0; index < size; index++) {
        real[reversed[index]!] = index < frame.length ? frame[index]! : 0;
        imaginary[index] = 0;
      }
      for (let half = 1; half < size; half *= 2) {
        const stride = size / (2 * half);
        for (let start = 0; start < size; start += 2 * half) {
          for (let k = 0; k < half; k++) {
            const a = start + k;
            const b = a + half;
            const c = cosines[k * stride]!;
            const s = sines[k * stride]!;
            const re = real[b]! * c - imaginary[b]! * s;
            const im = real[b]! * s + imaginary[b]! * c;
            real[b] = real[a]! - re;
            imaginary[b] = imaginary[a]! - im;
            real[a]! += re;
            imaginary[a]! += im;
          }
        }
      }
      for (let k = 0; k <= size / 2; k++) out[k] = real[k]! * real[k]! + imaginary[k]! * imaginary[k]!;
    },
  };
}

/** Hann window of `length` points: 0.5 - 0.5 cos(2 pi n / length). */
export function hann(length: number): Float32Array {
  return Float32Array.from({ length }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length));
}

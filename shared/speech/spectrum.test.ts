import { describe, expect, test } from 'vitest';
import { createPowerSpectrum, hann } from './fourier.ts';
import { cepstra, hertzOfMel, melOf, normalize } from './mel.ts';
import { resample } from './resample.ts';

const sine = (hz: number, rate: number, seconds: number, gain = 1) =>
  Float32Array.from({ length: rate * seconds }, (_, n) => gain * Math.sin((2 * Math.PI * hz * n) / rate));
const rms = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, v) => sum + v * v, 0) / samples.length);

describe('power spectrum', () => {
  test('of an impulse is 1 everywhere, of a constant all at 0 Hz', () => {
    const out = new Float32Array(9);
    createPowerSpectrum(16).measure(Float32Array.of(1), out);
    for (const value of out) expect(value).toBeCloseTo(1, 10);
    createPowerSpectrum(16).measure(new Float32Array(16).fill(1), out);
    expect(out[0]).toBeCloseTo(256, 6);
    for (const value of out.subarray(1)) expect(value).toBeCloseTo(0, 6);
  });

  test('agrees with the sum it stands for, and with Parseval', () => {
    const frame = Float32Array.from({ length: 32 }, (_, n) => Math.sin(n * n) + 0.3 * n);
    const out = new Float32Array(17);
    createPowerSpectrum(32).measure(frame, out);
    for (let k = 0; k <= 16; k++) {
      let [real, imaginary] = [0, 0];
      frame.forEach((value, n) => {
        real += value * Math.cos((2 * Math.PI * k * n) / 32);
        imaginary -= value * Math.sin((2 * Math.PI * k * n) / 32);
      });
      expect(out[k]! / (real ** 2 + imaginary ** 2)).toBeCloseTo(1, 4);
    }
    const energy = frame.reduce((sum, value) => sum + value * value, 0);
    const all = out.reduce((sum, value, k) => sum + value * (k === 0 || k === 16 ? 1 : 2), 0);
    expect(all / 32 / energy).toBeCloseTo(1, 4);
  });

  test('refuses sizes that are no power of two', () => {
    expect(() => createPowerSpectrum(100)).toThrow(RangeError);
  });

  test('the Hann window is 0 at its start and 1 in its middle', () => {
    const window = hann(8);
    expect(window[0]).toBe(0);
    expect(window[4]).toBe(1);
    expect(window[2]).toBeCloseTo(0.5, 6);
  });
});

describe('resample', () => {
  test('keeps a tone: same pitch, same loudness, same phase', () => {
    for (const [from, to] of [
      [16_000, 48_000],
      [22_050, 48_000],
      [48_000, 16_000],
      [44_100, 16_000],
    ] as const) {
      const out = resample(sine(1000, from, 0.5), from, to);
      const expected = sine(1000, to, 0.5);
      expect(out.length).toBe(expected.length);
      for (let n = 500; n < out.length - 500; n += 37)
        expect(Math.abs(out[n]! - expected[n]!)).toBeLessThan(2e-3);
    }
  });

  test('what the lower rate cannot hold is gone, not folded', () => {
    const out = resample(sine(11_000, 48_000, 0.3), 48_000, 16_000);
    expect(rms(out.subarray(200, -200))).toBeLessThan(1e-3);
  });

  test('a constant stays constant, and equal rates give a copy', () => {
    const out = resample(new Float32Array(2000).fill(0.5), 22_050, 16_000);
    for (const value of out.subarray(100, -100)) expect(value).toBeCloseTo(0.5, 4);
    const same = Float32Array.of(1, 2, 3);
    expect(resample(same, 8000, 8000)).toEqual(same);
    expect(resample(same, 8000, 8000)).not.toBe(same);
  });
});

describe('mel', () => {
  test('1000 Hz is 1000 mel, there and back', () => {
    expect(melOf(1000)).toBeCloseTo(1000, 0);
    expect(melOf(0)).toBe(0);
    for (const hz of [80, 440, 3000, 7600]) expect(hertzOfMel(melOf(hz))).toBeCloseTo(hz, 6);
  });

  test('ten decibels more raise c0 by ln 10 times the root of the 26 bands, and change nothing else', () => {
    const noise = Float32Array.from({ length: 4800 }, (_, n) => Math.sin(n * n * 0.37) * 0.2);
    const quiet = cepstra(noise, 16_000);
    const loud = cepstra(
      noise.map((value) => value * Math.sqrt(10)),
      16_000,
    );
    expect(quiet.count).toBe(30);
    for (let c = 0; c < quiet.width; c++) {
      const change = loud.data[15 * 13 + c]! - quiet.data[15 * 13 + c]!;
      expect(change).toBeCloseTo(c === 0 ? Math.log(10) * Math.sqrt(26) : 0, 2);
    }
  });

  test('normalised columns have mean 0 and deviation 1 over the marked frames', () => {
    const noise = Float32Array.from({ length: 16_000 }, (_, n) => Math.sin(n * n * 0.37));
    const counts = Uint8Array.from({ length: 100 }, (_, frame) => (frame > 20 && frame < 80 ? 1 : 0));
    const { data, width } = normalize(cepstra(noise, 16_000), counts);
    for (let c = 0; c < width; c++) {
      const column = Array.from({ length: 59 }, (_, index) => data[(index + 21) * width + c]!);
      const mean = column.reduce((sum, value) => sum + value, 0) / 59;
      const square = column.reduce((sum, value) => sum + value * value, 0) / 59;
      expect(mean).toBeCloseTo(0, 3);
      expect(square).toBeCloseTo(1, 2);
    }
  });
});

// The fixed model says more opening for an open vowel than for a hum or for silence, at any loudness.
import { expect, test } from 'vitest';
import { predictOpening } from './opening-model.ts';
import { BANDS_HZ, melBands, SOUND_HZ } from './spectrum.ts';

/** A buzz of 120 Hz through two resonances, about as a throat makes a vowel: half a second. */
function vowel(first: number, second: number, gain: number): Float32Array {
  const out = new Float32Array(SOUND_HZ / 2);
  const resonate = (hz: number, width: number) => {
    const r = Math.exp((-Math.PI * width) / SOUND_HZ);
    const b = 2 * r * Math.cos((2 * Math.PI * hz) / SOUND_HZ);
    let [y1, y2] = [0, 0];
    return (x: number) => {
      const y = x * (1 - r) + b * y1 - r * r * y2;
      [y1, y2] = [y, y1];
      return y;
    };
  };
  const one = resonate(first, 90);
  const two = resonate(second, 110);
  const period = Math.round(SOUND_HZ / 120);
  for (let i = 0; i < out.length; i++) out[i] = two(one(i % period === 0 ? gain : 0)) * 60;
  return out;
}
const join = (...parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
const mean = (track: Float32Array, fromS: number, toS: number) => {
  const part = track.subarray(fromS * BANDS_HZ, toS * BANDS_HZ);
  return part.reduce((a, b) => a + b, 0) / part.length;
};

test.each([1, 0.1])('"ah" is wider open than "ee", and silence is closed, at gain %d', (gain) => {
  const silence = new Float32Array(SOUND_HZ / 2);
  const ah = vowel(750, 1200, gain);
  const ee = vowel(300, 2300, gain);
  const sound = join(silence, ah, silence, ee, silence, ah, silence, ee, silence);
  const opening = predictOpening(melBands(sound));
  expect(mean(opening, 0.6, 0.9)).toBeGreaterThan(mean(opening, 1.6, 1.9));
  expect(mean(opening, 1.6, 1.9)).toBeGreaterThan(mean(opening, 1.15, 1.35));
});

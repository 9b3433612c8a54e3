// How much fine detail a face or a photo has, whatever its size: to choose among photos, to turn away a face
// that is a smear, and to find the right words when none is found.
import type { Ladder, Region } from './raster.ts';

const SIZE = 128;

/**
 * Mean second difference of the face's luma over its standard deviation, 0 to about 1. Measured at 128 px
 * or at the face's own size when that is smaller, so that enlarging a thumbnail does not count as detail.
 * A crisp photo has .15 to .3; blurred by a tenth of the eye distance it has .03.
 */
export function measureDetail(ladder: Ladder, face: Region): number {
  const size = Math.max(24, Math.min(SIZE, Math.round(face.width)));
  const luma = lumaOf(ladder, face, size);
  let sum = 0;
  let squares = 0;
  for (const value of luma) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / luma.length;
  const deviation = Math.sqrt(Math.max(0, squares / luma.length - mean * mean));
  if (deviation < 1) return 0;
  let second = 0;
  eachSecondDifference(luma, size, (value) => {
    second += value;
  });
  return second / ((size - 2) * (size - 2)) / deviation;
}

const WINDOW = 96;
/** Luma range a window needs to say anything: a blank wall is neither sharp nor blurred. */
const ENOUGH_CONTRAST = 40;
/** The steepest bend of luma over its range: a crisp edge has over .5, one blurred by 3 px has .05. */
const CRISP_EDGE = 0.12;

/** True when the photo has contrast but nowhere, at its own size, a crisp edge. */
export function isBlurred(ladder: Ladder): boolean {
  let most = -1;
  for (let y = WINDOW / 2; y + WINDOW / 2 <= ladder.height; y += Math.max(WINDOW, ladder.height / 8)) {
    for (let x = WINDOW / 2; x + WINDOW / 2 <= ladder.width; x += Math.max(WINDOW, ladder.width / 8)) {
      const luma = lumaOf(ladder, { cx: x, cy: y, width: WINDOW, height: WINDOW, angle: 0 }, WINDOW);
      let low = 255;
      let high = 0;
      for (const value of luma) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      if (high - low < ENOUGH_CONTRAST) continue;
      let steepest = 0;
      eachSecondDifference(luma, WINDOW, (value) => {
        steepest = Math.max(steepest, value);
      });
      most = Math.max(most, steepest / (high - low));
    }
  }
  return most >= 0 && most < CRISP_EDGE;
}

function lumaOf(ladder: Ladder, region: Region, size: number): Float32Array {
  const rgb = ladder.sample(region, size, 0, 255, new Float32Array(size * size * 3));
  const luma = new Float32Array(size * size);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = 0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!;
  }
  return luma;
}

function eachSecondDifference(luma: Float32Array, size: number, see: (value: number) => void): void {
  for (let y = 1; y < size - 1; y++) {
    for (let x = 1; x < size - 1; x++) {
      const i = y * size + x;
      see(Math.abs(4 * luma[i]! - luma[i - 1]! - luma[i + 1]! - luma[i - size]! - luma[i + size]!));
    }
  }
}

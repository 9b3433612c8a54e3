// How much fine detail a face has, without knowing its size: used to choose among photos and to find the
// right words for a blurred one.
import type { Ladder, Region } from './raster.ts';

const SIZE = 128;

/** A photo whose crispest part has less detail than this at full size was out of focus or moved. */
const BLURRED_PHOTO = 0.06;
const WINDOW = 96;

/** True when no part of the photo with any contrast is sharp at its own size. */
export function isBlurred(ladder: Ladder): boolean {
  let most = 0;
  for (let y = WINDOW / 2; y + WINDOW / 2 <= ladder.height; y += Math.max(WINDOW, ladder.height / 8)) {
    for (let x = WINDOW / 2; x + WINDOW / 2 <= ladder.width; x += Math.max(WINDOW, ladder.width / 8)) {
      const region = { cx: x, cy: y, width: WINDOW, height: WINDOW, angle: 0 };
      const { detail, deviation } = measureSquare(ladder, region, WINDOW);
      if (deviation >= 12) most = Math.max(most, detail);
    }
  }
  return most > 0 && most < BLURRED_PHOTO;
}

/**
 * Mean second difference of the face's luma over its standard deviation, 0 to about 1. Measured at 128 px
 * or at the face's own size when that is smaller, so that enlarging a thumbnail does not count as detail.
 */
export function measureDetail(ladder: Ladder, face: Region): number {
  return measureSquare(ladder, face, Math.max(24, Math.min(SIZE, Math.round(face.width)))).detail;
}

/** `deviation` is that of the luma, 0..127: the square's contrast. */
function measureSquare(ladder: Ladder, face: Region, size: number): { detail: number; deviation: number } {
  const rgb = ladder.sample(face, size, 0, 255, new Float32Array(size * size * 3));
  const luma = new Float32Array(size * size);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < luma.length; i++) {
    const value = 0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!;
    luma[i] = value;
    sum += value;
    squares += value * value;
  }
  const mean = sum / luma.length;
  const deviation = Math.sqrt(Math.max(0, squares / luma.length - mean * mean));
  if (deviation < 1) return { detail: 0, deviation };
  let second = 0;
  for (let y = 1; y < size - 1; y++) {
    for (let x = 1; x < size - 1; x++) {
      const i = y * size + x;
      second += Math.abs(4 * luma[i]! - luma[i - 1]! - luma[i + 1]! - luma[i - size]! - luma[i + size]!);
    }
  }
  return { detail: second / ((size - 2) * (size - 2)) / deviation, deviation };
}

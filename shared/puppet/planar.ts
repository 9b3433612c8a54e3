// Pictures as the encoder wants them: planar YUV 4:2:0, BT.709, limited range. And the puppet's own texture:
// the same, premultiplied by the person's matte and packed two values to a 32-bit word, so that one
// multiplication blends both.

/** Planar YUV 4:2:0; chroma planes are half as wide and high. Width and height are even. */
export interface Planar {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

export function planarBytes(width: number, height: number): number {
  return (width * height * 3) / 2;
}

/** A view of one contiguous yuv420p frame. */
export function planarView(bytes: Uint8Array, width: number, height: number): Planar {
  const luma = width * height;
  const chroma = luma / 4;
  return {
    width,
    height,
    y: bytes.subarray(0, luma),
    u: bytes.subarray(luma, luma + chroma),
    v: bytes.subarray(luma + chroma, luma + 2 * chroma),
  };
}

const lumaOf = (r: number, g: number, b: number) => 16 + 0.18258588 * r + 0.61423059 * g + 0.06200706 * b;
const uOf = (r: number, g: number, b: number) => 128 - 0.10064373 * r - 0.33857195 * g + 0.43921569 * b;
const vOf = (r: number, g: number, b: number) => 128 + 0.43921569 * r - 0.39894216 * g - 0.04027352 * b;

/** From packed RGB, 3 bytes a pixel. */
export function planarFromRgb(rgb: Uint8Array, width: number, height: number, into?: Planar): Planar {
  const out = into ?? planarView(new Uint8Array(planarBytes(width, height)), width, height);
  for (let i = 0, p = 0; i < width * height; i++, p += 3)
    out.y[i] = lumaOf(rgb[p]!, rgb[p + 1]!, rgb[p + 2]!) + 0.5;
  const halfWidth = width >> 1;
  for (let cy = 0; cy < height >> 1; cy++)
    for (let cx = 0; cx < halfWidth; cx++) {
      const p = (cy * 2 * width + cx * 2) * 3;
      const q = p + width * 3;
      const r = (rgb[p]! + rgb[p + 3]! + rgb[q]! + rgb[q + 3]!) / 4;
      const g = (rgb[p + 1]! + rgb[p + 4]! + rgb[q + 1]! + rgb[q + 4]!) / 4;
      const b = (rgb[p + 2]! + rgb[p + 5]! + rgb[q + 2]! + rgb[q + 5]!) / 4;
      out.u[cy * halfWidth + cx] = uOf(r, g, b) + 0.5;
      out.v[cy * halfWidth + cx] = vOf(r, g, b) + 0.5;
    }
  return out;
}

/** To packed RGBA, 4 bytes a pixel: for stills and for drawing on a canvas. */
export function rgbaFromPlanar(planar: Planar, into?: Uint8ClampedArray): Uint8ClampedArray {
  const { width, height } = planar;
  const out = into ?? new Uint8ClampedArray(width * height * 4);
  const halfWidth = width >> 1;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const c = (y >> 1) * halfWidth + (x >> 1);
      const luma = 1.16438356 * (planar.y[i]! - 16);
      const u = planar.u[c]! - 128;
      const v = planar.v[c]! - 128;
      out[i * 4] = luma + 1.79274107 * v;
      out[i * 4 + 1] = luma - 0.21324861 * u - 0.53290933 * v;
      out[i * 4 + 2] = luma + 2.11240179 * u;
      out[i * 4 + 3] = 255;
    }
  return out;
}

/** The person, cut out, ready to be warped. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  /** Y times alpha, alpha << 16. */
  readonly luma: Uint32Array;
  /** U times alpha, V times alpha << 16; half size. */
  readonly chroma: Uint32Array;
  /** Alpha of `chroma`. */
  readonly chromaAlpha: Uint32Array;
}

/**
 * `behind` is the photo's own background as far as it is known or guessed: what the person's edge pixels were
 * mixed with is taken out of them, so that no old background shines around the hair.
 */
export function cutOut(photo: Planar, alpha: Uint8Array, behind: Planar): Texture {
  const { width, height } = photo;
  const luma = new Uint32Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    const a = alpha[i]!;
    luma[i] = premultiplied(photo.y[i]!, behind.y[i]!, a, 235) | (a << 16);
  }
  const halfWidth = width >> 1;
  const halfHeight = height >> 1;
  const chroma = new Uint32Array(halfWidth * halfHeight);
  const chromaAlpha = new Uint32Array(halfWidth * halfHeight);
  for (let cy = 0; cy < halfHeight; cy++)
    for (let cx = 0; cx < halfWidth; cx++) {
      const i = cy * 2 * width + cx * 2;
      const a = (alpha[i]! + alpha[i + 1]! + alpha[i + width]! + alpha[i + width + 1]! + 2) >> 2;
      const c = cy * halfWidth + cx;
      chroma[c] =
        premultiplied(photo.u[c]!, behind.u[c]!, a, 240) |
        (premultiplied(photo.v[c]!, behind.v[c]!, a, 240) << 16);
      chromaAlpha[c] = a;
    }
  return { width, height, luma, chroma, chromaAlpha };
}

/** seen = a F + (1 - a) B, so a F = seen - (1 - a) B, within what a F can be. */
function premultiplied(seen: number, behind: number, alpha: number, highest: number): number {
  const own = seen - (behind * (255 - alpha)) / 255;
  return Math.max((16 * alpha) / 255, Math.min((highest * alpha) / 255, own)) + 0.5;
}

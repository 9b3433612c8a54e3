// Reads rotated squares out of a picture at any scale, as the numbers a model takes. Pure arithmetic.
// A model sees 128 to 256 pixels: reading them from a 2048 px picture point by point would alias, so a
// ladder of halved pictures is kept and each read takes the rung where one step is at most two pixels.

export interface Raster {
  width: number;
  height: number;
  /** RGB, 8 bits. */
  data: Uint8Array;
}

/** A rectangle in the picture, turned by `angle` (radians, clockwise as seen) around its centre. */
export interface Region {
  cx: number;
  cy: number;
  width: number;
  height: number;
  angle: number;
}

export interface Ladder {
  readonly width: number;
  readonly height: number;
  /**
   * Samples a region into `size` x `size` RGB floats, black outside the picture. Bytes are mapped to
   * low..high. `into` is overwritten and returned.
   */
  sample(region: Region, size: number, low: number, high: number, into: Float32Array): Float32Array;
}

export function createLadder(picture: Raster): Ladder {
  const rungs: Raster[] = [picture];
  const rung = (index: number): Raster => {
    while (rungs.length <= index) rungs.push(halve(rungs[rungs.length - 1]!));
    return rungs[index]!;
  };
  return {
    width: picture.width,
    height: picture.height,
    sample(region, size, low, high, into) {
      const step = Math.max(region.width, region.height) / size;
      const deepest = Math.floor(Math.log2(Math.min(picture.width, picture.height)));
      const level = Math.max(0, Math.min(deepest, Math.floor(Math.log2(step))));
      const source = rung(level);
      const scale = 1 / 2 ** level;
      const cos = Math.cos(region.angle);
      const sin = Math.sin(region.angle);
      const stepX = (region.width / size) * scale;
      const stepY = (region.height / size) * scale;
      const gain = (high - low) / 255;
      const { width, height, data } = source;
      let out = 0;
      for (let row = 0; row < size; row++) {
        const v = (row + 0.5 - size / 2) * stepY;
        for (let column = 0; column < size; column++, out += 3) {
          const u = (column + 0.5 - size / 2) * stepX;
          const x = region.cx * scale + u * cos - v * sin - 0.5;
          const y = region.cy * scale + u * sin + v * cos - 0.5;
          if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) {
            into[out] = low;
            into[out + 1] = low;
            into[out + 2] = low;
            continue;
          }
          const x0 = Math.min(width - 1, Math.max(0, Math.floor(x)));
          const y0 = Math.min(height - 1, Math.max(0, Math.floor(y)));
          const x1 = Math.min(width - 1, x0 + 1);
          const y1 = Math.min(height - 1, y0 + 1);
          const fx = Math.min(1, Math.max(0, x - x0));
          const fy = Math.min(1, Math.max(0, y - y0));
          const a = (y0 * width + x0) * 3;
          const b = (y0 * width + x1) * 3;
          const c = (y1 * width + x0) * 3;
          const d = (y1 * width + x1) * 3;
          for (let channel = 0; channel < 3; channel++) {
            const top = data[a + channel]! * (1 - fx) + data[b + channel]! * fx;
            const bottom = data[c + channel]! * (1 - fx) + data[d + channel]! * fx;
            into[out + channel] = low + gain * (top * (1 - fy) + bottom * fy);
          }
        }
      }
      return into;
    },
  };
}

/** Maps a point of a sampled region (0..1 in both directions) back into the picture. */
export function regionPoint(region: Region, u: number, v: number): { x: number; y: number } {
  const dx = (u - 0.5) * region.width;
  const dy = (v - 0.5) * region.height;
  const cos = Math.cos(region.angle);
  const sin = Math.sin(region.angle);
  return { x: region.cx + dx * cos - dy * sin, y: region.cy + dx * sin + dy * cos };
}

function halve(from: Raster): Raster {
  const width = Math.max(1, from.width >> 1);
  const height = Math.max(1, from.height >> 1);
  const data = new Uint8Array(width * height * 3);
  const row = from.width * 3;
  const right = from.width > 1 ? 3 : 0;
  const below = from.height > 1 ? row : 0;
  for (let y = 0, out = 0; y < height; y++) {
    let at = 2 * y * row;
    for (let x = 0; x < width; x++, at += 6) {
      for (let channel = 0; channel < 3; channel++, out++) {
        const i = at + channel;
        data[out] =
          (from.data[i]! +
            from.data[i + right]! +
            from.data[i + below]! +
            from.data[i + right + below]! +
            2) >>
          2;
      }
    }
  }
  return { width, height, data };
}

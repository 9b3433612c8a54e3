// Guesses what is behind the person: known background is averaged into ever coarser pictures, and the holes
// are filled from the finest one that knows something (pull-push). Soft, which is right: only thin rims of it
// are ever seen.

interface Level {
  width: number;
  height: number;
  /** r, g, b times weight, and the weight. */
  values: Float32Array;
}

/** `rgb` packed, `person` 0..255. Returns packed RGB in which known background is untouched. */
export function fillBehind(rgb: Uint8Array, person: Uint8Array, width: number, height: number): Uint8Array {
  const levels: Level[] = [firstLevel(rgb, person, width, height)];
  for (;;) {
    const last = levels[levels.length - 1]!;
    if (last.width <= 2 && last.height <= 2) break;
    levels.push(pull(last));
  }
  for (let k = levels.length - 2; k >= 0; k--) push(levels[k + 1]!, levels[k]!);
  const filled = levels[0]!;
  const out = new Uint8Array(rgb.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const a = person[i]!;
      if (a === 0) {
        out[i * 3] = rgb[i * 3]!;
        out[i * 3 + 1] = rgb[i * 3 + 1]!;
        out[i * 3 + 2] = rgb[i * 3 + 2]!;
        continue;
      }
      const fx = Math.min(filled.width - 1.001, Math.max(0, (x + 0.5) / STEP - 0.5));
      const fy = Math.min(filled.height - 1.001, Math.max(0, (y + 0.5) / STEP - 0.5));
      for (let c = 0; c < 3; c++) out[i * 3 + c] = at(filled, fx, fy, c) + 0.5;
    }
  return out;
}

/** The fill works on cells of this many pixels: it is soft anyway. */
const STEP = 4;

function firstLevel(rgb: Uint8Array, person: Uint8Array, width: number, height: number): Level {
  const w = Math.ceil(width / STEP);
  const h = Math.ceil(height / STEP);
  const values = new Float32Array(w * h * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (person[i]! > 4) continue;
      const cell = (((y / STEP) | 0) * w + ((x / STEP) | 0)) * 4;
      values[cell]! += rgb[i * 3]!;
      values[cell + 1]! += rgb[i * 3 + 1]!;
      values[cell + 2]! += rgb[i * 3 + 2]!;
      values[cell + 3]! += 1;
    }
  return { width: w, height: h, values };
}

function pull(fine: Level): Level {
  const width = Math.ceil(fine.width / 2);
  const height = Math.ceil(fine.height / 2);
  const values = new Float32Array(width * height * 4);
  for (let y = 0; y < fine.height; y++)
    for (let x = 0; x < fine.width; x++) {
      const from = (y * fine.width + x) * 4;
      const weight = fine.values[from + 3]!;
      if (weight === 0) continue;
      // Every cell counts the same however many pixels it knew: the fill comes from the rim, not from afar.
      const share = Math.min(1, weight) / weight;
      const to = ((y >> 1) * width + (x >> 1)) * 4;
      for (let c = 0; c < 4; c++) values[to + c]! += fine.values[from + c]! * share;
    }
  return { width, height, values };
}

function push(coarse: Level, fine: Level): void {
  for (let y = 0; y < fine.height; y++)
    for (let x = 0; x < fine.width; x++) {
      const i = (y * fine.width + x) * 4;
      if (fine.values[i + 3]! > 0) continue;
      const fx = Math.min(coarse.width - 1.001, Math.max(0, (x + 0.5) / 2 - 0.5));
      const fy = Math.min(coarse.height - 1.001, Math.max(0, (y + 0.5) / 2 - 0.5));
      for (let c = 0; c < 3; c++) fine.values[i + c] = at(coarse, fx, fy, c);
      fine.values[i + 3] = 1;
    }
}

function at(level: Level, x: number, y: number, c: number): number {
  const x0 = Math.max(0, Math.floor(x));
  const y0 = Math.max(0, Math.floor(y));
  const x1 = Math.min(level.width - 1, x0 + 1);
  const y1 = Math.min(level.height - 1, y0 + 1);
  const fx = Math.max(0, x - x0);
  const fy = Math.max(0, y - y0);
  const top = cellMean(level, x0, y0, c) * (1 - fx) + cellMean(level, x1, y0, c) * fx;
  const bottom = cellMean(level, x0, y1, c) * (1 - fx) + cellMean(level, x1, y1, c) * fx;
  return top * (1 - fy) + bottom * fy;
}

function cellMean(level: Level, cx: number, cy: number, c: number): number {
  const i = (cy * level.width + cx) * 4;
  return level.values[i + c]! / Math.max(1e-6, level.values[i + 3]!);
}

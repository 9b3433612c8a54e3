// What is inside the mouth, painted once per photo in the face's frame: whether the photo shows teeth of its
// own, upper teeth that stay with the skull, lower teeth and tongue that go with the jaw, all lit and tinted
// by the photo's skin and lips and as soft as the photo is.
import { LIP_COLUMNS, type LipCurves, lipAt } from './lip-curves.ts';
import type { Planar } from './planar.ts';
import type { Rig } from './rig.ts';
import { clamp, smoothstep } from './smoothing.ts';

export interface Tint {
  y: number;
  u: number;
  v: number;
}

/** Values over a rectangle of the face's frame. */
export interface Layer {
  readonly y: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  readonly a: Float32Array;
}

export interface MouthAtlas {
  readonly columns: number;
  readonly rows: number;
  /** Face-frame coordinates of the first cell, and cells per eye distance. */
  readonly left: number;
  readonly top: number;
  readonly density: number;
  /** Skull-fixed; empty where the photo's own mouth is kept. */
  readonly upper: Layer;
  /** Jaw-fixed. */
  readonly lower: Layer;
  /** How much of the photo's own mouth is kept, by cell; all zero for a closed mouth. */
  readonly own: Float32Array;
  readonly hasOwn: boolean;
  /** The photo shows its own teeth. */
  readonly hasTeeth: boolean;
  readonly cavity: Tint;
}

/** Widths of the upper teeth from the middle outwards, in eye distances (8.5, 6.6, 7.6, 7, 6.8 mm on 63 mm). */
const UPPER_TEETH = [0.13, 0.102, 0.112, 0.098, 0.09, 0.09];
const LOWER_TEETH = [0.082, 0.09, 0.098, 0.096, 0.09, 0.09];
/** Where the upper teeth end below a closed mouth's line, in the middle. */
const UPPER_EDGE = 0.074;

export function buildMouthAtlas(rig: Rig, photo: Planar, rest: LipCurves, softness: number): MouthAtlas {
  const ed = rig.eyeDistance;
  const density = clamp(ed, 40, 220);
  const half = Math.max(0.62, (rest.to - rest.from) / 2 + 0.16);
  const left = -half;
  const top = -0.34;
  const columns = Math.ceil(2 * half * density);
  const rows = Math.ceil(1.15 * density);
  const light = measureLight(rig, photo);
  const hasOwn = rig.gap > 0;
  const teethShare = hasOwn ? ownTeeth(rig, photo, rest, light) : 0;
  const hasTeeth = teethShare > 0.22;

  const toothY = clamp(16 + (light.skin.y - 16) * 1.06, 70, 188);
  const tooth: Tint = {
    y: toothY,
    u: 128 + (light.skin.u - 128) * 0.34,
    v: 128 + (light.skin.v - 128) * 0.24,
  };
  const tongue: Tint = {
    y: 16 + (light.lip.y - 16) * 0.62,
    u: 128 + (light.lip.u - 128) * 0.85,
    v: 128 + (light.lip.v - 128) * 1.05,
  };
  const cavity: Tint = {
    y: 16 + clamp((light.skin.y - 16) * 0.11, 3, 22),
    u: 128 + (light.lip.u - 128) * 0.3,
    v: 128 + (light.lip.v - 128) * 0.42,
  };
  const size = columns * rows;
  const empty = (): Layer => ({
    y: new Float32Array(size),
    u: new Float32Array(size),
    v: new Float32Array(size),
    a: new Float32Array(size),
  });
  const upper = empty();
  const lower = empty();
  const own = new Float32Array(size);
  const feather = Math.max(0.014, (1.1 * softness) / density);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column;
      const x = left + (column + 0.5) / density;
      const y = top + (row + 0.5) / density;
      if (hasOwn) own[i] = ownShare(x, y, rest, hasTeeth, feather);
      else paintUpper(upper, i, x, y, tooth);
      paintLower(lower, i, x, y, tooth, tongue, hasOwn ? lipAt(rest.lower, rest.from, rest.to, 0) : 0);
    }
  // As soft as the picture around it: drawn teeth sharper than the photo look pasted on.
  const radius = Math.max(1, Math.round(softness * (density / ed)));
  for (const layer of [upper, lower])
    for (const plane of [layer.y, layer.u, layer.v, layer.a]) softenTwice(plane, columns, rows, radius);
  return {
    columns,
    rows,
    left,
    top,
    density,
    upper,
    lower,
    own,
    hasOwn,
    hasTeeth,
    cavity,
  };
}

interface Light {
  skin: Tint;
  lip: Tint;
}

function measureLight(rig: Rig, photo: Planar): Light {
  const tintAt = (indices: readonly number[]): Tint => {
    const samples = indices.map((i) => {
      const x = clamp(Math.round(rig.vertices[i * 3]!), 0, photo.width - 1);
      const y = clamp(Math.round(rig.vertices[i * 3 + 1]!), 0, photo.height - 1);
      const c = (y >> 1) * (photo.width >> 1) + (x >> 1);
      return [photo.y[y * photo.width + x]!, photo.u[c]!, photo.v[c]!] as const;
    });
    const median = (k: 0 | 1 | 2) => {
      const sorted = samples.map((sample) => sample[k]).sort((a, b) => a - b);
      return sorted[sorted.length >> 1]!;
    };
    return { y: median(0), u: median(1), v: median(2) };
  };
  return {
    skin: tintAt([50, 280, 205, 425, 187, 411, 200, 199, 36, 266]),
    lip: tintAt([72, 11, 302, 85, 16, 315, 180, 404, 90, 320, 38, 268]),
  };
}

/** Share of the opening whose pixels are bright and hardly coloured. */
function ownTeeth(rig: Rig, photo: Planar, rest: LipCurves, light: Light): number {
  const cos = Math.cos(rig.tilt);
  const sin = Math.sin(rig.tilt);
  const colour = Math.hypot(light.skin.u - 128, light.skin.v - 128);
  let bright = 0;
  let all = 0;
  for (let k = 12; k < LIP_COLUMNS - 12; k++) {
    const x = rest.from + ((rest.to - rest.from) * k) / (LIP_COLUMNS - 1);
    for (let step = 1; step < 8; step++) {
      const y = rest.upper[k]! + ((rest.lower[k]! - rest.upper[k]!) * step) / 8;
      const px = Math.round(rig.mouth[0] + (x * cos - y * sin) * rig.eyeDistance);
      const py = Math.round(rig.mouth[1] + (x * sin + y * cos) * rig.eyeDistance);
      if (px < 0 || py < 0 || px >= photo.width || py >= photo.height) continue;
      const c = (py >> 1) * (photo.width >> 1) + (px >> 1);
      all++;
      const isBright = photo.y[py * photo.width + px]! - 16 > (light.skin.y - 16) * 0.78;
      if (isBright && Math.hypot(photo.u[c]! - 128, photo.v[c]! - 128) < colour * 0.72 + 3) bright++;
    }
  }
  return all === 0 ? 0 : bright / all;
}

/** Inside the photo's opening its own picture stays; teeth end in rounded edges where the lip covered them. */
function ownShare(x: number, y: number, rest: LipCurves, hasTeeth: boolean, feather: number): number {
  const lower = lipAt(rest.lower, rest.from, rest.to, x);
  const upper = lipAt(rest.upper, rest.from, rest.to, x);
  const height = lower - upper;
  if (x <= rest.from || x >= rest.to) return 0;
  const scallop = hasTeeth ? 0.016 * toothRound(x, UPPER_TEETH) : 0;
  const edge = lower - 0.012 - scallop * smoothstep(0.02, 0.08, height);
  const ends = smoothstep(rest.from, rest.from + 0.04, x) * (1 - smoothstep(rest.to - 0.04, rest.to, x));
  return (1 - smoothstep(edge - feather, edge + feather, y)) * ends;
}

/** 0 in the middle of a tooth's edge, 1 between two teeth. */
function toothRound(x: number, widths: readonly number[]): number {
  const { offset, width } = toothAt(x, widths);
  const t = Math.abs(offset / width);
  return t > 0.5 ? 1 : (2 * t) ** 4;
}

function toothAt(x: number, widths: readonly number[]): { index: number; offset: number; width: number } {
  // Teeth further out turn away from the viewer: the row is an arch seen from the front.
  const arch = Math.asin(clamp(Math.abs(x) / 0.62, 0, 1)) * 0.62;
  let from = 0;
  for (let index = 0; index < widths.length; index++) {
    const width = widths[index]!;
    if (arch < from + width || index === widths.length - 1)
      return { index, offset: arch - from - width / 2, width };
    from += width;
  }
  return { index: 0, offset: 0, width: widths[0]! };
}

function paintUpper(layer: Layer, i: number, x: number, y: number, tooth: Tint): void {
  const { index, offset, width } = toothAt(x, UPPER_TEETH);
  const side = Math.abs(x) / 0.62;
  const lengths = [0, -0.01, 0, -0.01, -0.018, -0.026];
  const t = Math.abs(offset / width);
  const round = 0.013 * (2 * Math.min(t, 0.5)) ** 3;
  const edge = UPPER_EDGE - 0.07 * side * side + (lengths[index] ?? 0) - round;
  const gumLine = -0.15 + 0.035 * (2 * t) ** 2;
  const inside = 1 - smoothstep(edge - 0.01, edge + 0.01, y);
  layer.a[i] = inside * (1 - smoothstep(0.82, 1, side));
  const between = smoothstep(0.38, 0.5, t) * 0.14;
  // Lit from the front: darker towards the back of the mouth and up under the lip.
  const lit = (1 - 0.62 * side ** 1.7) * (1 - between) * (0.8 + 0.2 * smoothstep(-0.16, 0.02, y));
  const isGum = y < gumLine;
  layer.y[i] = 16 + (tooth.y - 16) * lit * (isGum ? 0.62 : 1);
  layer.u[i] = tooth.u + (isGum ? -4 : 0);
  layer.v[i] = tooth.v + (isGum ? 22 : 0);
}

/** `dropped`: where the lower lip's edge already is in the photo. */
function paintLower(
  layer: Layer,
  i: number,
  x: number,
  y: number,
  tooth: Tint,
  tongue: Tint,
  dropped: number,
): void {
  const { offset, width } = toothAt(x, LOWER_TEETH);
  const side = Math.abs(x) / 0.54;
  const t = Math.abs(offset / width);
  const base = dropped;
  const edge = base - 0.012 + 0.075 * side * side + 0.01 * (2 * Math.min(t, 0.5)) ** 3;
  const teeth = smoothstep(edge - 0.01, edge + 0.012, y) * (1 - smoothstep(0.8, 1, side));
  // The tongue lies behind the lower teeth, a low dome lit from above.
  const dome = base - 0.07 + 0.32 * x * x;
  const inTongue = smoothstep(dome - 0.022, dome + 0.03, y) * (1 - smoothstep(0.3, 0.42, Math.abs(x)));
  const tongueLight = (0.55 + 0.45 * (1 - clamp((y - dome) / 0.14, 0, 1))) * (1 - 0.5 * (x / 0.4) ** 2);
  const groove = 1 - 0.1 * Math.exp(-((x / 0.03) ** 2));
  const toothLight = (1 - 0.6 * side ** 1.6) * (1 - smoothstep(0.38, 0.5, t) * 0.16) * 0.72;
  const tongueY = 16 + (tongue.y - 16) * clamp(tongueLight, 0.3, 1) * groove;
  const toothY = 16 + (tooth.y - 16) * clamp(toothLight, 0.1, 1);
  layer.y[i] = tongueY + (toothY - tongueY) * teeth;
  layer.u[i] = tongue.u + (tooth.u - tongue.u) * teeth;
  layer.v[i] = tongue.v + (tooth.v - tongue.v) * teeth;
  layer.a[i] = Math.max(inTongue, teeth);
}

function softenTwice(plane: Float32Array, columns: number, rows: number, radius: number): void {
  const line = new Float32Array(Math.max(columns, rows));
  const pass = (start: number, step: number, count: number) => {
    for (let k = 0; k < count; k++) line[k] = plane[start + k * step]!;
    let sum = 0;
    for (let k = -radius; k <= radius; k++) sum += line[clamp(k, 0, count - 1)]!;
    for (let k = 0; k < count; k++) {
      plane[start + k * step] = sum / (2 * radius + 1);
      sum += line[Math.min(count - 1, k + radius + 1)]! - line[Math.max(0, k - radius)]!;
    }
  };
  for (let times = 0; times < 2; times++) {
    for (let row = 0; row < rows; row++) pass(row * columns, 1, columns);
    for (let column = 0; column < columns; column++) pass(column, columns, rows);
  }
}

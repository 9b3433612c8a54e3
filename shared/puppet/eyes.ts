// Blinks. The lid is drawn down inside the texture, before the warp, by moving columns of its pixels: skin
// between brow and lashes stretches, the lashes keep their size, the eyeball stays where it is.
import { EYE_FIRST, EYE_LAST, type EyeParts } from './face-parts.ts';
import type { Texture } from './planar.ts';
import type { Rig } from './rig.ts';
import { clamp, smoothstep } from './smoothing.ts';

export interface Blinker {
  /** Puts the lids at `lids` (0 open as in the photo .. 1 shut) in the texture it was made for. */
  set(lids: number): void;
}

/** Lashes under the lid's edge go down with it: eye distances. */
const LASHES = 0.02;
/** Of the skin above the edge this much keeps its height: crease and make-up would smear if it stretched. */
const KEPT = 0.045;

interface Eye {
  /** Corner at the picture's left, and the unit vector towards the other corner, texture pixels. */
  x: number;
  y: number;
  cos: number;
  sin: number;
  /** Lid edges and the strip's top over COLUMNS steps from corner to corner, pixels along the eye's y axis. */
  width: number;
  upper: Float32Array;
  lower: Float32Array;
  strip: number;
  box: { left: number; top: number; right: number; bottom: number };
}

const COLUMNS = 64;

export function createBlinker(rig: Rig, texture: Texture): Blinker {
  const eyes = [EYE_FIRST, EYE_LAST].map((parts) => measureEye(rig, parts, texture));
  const luma = texture.luma.slice();
  const chroma = texture.chroma.slice();
  let current = 0;
  return {
    set(lids) {
      const wanted = lids < 0.02 ? 0 : lids;
      if (wanted === current) return;
      current = wanted;
      for (const eye of eyes) {
        redraw(eye, wanted, rig.eyeDistance, luma, texture.luma, texture.width, 1);
        redraw(eye, wanted, rig.eyeDistance, chroma, texture.chroma, texture.width >> 1, 2);
      }
    },
  };
}

function measureEye(rig: Rig, parts: EyeParts, texture: Texture): Eye {
  const at = (i: number): [number, number] => [rig.vertices[i * 3]!, rig.vertices[i * 3 + 1]!];
  const [x0, y0] = at(parts.upper[0]!);
  const [x1, y1] = at(parts.upper[8]!);
  const width = Math.max(4, Math.hypot(x1 - x0, y1 - y0));
  const cos = (x1 - x0) / width;
  const sin = (y1 - y0) / width;
  const local = (i: number): [number, number] => {
    const [px, py] = at(i);
    return [(px - x0) * cos + (py - y0) * sin, -(px - x0) * sin + (py - y0) * cos];
  };
  const upper = contour(parts.upper.map(local), width);
  const lower = contour(parts.lower.map(local), width);
  const middle = COLUMNS >> 1;
  const browLow = Math.max(...parts.brow.slice(5).map((i) => local(i)[1]));
  const toBrow = Math.max(0.1 * rig.eyeDistance, upper[middle]! - browLow);
  const strip = clamp(toBrow * 0.95, 0.13 * rig.eyeDistance, 0.3 * rig.eyeDistance);
  const reach = strip + (Math.max(...lower) - Math.min(...upper)) + 0.2 * rig.eyeDistance;
  const cx = (x0 + x1) / 2;
  const cy = (y0 + y1) / 2;
  const halfBox = width / 2 + 0.14 * rig.eyeDistance + Math.abs(sin) * reach;
  return {
    x: x0,
    y: y0,
    cos,
    sin,
    width,
    upper,
    lower,
    strip,
    box: {
      left: clamp(Math.floor(cx - halfBox) & ~1, 0, texture.width - 2),
      right: clamp(Math.ceil(cx + halfBox) & ~1, 0, texture.width - 2),
      top: clamp(Math.floor(cy - reach) & ~1, 0, texture.height - 2),
      bottom: clamp(Math.ceil(cy + reach * 0.8) & ~1, 0, texture.height - 2),
    },
  };
}

/** Lid edge at equal steps, smoothed: the mesh's corners would show as kinks in the closed lid. */
function contour(points: readonly [number, number][], width: number): Float32Array {
  const raw = new Float32Array(COLUMNS + 1);
  let k = 0;
  for (let s = 0; s <= COLUMNS; s++) {
    const x = (width * s) / COLUMNS;
    while (k + 2 < points.length && points[k + 1]![0] < x) k++;
    const [ax, ay] = points[k]!;
    const [bx, by] = points[k + 1]!;
    const t = clamp((x - ax) / Math.max(1e-3, bx - ax), 0, 1);
    raw[s] = ay + (by - ay) * t;
  }
  const out = raw.slice();
  for (let times = 0; times < 6; times++)
    for (let s = 1; s < COLUMNS; s++) out[s] = (out[s - 1]! + 2 * out[s]! + out[s + 1]!) / 4;
  return out;
}

function redraw(
  eye: Eye,
  lids: number,
  eyeDistance: number,
  original: Uint32Array,
  texels: Uint32Array,
  stride: number,
  scale: 1 | 2,
): void {
  const { box, cos, sin } = eye;
  for (let py = box.top / scale; py < box.bottom / scale; py++)
    for (let px = box.left / scale; px < box.right / scale; px++) {
      const at = py * stride + px;
      if (lids === 0) {
        texels[at] = original[at]!;
        continue;
      }
      const x = (px + 0.5) * scale - eye.x;
      const y = (py + 0.5) * scale - eye.y;
      const along = x * cos + y * sin;
      const down = -x * sin + y * cos;
      lidSource(eye, along, down, lids, eyeDistance, scale, layers);
      const { cover } = layers;
      const under = (layers.under - down) / scale;
      const over = (layers.over - down) / scale;
      if (cover >= 1) texels[at] = moved(original, stride, at, px, py, over, cos, sin);
      else {
        let texel = moved(original, stride, at, px, py, under, cos, sin);
        if (cover > 0) texel = mixPacked(texel, moved(original, stride, at, px, py, over, cos, sin), cover);
        texels[at] = texel;
      }
      if (scale === 1 && layers.shadow > 0.02) texels[at] = darken(texels[at]!, layers.shadow);
    }
}

/** The texel `shift` texels away along the eye's y axis. A plain function: the loop around it makes no closures. */
function moved(
  texels: Uint32Array,
  stride: number,
  at: number,
  px: number,
  py: number,
  shift: number,
  cos: number,
  sin: number,
): number {
  return shift === 0 ? texels[at]! : sample(texels, stride, px - shift * sin, py + shift * cos);
}

/** Where a pixel comes from (coordinates along the eye's y axis): what covers it, by how much, over what. */
interface LidLayers {
  over: number;
  cover: number;
  under: number;
  /** Shadow of shut lashes, 0..1. */
  shadow: number;
}
const layers: LidLayers = { over: 0, cover: 0, under: 0, shadow: 0 };

/** Fills `into` for the pixel at `down` when the lid is at `lids`; a pixel is `pixel` high. */
function lidSource(
  eye: Eye,
  along: number,
  down: number,
  lids: number,
  eyeDistance: number,
  pixel: number,
  into: LidLayers,
): void {
  const step = clamp((along / eye.width) * COLUMNS, 0, COLUMNS);
  const k = Math.min(COLUMNS - 1, Math.floor(step));
  const t = step - k;
  const upper = eye.upper[k]! + (eye.upper[k + 1]! - eye.upper[k]!) * t;
  const lower = eye.lower[k]! + (eye.lower[k + 1]! - eye.lower[k]!) * t;
  const open = Math.max(0, lower - upper);
  const inside = smoothstep(-0.12, 0.06, along / eye.width) * smoothstep(-0.12, 0.06, 1 - along / eye.width);
  const lashes = LASHES * eyeDistance * inside;
  const shut = smoothstep(0.75, 1, lids);
  // At the end the lid goes a little past the lower one, so that no white is left between them.
  const drop = (open * (0.9 * lids + 0.1 * shut) + 0.045 * eyeDistance * shut) * inside;
  // Measured lower lids may lie a little inside the eye: the rim under them rises too and hides the rest.
  const rim = 0.03 * eyeDistance * inside;
  const rise = (open * 0.1 * lids + 0.06 * eyeDistance * shut) * inside;
  const top = upper - eye.strip;
  const edge = upper + lashes;
  const edgeNow = edge + drop;
  const low = lower + rim;
  const lowNow = low - rise;
  const bottom = lower + 0.22 * eyeDistance;
  into.over = down;
  into.under = down;
  into.cover = 0;
  into.shadow = 0;
  if (down <= top || down >= bottom) return;
  if (shut > 0) {
    const away = (down - edgeNow) / (0.022 * eyeDistance);
    into.shadow = away * away > 9 ? 0 : shut * inside * Math.exp(-away * away);
  }
  const onLower = low + ((down - lowNow) * (bottom - low)) / (bottom - lowNow);
  if (down >= lowNow + pixel / 2) into.under = onLower;
  if (down < edgeNow + pixel) {
    const kept = upper - KEPT * eyeDistance;
    // Seen from the front a shut lid's edge tips down and away: crease and lashes draw together.
    const folded = 1 - 0.62 * shut;
    const keptNow = edgeNow - (edge - kept) * folded;
    if (down >= keptNow) into.over = edge - (edgeNow - down) / folded;
    else {
      const ratio = (keptNow - top) / (kept - top);
      const s = (down - top) / (keptNow - top);
      const eased = s + Math.min(ratio - 1, 2.6) * (s * s * s - s * s);
      into.over = top + (kept - top) * eased;
    }
    into.cover = clamp((edgeNow - down) / pixel + 0.5, 0, 1);
  } else if (down > lowNow - pixel / 2 && down < lowNow + pixel / 2) {
    into.over = onLower;
    into.cover = clamp((down - lowNow) / pixel + 0.5, 0, 1);
  }
}

/** Two lash rows lying on one another are a dark line whatever they were apart. */
function darken(texel: number, shadow: number): number {
  const luma = texel & 255;
  return (texel & 0x00ff0000) | (16 + Math.max(0, luma - 16) * (1 - 0.7 * shadow));
}

/** `a` + (`b` - `a`) * share on two packed values. */
function mixPacked(a: number, b: number, share: number): number {
  const w = (share * 256) | 0;
  return (((Math.imul(a, 256 - w) + Math.imul(b, w) + 0x00800080) | 0) >>> 8) & 0x00ff00ff;
}

/** Bilinear on two packed values; x, y are texel indices. */
function sample(texels: Uint32Array, stride: number, x: number, y: number): number {
  const px = Math.max(0, x);
  const py = Math.max(0, y);
  const at = Math.floor(py) * stride + Math.floor(px);
  const fu = ((px % 1) * 256) | 0;
  const fv = ((py % 1) * 256) | 0;
  const w11 = (fu * fv) >> 8;
  const w10 = fu - w11;
  const w01 = fv - w11;
  const w00 = 256 - fu - w01;
  const sum =
    (Math.imul(texels[at]!, w00) +
      Math.imul(texels[at + 1]!, w10) +
      Math.imul(texels[at + stride]!, w01) +
      Math.imul(texels[at + stride + 1]!, w11) +
      0x00800080) |
    0;
  return (sum >>> 8) & 0x00ff00ff;
}

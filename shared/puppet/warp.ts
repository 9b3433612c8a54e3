// Draws a textured triangle mesh over a still plate into a planar frame. Affine per triangle, bilinear, fixed
// point; only inside each row's span, where the person can be. The hot loops of the product: typed arrays,
// no allocation per frame.
import type { Planar, Texture } from './planar.ts';

/** First and one past last pixel of each row that may change; equal = none. */
export interface Spans {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export interface WarpMesh {
  /** x, y per vertex in texture pixels. */
  readonly source: Float32Array;
  readonly triangles: Uint16Array;
}

const ONE = 65536;

/**
 * `positions`: x, y per vertex in frame pixels. `plate` and `frame` are as large as the frame; pixels outside
 * the spans are left as they are.
 */
export function warp(
  mesh: WarpMesh,
  positions: Float32Array,
  texture: Texture,
  plate: Planar,
  frame: Planar,
  lumaSpans: Spans,
  chromaSpans: Spans,
): void {
  const { triangles, source } = mesh;
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t]! * 2;
    const b = triangles[t + 1]! * 2;
    const c = triangles[t + 2]! * 2;
    const ax = positions[a]!;
    const ay = positions[a + 1]!;
    const bx = positions[b]!;
    const by = positions[b + 1]!;
    const cx = positions[c]!;
    const cy = positions[c + 1]!;
    if (Math.max(ay, by, cy) < 0 || Math.min(ay, by, cy) > frame.height) continue;
    if (Math.max(ax, bx, cx) < 0 || Math.min(ax, bx, cx) > frame.width) continue;
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area > -1e-3 && area < 1e-3) continue;
    const su = source[a]!;
    const sv = source[a + 1]!;
    const u1 = source[b]! - su;
    const v1 = source[b + 1]! - sv;
    const u2 = source[c]! - su;
    const v2 = source[c + 1]! - sv;
    // Texture coordinates as affine functions of the frame's: u = uo + ux x + uy y.
    const ux = (u1 * (cy - ay) - u2 * (by - ay)) / area;
    const uy = (u2 * (bx - ax) - u1 * (cx - ax)) / area;
    const vx = (v1 * (cy - ay) - v2 * (by - ay)) / area;
    const vy = (v2 * (bx - ax) - v1 * (cx - ax)) / area;
    const uo = su - ux * ax - uy * ay;
    const vo = sv - vx * ax - vy * ay;
    drawLuma(ax, ay, bx, by, cx, cy, ux, uy, uo, vx, vy, vo, texture, plate.y, frame, lumaSpans);
    drawChroma(
      ax / 2,
      ay / 2,
      bx / 2,
      by / 2,
      cx / 2,
      cy / 2, // biome-ignore format: points of the triangle
      ux,
      uy,
      uo / 2,
      vx,
      vy,
      vo / 2,
      texture,
      plate,
      frame,
      chromaSpans,
    );
  }
}

/** x where the edge from the upper to the lower point crosses y; the same for both triangles of an edge. */
function crossing(x0: number, y0: number, x1: number, y1: number, y: number): number {
  return y0 < y1 ? x0 + ((x1 - x0) * (y - y0)) / (y1 - y0) : x1 + ((x0 - x1) * (y - y1)) / (y0 - y1);
}

/** The span of one row inside a triangle, written to `left` and `right` (pixel centres at .5). */
let left = 0;
let right = 0;
function rowSpan(ax: number, ay: number, bx: number, by: number, cx: number, cy: number, y: number): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  if (ay <= y !== by <= y) {
    const x = crossing(ax, ay, bx, by, y);
    if (x < low) low = x;
    if (x > high) high = x;
  }
  if (by <= y !== cy <= y) {
    const x = crossing(bx, by, cx, cy, y);
    if (x < low) low = x;
    if (x > high) high = x;
  }
  if (cy <= y !== ay <= y) {
    const x = crossing(cx, cy, ax, ay, y);
    if (x < low) low = x;
    if (x > high) high = x;
  }
  if (low > high) return false;
  left = Math.ceil(low - 0.5);
  right = Math.ceil(high - 0.5);
  return right > left;
}

function drawLuma(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  cx: number,
  cy: number,
  ux: number,
  uy: number,
  uo: number,
  vx: number,
  vy: number,
  vo: number,
  texture: Texture,
  plate: Uint8Array,
  frame: Planar,
  spans: Spans,
): void {
  const { width, height } = frame;
  const texels = texture.luma;
  const stride = texture.width;
  const maxU = (texture.width - 1) * ONE - 1;
  const maxV = (texture.height - 1) * ONE - 1;
  const out = frame.y;
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(height, Math.ceil(Math.max(ay, by, cy) - 0.5));
  const du = Math.round(ux * ONE);
  const dv = Math.round(vx * ONE);
  for (let y = top; y < bottom; y++) {
    if (spans.from[y]! >= spans.to[y]!) continue;
    if (!rowSpan(ax, ay, bx, by, cx, cy, y + 0.5)) continue;
    const from = Math.max(left, spans.from[y]!);
    const to = Math.min(right, spans.to[y]!);
    if (from >= to) continue;
    const px = from + 0.5;
    const py = y + 0.5;
    let u = Math.round((uo + ux * px + uy * py - 0.5) * ONE);
    let v = Math.round((vo + vx * px + vy * py - 0.5) * ONE);
    const uEnd = u + du * (to - from - 1);
    const vEnd = v + dv * (to - from - 1);
    const inside =
      u >= 0 && v >= 0 && uEnd >= 0 && vEnd >= 0 && u <= maxU && uEnd <= maxU && v <= maxV && vEnd <= maxV;
    const row = y * width;
    for (let i = row + from, end = row + to; i < end; i++) {
      let su = u;
      let sv = v;
      if (!inside) {
        su = Math.max(0, Math.min(su, maxU));
        sv = Math.max(0, Math.min(sv, maxV));
      }
      const at = (sv >> 16) * stride + (su >> 16);
      const fu = (su >> 8) & 255;
      const fv = (sv >> 8) & 255;
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
      const alpha = sum >>> 24;
      const value = (sum >>> 8) & 255;
      out[i] = alpha === 255 ? value : value + ((plate[i]! * (255 - alpha) * 257 + 32896) >> 16);
      u += du;
      v += dv;
    }
  }
}

function drawChroma(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  cx: number,
  cy: number,
  ux: number,
  uy: number,
  uo: number,
  vx: number,
  vy: number,
  vo: number,
  texture: Texture,
  plate: Planar,
  frame: Planar,
  spans: Spans,
): void {
  const width = frame.width >> 1;
  const height = frame.height >> 1;
  const texels = texture.chroma;
  const alphas = texture.chromaAlpha;
  const stride = texture.width >> 1;
  const maxU = (stride - 1) * ONE - 1;
  const maxV = ((texture.height >> 1) - 1) * ONE - 1;
  const outU = frame.u;
  const outV = frame.v;
  const plateU = plate.u;
  const plateV = plate.v;
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(height, Math.ceil(Math.max(ay, by, cy) - 0.5));
  const du = Math.round(ux * ONE);
  const dv = Math.round(vx * ONE);
  for (let y = top; y < bottom; y++) {
    if (spans.from[y]! >= spans.to[y]!) continue;
    if (!rowSpan(ax, ay, bx, by, cx, cy, y + 0.5)) continue;
    const from = Math.max(left, spans.from[y]!);
    const to = Math.min(right, spans.to[y]!);
    if (from >= to) continue;
    const px = from + 0.5;
    const py = y + 0.5;
    let u = Math.round((uo + ux * px + uy * py - 0.5) * ONE);
    let v = Math.round((vo + vx * px + vy * py - 0.5) * ONE);
    const row = y * width;
    for (let i = row + from, end = row + to; i < end; i++) {
      const su = Math.max(0, Math.min(u, maxU));
      const sv = Math.max(0, Math.min(v, maxV));
      const at = (sv >> 16) * stride + (su >> 16);
      const fu = (su >> 8) & 255;
      const fv = (sv >> 8) & 255;
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
      const alpha =
        (alphas[at]! * w00 +
          alphas[at + 1]! * w10 +
          alphas[at + stride]! * w01 +
          alphas[at + stride + 1]! * w11 +
          128) >>
        8;
      const valueU = (sum >>> 8) & 255;
      const valueV = sum >>> 24;
      if (alpha === 255) {
        outU[i] = valueU;
        outV[i] = valueV;
      } else {
        const rest = (255 - alpha) * 257;
        outU[i] = valueU + ((plateU[i]! * rest + 32896) >> 16);
        outV[i] = valueV + ((plateV[i]! * rest + 32896) >> 16);
      }
      u += du;
      v += dv;
    }
  }
}

/** Spans of the rows where `alpha` (texture-sized, shifted by the margin) is not empty, grown by `reach`. */
export function spansOf(
  alpha: Uint8Array,
  textureWidth: number,
  margin: { x: number; y: number },
  width: number,
  height: number,
  reach: number,
): { luma: Spans; chroma: Spans } {
  const grow = Math.ceil(reach);
  const first = new Int32Array(height).fill(width);
  const last = new Int32Array(height).fill(0);
  const textureHeight = alpha.length / textureWidth;
  for (let ty = 0; ty < textureHeight; ty++) {
    let low = -1;
    let high = -1;
    for (let tx = 0; tx < textureWidth; tx++)
      if (alpha[ty * textureWidth + tx]! > 0) {
        if (low < 0) low = tx;
        high = tx;
      }
    if (low < 0) continue;
    const y = ty - margin.y;
    for (let k = Math.max(0, y - grow); k <= Math.min(height - 1, y + grow); k++) {
      first[k] = Math.min(first[k]!, Math.max(0, low - margin.x - grow));
      last[k] = Math.max(last[k]!, Math.min(width, high - margin.x + 1 + grow));
    }
  }
  const from = new Int32Array(height >> 1);
  const to = new Int32Array(height >> 1);
  for (let k = 0; k < height >> 1; k++) {
    from[k] = Math.min(first[2 * k]!, first[2 * k + 1]!) >> 1;
    to[k] = Math.min(width >> 1, (Math.max(last[2 * k]!, last[2 * k + 1]!) + 1) >> 1);
  }
  return { luma: { from: first, to: last }, chroma: { from, to } };
}

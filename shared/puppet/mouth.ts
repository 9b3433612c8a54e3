// Paints the inside of the mouth between the lips of a posed face. The photo's own teeth stay fixed to the
// skull and are covered and uncovered by the lips; what the photo does not show comes from the atlas. Closed
// lips paint nothing, so that a rest frame is the photo.
import { JAW_DROP } from './basis.ts';
import { emptyLipCurves, intoSkull, lipAt, lipCurvesOf } from './lip-curves.ts';
import { buildMouthAtlas, type Layer, type MouthAtlas } from './mouth-atlas.ts';
import type { Planar } from './planar.ts';
import type { PosedMesh } from './posed-mesh.ts';
import type { Rig } from './rig.ts';
import { clamp, smoothstep } from './smoothing.ts';

export interface MouthPainter {
  readonly atlas: MouthAtlas;
  /** `margin`: where the frame begins in the texture. */
  paint(posed: PosedMesh, frame: Planar, margin: { x: number; y: number }): void;
}

/** Openings below this (eye distances) are a closed mouth. */
const SHUT = 0.008;

/**
 * `rig` and `photo` are in texture pixels; `rest` is the posed mesh at rest; `softness` is the blur radius of
 * the photo in texture pixels (1 = as sharp as pixels are).
 */
export function createMouthPainter(rig: Rig, photo: Planar, rest: PosedMesh, softness: number): MouthPainter {
  const restCurves = lipCurvesOf(rest.positions, rest.skull, emptyLipCurves());
  const atlas = buildMouthAtlas(rig, photo, restCurves, softness);
  const curves = emptyLipCurves();
  const tiltCos = Math.cos(rig.tilt) * rig.eyeDistance;
  const tiltSin = Math.sin(rig.tilt) * rig.eyeDistance;
  const feather = Math.max(0.9, 0.8 * softness) / rig.eyeDistance;
  const cell = { y: 0, u: 0, v: 0, a: 0 };
  const inside = { y: 0, u: 0, v: 0, a: 0 };

  /** What is at (x, y) of the skull's frame when the jaw hangs `drop` lower than in the photo. */
  function shade(x: number, y: number, drop: number): void {
    const upperLip = lipAt(curves.upper, curves.from, curves.to, x);
    const lowerLip = lipAt(curves.lower, curves.from, curves.to, x);
    const above = y - upperLip;
    const below = lowerLip - y;
    const edge = Math.min(
      above * lipAt(curves.upperFlat, curves.from, curves.to, x),
      below * lipAt(curves.lowerFlat, curves.from, curves.to, x),
    );
    inside.a = smoothstep(-1.6 * feather, 0.5 * feather, edge);
    if (inside.a <= 0) return;
    inside.y = atlas.cavity.y;
    inside.u = atlas.cavity.u;
    inside.v = atlas.cavity.v;
    sampleLayer(atlas, atlas.lower, x, y - drop, cell);
    // Deep in the mouth it is dark: the tongue shows only where light falls in.
    const light = 0.38 + 0.62 * smoothstep(0.02, 0.2, above);
    mix(inside, cell, cell.a, light);
    const shadow = 0.6 + 0.4 * smoothstep(0, 0.032, above);
    if (atlas.hasOwn) {
      const kept = sampleOwn(atlas, x, y);
      if (kept > 0) {
        const restUpper = lipAt(restCurves.upper, restCurves.from, restCurves.to, x);
        const restLower = lipAt(restCurves.lower, restCurves.from, restCurves.to, x);
        const within = clamp(y, restUpper + feather, Math.max(restUpper + feather, restLower));
        samplePhoto(
          photo,
          rig.mouth[0] + x * tiltCos - within * tiltSin,
          rig.mouth[1] + x * tiltSin + within * tiltCos,
          cell,
        );
        // The lip throws its shadow on teeth that it did not touch in the photo.
        const lifted = smoothstep(0, 0.05, restUpper - upperLip);
        mix(inside, cell, kept, 1 - lifted * (1 - shadow) * 0.6);
      }
    } else {
      sampleLayer(atlas, atlas.upper, x, y, cell);
      mix(inside, cell, cell.a, shadow);
    }
  }

  return {
    atlas,
    paint(posed, frame, margin) {
      lipCurvesOf(posed.positions, posed.skull, curves);
      if (curves.opening < SHUT) return;
      const { skull } = posed;
      const toSkull = intoSkull(skull);
      const box = mouthBox(curves, skull, margin, frame, feather);
      const drop = skull.jaw * JAW_DROP * 0.94;
      const { width } = frame;
      const fade = smoothstep(SHUT, SHUT * 2.5, curves.opening);
      for (let py = box.top; py < box.bottom; py++)
        for (let px = box.left; px < box.right; px++) {
          const [x, y] = toSkull(px + 0.5 + margin.x, py + 0.5 + margin.y);
          if (x < curves.from || x > curves.to) continue;
          shade(x, y, drop);
          if (inside.a <= 0) continue;
          const at = py * width + px;
          frame.y[at] = frame.y[at]! + (inside.y - frame.y[at]!) * inside.a * fade + 0.5;
        }
      const half = width >> 1;
      for (let py = box.top >> 1; py < box.bottom >> 1; py++)
        for (let px = box.left >> 1; px < box.right >> 1; px++) {
          const [x, y] = toSkull(px * 2 + 1 + margin.x, py * 2 + 1 + margin.y);
          if (x < curves.from || x > curves.to) continue;
          shade(x, y, drop);
          if (inside.a <= 0) continue;
          const at = py * half + px;
          frame.u[at] = frame.u[at]! + (inside.u - frame.u[at]!) * inside.a * fade + 0.5;
          frame.v[at] = frame.v[at]! + (inside.v - frame.v[at]!) * inside.a * fade + 0.5;
        }
    },
  };
}

interface Cell {
  y: number;
  u: number;
  v: number;
  a: number;
}

function mix(into: Cell, from: Cell, share: number, light: number): void {
  into.y += (16 + (from.y - 16) * light - into.y) * share;
  into.u += (from.u - into.u) * share;
  into.v += (from.v - into.v) * share;
}

function cellAt(atlas: MouthAtlas, x: number, y: number): { at: number; fx: number; fy: number } | undefined {
  const column = (x - atlas.left) * atlas.density - 0.5;
  const row = (y - atlas.top) * atlas.density - 0.5;
  if (column < 0 || column >= atlas.columns - 1 || row >= atlas.rows - 1) return undefined;
  const c = Math.floor(column);
  const r = Math.max(0, Math.floor(row));
  return { at: r * atlas.columns + c, fx: column - c, fy: Math.max(0, row - r) };
}

function bilinear(plane: Float32Array, at: number, stride: number, fx: number, fy: number): number {
  const top = plane[at]! + (plane[at + 1]! - plane[at]!) * fx;
  const bottom = plane[at + stride]! + (plane[at + stride + 1]! - plane[at + stride]!) * fx;
  return top + (bottom - top) * fy;
}

function sampleLayer(atlas: MouthAtlas, layer: Layer, x: number, y: number, into: Cell): void {
  const found = cellAt(atlas, x, y);
  into.a = 0;
  if (found === undefined) return;
  const { at, fx, fy } = found;
  into.a = bilinear(layer.a, at, atlas.columns, fx, fy);
  if (into.a <= 0) return;
  into.y = bilinear(layer.y, at, atlas.columns, fx, fy);
  into.u = bilinear(layer.u, at, atlas.columns, fx, fy);
  into.v = bilinear(layer.v, at, atlas.columns, fx, fy);
}

function sampleOwn(atlas: MouthAtlas, x: number, y: number): number {
  const found = cellAt(atlas, x, y);
  return found === undefined ? 0 : bilinear(atlas.own, found.at, atlas.columns, found.fx, found.fy);
}

/** x, y in texture pixels. */
function samplePhoto(photo: Planar, x: number, y: number, into: Cell): void {
  const { width, height } = photo;
  const px = clamp(x - 0.5, 0, width - 1.001);
  const py = clamp(y - 0.5, 0, height - 1.001);
  const at = Math.floor(py) * width + Math.floor(px);
  const fx = px % 1;
  const fy = py % 1;
  const top = photo.y[at]! + (photo.y[at + 1]! - photo.y[at]!) * fx;
  const bottom = photo.y[at + width]! + (photo.y[at + width + 1]! - photo.y[at + width]!) * fx;
  into.y = top + (bottom - top) * fy;
  const half = width >> 1;
  const cx = clamp(x / 2 - 0.5, 0, half - 1.001);
  const cy = clamp(y / 2 - 0.5, 0, (height >> 1) - 1.001);
  const c = Math.floor(cy) * half + Math.floor(cx);
  const gx = cx % 1;
  const gy = cy % 1;
  const u0 = photo.u[c]! + (photo.u[c + 1]! - photo.u[c]!) * gx;
  const u1 = photo.u[c + half]! + (photo.u[c + half + 1]! - photo.u[c + half]!) * gx;
  const v0 = photo.v[c]! + (photo.v[c + 1]! - photo.v[c]!) * gx;
  const v1 = photo.v[c + half]! + (photo.v[c + half + 1]! - photo.v[c + half]!) * gx;
  into.u = u0 + (u1 - u0) * gy;
  into.v = v0 + (v1 - v0) * gy;
}

/** Even pixel box of the frame around the opening. */
function mouthBox(
  curves: { from: number; to: number; upper: Float32Array; lower: Float32Array },
  skull: PosedMesh['skull'],
  margin: { x: number; y: number },
  frame: Planar,
  feather: number,
) {
  const top = Math.min(...curves.upper) - 3 * feather;
  const bottom = Math.max(...curves.lower) + 3 * feather;
  let [left, right, up, down] = [frame.width, 0, frame.height, 0];
  for (const x of [curves.from, curves.to])
    for (const y of [top, bottom]) {
      const px = skull.x + skull.ax * x + skull.bx * y - margin.x;
      const py = skull.y + skull.ay * x + skull.by * y - margin.y;
      left = Math.min(left, px);
      right = Math.max(right, px);
      up = Math.min(up, py);
      down = Math.max(down, py);
    }
  return {
    left: clamp(Math.floor(left) & ~1, 0, frame.width),
    right: clamp((Math.ceil(right) + 1) & ~1, 0, frame.width),
    top: clamp(Math.floor(up) & ~1, 0, frame.height),
    bottom: clamp((Math.ceil(down) + 1) & ~1, 0, frame.height),
  };
}

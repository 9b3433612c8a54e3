// The rig: a photo's face mesh made movable. Face triangles, rings around them that carry hair, neck and
// shoulders, and for every vertex how it follows each movement. JSON, made once per photo; in photo pixels.
// It knows shapes only, no picture.
import { z } from 'zod';
import { type Basis, basisSchema, buildBasis } from './basis.ts';
import { FACE_POINTS, type FaceMesh } from './face-mesh.ts';
import {
  CHIN,
  EYE_FIRST,
  EYE_LAST,
  FACE_OVAL,
  FOREHEAD,
  INNER_CORNER_FIRST,
  INNER_CORNER_LAST,
  INNER_LOWER,
  INNER_UPPER,
  JAW_HINGE_FIRST,
  JAW_HINGE_LAST,
} from './face-parts.ts';
import { FACE_TRIANGLES } from './face-triangles.ts';
import { smoothstep } from './smoothing.ts';

/** Scales of the rings about the middle of the face; the last one lies beyond any frame. */
const RING_SCALES = [1.16, 1.42, 1.85, 2.4, 3.1, 4.2, 6, 40] as const;
/** Share of the head's movement that shoulders and chest make. */
const BODY_FOLLOWS = 0.14;

export const rigSchema = z.object({
  version: z.literal(1),
  /** Photo pixels: the unit of every displacement. */
  eyeDistance: z.number().positive(),
  /** Middle of the mouth, and the direction of the face's x axis in the photo (radians, clockwise). */
  mouth: z.tuple([z.number(), z.number()]),
  tilt: z.number(),
  /** Point the head turns about: photo pixels, z behind the face positive. */
  pivot: z.tuple([z.number(), z.number(), z.number()]),
  /** x, y, z per vertex, photo pixels. The first 468 are the face's. */
  vertices: z.array(z.number()),
  triangles: z.array(z.int()),
  /** Share of the head's movement each vertex makes, 0..1. */
  head: z.array(z.number()),
  /** How far each vertex rises with a breath, 0..1. */
  chest: z.array(z.number()),
  basis: basisSchema,
  /** Height of the opening between the lips in the photo, in eye distances; 0 = closed. */
  gap: z.number().min(0),
});
export type Rig = z.infer<typeof rigSchema>;

/** Lips nearer than this are closed: the mesh's own noise is as large. Eye distances. */
const CLOSED_GAP = 0.045;

const round3 = (value: number) => Math.round(value * 1000) / 1000 + 0;

export function buildRig(mesh: FaceMesh): Rig {
  const points = mesh.points.slice();
  const at = (i: number): [number, number, number] => [
    points[i * 3]!,
    points[i * 3 + 1]!,
    points[i * 3 + 2]!,
  ];
  const ed = mesh.eyeDistance;
  const tilt = eyeLine(points);
  const cos = Math.cos(tilt);
  const sin = Math.sin(tilt);
  const gap = innerGap(points, sin, cos) / ed;
  const isClosed = gap < CLOSED_GAP;
  if (isClosed) joinInnerLips(points);
  const first = at(INNER_CORNER_FIRST);
  const last = at(INNER_CORNER_LAST);
  const upper = at(13);
  const lower = at(14);
  const mouth: [number, number] = [
    (first[0] + last[0] + upper[0] + lower[0]) / 4,
    (first[1] + last[1] + upper[1] + lower[1]) / 4,
  ];
  const vertices = points.slice();
  const triangles = FACE_TRIANGLES.slice();
  fillEyes(triangles);
  fillMouth(triangles);
  const hingeFirst = at(JAW_HINGE_FIRST);
  const hingeLast = at(JAW_HINGE_LAST);
  const pivot: [number, number, number] = [
    (hingeFirst[0] + hingeLast[0]) / 2,
    (hingeFirst[1] + hingeLast[1]) / 2 + 0.35 * ed,
    (hingeFirst[2] + hingeLast[2]) / 2 + 0.12 * ed,
  ];
  addRings(vertices, triangles, at, pivot[2]);

  smoothDepth(vertices, triangles);

  const count = vertices.length / 3;
  const chin = at(CHIN);
  const headWeights: number[] = [];
  const chest: number[] = [];
  for (let i = 0; i < count; i++) {
    const dx = (vertices[i * 3]! - chin[0]) / ed;
    const dy = (vertices[i * 3 + 1]! - chin[1]) / ed;
    const x = dx * cos + dy * sin;
    const y = -dx * sin + dy * cos;
    // The neck carries the movement down to the shoulders; far to the sides at mouth height is shoulder too.
    const below = smoothstep(0.05, 1.55, y + 0.25 * smoothstep(1.2, 2.2, Math.abs(x)));
    const beside = smoothstep(2.4, 3.6, Math.abs(x)) * smoothstep(-1.6, -0.2, y);
    const follows = 1 - (1 - BODY_FOLLOWS) * Math.max(below, beside);
    headWeights.push(i < FACE_POINTS ? Math.max(follows, 0.985) : follows);
    chest.push(smoothstep(0.5, 2.2, y));
  }
  return {
    version: 1,
    eyeDistance: ed,
    mouth,
    tilt,
    pivot,
    vertices: vertices.map(round3),
    triangles,
    head: headWeights.map(round3),
    chest: chest.map(round3),
    basis: buildBasis({ vertices, mouth, tilt, eyeDistance: ed }),
    gap: isClosed ? 0 : gap,
  };
}

/**
 * The measured depth falls off steeply at the outline, from one vertex to the next; turning such a face makes
 * its edge a zigzag. Every vertex takes part of its neighbours' depth, the middle of the face hardly any.
 */
function smoothDepth(vertices: number[], triangles: readonly number[]): void {
  const count = vertices.length / 3;
  for (let times = 0; times < 4; times++) {
    const sums = new Float64Array(count);
    const weights = new Float64Array(count);
    for (let t = 0; t < triangles.length; t += 3)
      for (let k = 0; k < 3; k++) {
        const i = triangles[t + k]!;
        const j = triangles[t + ((k + 1) % 3)]!;
        sums[i]! += vertices[j * 3 + 2]!;
        sums[j]! += vertices[i * 3 + 2]!;
        weights[i]! += 1;
        weights[j]! += 1;
      }
    for (let i = 0; i < count; i++) {
      const mean = sums[i]! / Math.max(1, weights[i]!);
      vertices[i * 3 + 2]! += (mean - vertices[i * 3 + 2]!) * 0.6;
    }
  }
}

/** Direction from the middle of the first eye to the middle of the last, radians. */
function eyeLine(points: readonly number[]): number {
  const middle = (corners: readonly [number, number]) => [
    (points[corners[0] * 3]! + points[corners[1] * 3]!) / 2,
    (points[corners[0] * 3 + 1]! + points[corners[1] * 3 + 1]!) / 2,
  ];
  const a = middle([EYE_FIRST.upper[0]!, EYE_FIRST.upper[8]!]);
  const b = middle([EYE_LAST.upper[0]!, EYE_LAST.upper[8]!]);
  return Math.atan2(b[1]! - a[1]!, b[0]! - a[0]!);
}

/** Mean height of the middle third of the opening, pixels along the face's y axis; never negative. */
function innerGap(points: readonly number[], sin: number, cos: number): number {
  let sum = 0;
  for (let k = 3; k <= 5; k++) {
    const u = INNER_UPPER[k]!;
    const l = INNER_LOWER[k]!;
    const dx = points[l * 3]! - points[u * 3]!;
    const dy = points[l * 3 + 1]! - points[u * 3 + 1]!;
    sum += -dx * sin + dy * cos;
  }
  return Math.max(0, sum / 3);
}

/** A closed mouth has one line, not two: without this a dark seam is painted between them at rest. */
function joinInnerLips(points: number[]): void {
  for (let k = 0; k < INNER_UPPER.length; k++) {
    const u = INNER_UPPER[k]! * 3;
    const l = INNER_LOWER[k]! * 3;
    for (let c = 0; c < 3; c++) {
      const middle = (points[u + c]! + points[l + c]!) / 2;
      points[u + c] = middle;
      points[l + c] = middle;
    }
  }
}

function fillEyes(triangles: number[]): void {
  for (const eye of [EYE_FIRST, EYE_LAST]) strip(triangles, eye.upper, eye.lower);
}

/** Lies under the painted mouth, so that a feathered edge never shows what is behind the face. */
function fillMouth(triangles: number[]): void {
  strip(
    triangles,
    [INNER_CORNER_FIRST, ...INNER_UPPER, INNER_CORNER_LAST],
    [INNER_CORNER_FIRST, ...INNER_LOWER, INNER_CORNER_LAST],
  );
}

/** Triangles between two lines that share their end points. */
function strip(triangles: number[], upper: readonly number[], lower: readonly number[]): void {
  const n = upper.length;
  triangles.push(upper[0]!, upper[1]!, lower[1]!);
  for (let k = 1; k + 2 < n; k++) {
    triangles.push(upper[k]!, upper[k + 1]!, lower[k]!);
    triangles.push(upper[k + 1]!, lower[k + 1]!, lower[k]!);
  }
  triangles.push(upper[n - 2]!, upper[n - 1]!, lower[n - 2]!);
}

/** Rings turn from the face's outline into circles as they grow, and lie ever further behind it. */
function addRings(
  vertices: number[],
  triangles: number[],
  at: (i: number) => [number, number, number],
  pivotZ: number,
): void {
  const top = at(FOREHEAD);
  const chin = at(CHIN);
  const cx = (top[0] + chin[0]) / 2;
  const cy = (top[1] + chin[1]) / 2;
  const radius = Math.hypot(top[0] - chin[0], top[1] - chin[1]) / 2;
  let previous: number[] = [...FACE_OVAL];
  for (const [step, scale] of RING_SCALES.entries()) {
    const ring: number[] = [];
    for (const index of FACE_OVAL) {
      const [px, py, pz] = at(index);
      const dx = px - cx;
      const dy = py - cy;
      const length = Math.hypot(dx, dy) || 1;
      const circle = Math.min(1, step / 4);
      const reach = scale * (length * (1 - circle) + radius * circle);
      ring.push(vertices.length / 3);
      // The outline of the head is as far back as its pivot: it does not shift when the head turns.
      const back = pz + (pivotZ - pz) * Math.min(1, 0.36 * (step + 1));
      vertices.push(cx + (dx / length) * reach, cy + (dy / length) * reach, back);
    }
    for (let k = 0; k < ring.length; k++) {
      const next = (k + 1) % ring.length;
      triangles.push(previous[k]!, ring[k]!, ring[next]!);
      triangles.push(previous[k]!, ring[next]!, previous[next]!);
    }
    previous = ring;
  }
}

/** The same rig in another picture of the same photo: scaled about the origin, then shifted. */
export function placeRig(rig: Rig, scale: number, dx: number, dy: number): Rig {
  const vertices = rig.vertices.map((value, i) => value * scale + (i % 3 === 0 ? dx : i % 3 === 1 ? dy : 0));
  return {
    ...rig,
    eyeDistance: rig.eyeDistance * scale,
    mouth: [rig.mouth[0] * scale + dx, rig.mouth[1] * scale + dy],
    pivot: [rig.pivot[0] * scale + dx, rig.pivot[1] * scale + dy, rig.pivot[2] * scale],
    vertices,
  };
}

export type { Basis };

// Face Mesh: 468 points from a rough place. The square is cut again around the points it gave, eyes level,
// until it stands still: the model is precise only when the face lies as it was trained (lips land on the
// line after two or three passes).
import { type Box, FACE_POINTS, type FaceMesh } from '@myspinbot/shared/puppet/face-mesh.ts';
import type { TensorModel } from '../litert.ts';
import type { Detection } from './detect.ts';
import { type Ladder, type Region, regionPoint } from './raster.ts';

const INPUT = 192;
/** The square is this much larger than the face (MediaPipe's own value). */
const MARGIN = 1.5;

export interface MeshReading {
  mesh: FaceMesh;
  /** Mean movement of the points between the last two passes, in eye distances. */
  movement: number;
}

/** Reads the mesh at a rough face. `passes` >= 2, so that movement is known. */
export async function readMesh(
  model: TensorModel,
  ladder: Ladder,
  detection: Detection,
  passes = 3,
): Promise<MeshReading> {
  let region: Region = {
    cx: detection.cx,
    cy: detection.cy,
    width: detection.side * MARGIN,
    height: detection.side * MARGIN,
    angle: detection.angle,
  };
  const input = new Float32Array(INPUT * INPUT * 3);
  let points = new Float32Array(FACE_POINTS * 3);
  let presence = 0;
  let movement = 1;
  for (let pass = 0; pass < passes; pass++) {
    const [raw, flag] = (await model.run(ladder.sample(region, INPUT, 0, 1, input))) as [
      Float32Array,
      Float32Array,
    ];
    presence = 1 / (1 + Math.exp(-flag[0]!));
    const next = new Float32Array(FACE_POINTS * 3);
    for (let i = 0; i < FACE_POINTS; i++) {
      const place = regionPoint(region, raw[3 * i]! / INPUT, raw[3 * i + 1]! / INPUT);
      next[3 * i] = place.x;
      next[3 * i + 1] = place.y;
      next[3 * i + 2] = (raw[3 * i + 2]! / INPUT) * region.width;
    }
    if (pass > 0) movement = meanDistance(points, next) / eyeDistance(next);
    points = next;
    region = regionAround(points);
  }
  const pose = facePose(points);
  return {
    movement,
    mesh: {
      points: Array.from(points),
      box: boxAround(points),
      ...pose,
      eyeDistance: eyeDistance(points),
      detection: detection.score,
      presence,
    },
  };
}

/** Corners and lids of each eye: their mean is the eye's centre. Picture-left eye first. */
const EYES = [
  [33, 133, 159, 145],
  [263, 362, 386, 374],
] as const;

function eyeCentre(points: ArrayLike<number>, eye: 0 | 1): { x: number; y: number } {
  let x = 0;
  let y = 0;
  for (const i of EYES[eye]) {
    x += points[3 * i]! / 4;
    y += points[3 * i + 1]! / 4;
  }
  return { x, y };
}

export function eyeDistance(points: ArrayLike<number>): number {
  const a = eyeCentre(points, 0);
  const b = eyeCentre(points, 1);
  return Math.max(1e-6, Math.hypot(b.x - a.x, b.y - a.y));
}

/** Pairs that lie level and symmetric in every face: eye corners, cheek edges, jaw. Picture left, right. */
const SYMMETRIC = [
  [33, 263],
  [234, 454],
  [172, 397],
] as const;

/**
 * Degrees. Yaw positive = turned to the picture's right; pitch positive = looking up; roll positive =
 * clockwise. From the model's own depth, so good to about five degrees.
 */
export function facePose(points: ArrayLike<number>): { yaw: number; pitch: number; roll: number } {
  const a = eyeCentre(points, 0);
  const b = eyeCentre(points, 1);
  const roll = Math.atan2(b.y - a.y, b.x - a.x);
  const cos = Math.cos(roll);
  const sin = Math.sin(roll);
  let across = 0;
  let deeper = 0;
  for (const [left, right] of SYMMETRIC) {
    const dx = points[3 * right]! - points[3 * left]!;
    const dy = points[3 * right + 1]! - points[3 * left + 1]!;
    across += dx * cos + dy * sin;
    deeper += points[3 * right + 2]! - points[3 * left + 2]!;
  }
  const down =
    -(points[3 * 152]! - points[3 * 10]!) * sin + (points[3 * 152 + 1]! - points[3 * 10 + 1]!) * cos;
  const forehead = points[3 * 10 + 2]! - points[3 * 152 + 2]!;
  const degrees = 180 / Math.PI;
  return {
    yaw: Math.atan2(deeper, across) * degrees,
    pitch: Math.atan2(forehead, down) * degrees,
    roll: roll * degrees,
  };
}

function regionAround(points: Float32Array): Region {
  const { roll } = facePose(points);
  const angle = (roll * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let minU = Infinity;
  let maxU = -Infinity;
  let minV = Infinity;
  let maxV = -Infinity;
  for (let i = 0; i < FACE_POINTS; i++) {
    const u = points[3 * i]! * cos + points[3 * i + 1]! * sin;
    const v = -points[3 * i]! * sin + points[3 * i + 1]! * cos;
    minU = Math.min(minU, u);
    maxU = Math.max(maxU, u);
    minV = Math.min(minV, v);
    maxV = Math.max(maxV, v);
  }
  const u = (minU + maxU) / 2;
  const v = (minV + maxV) / 2;
  const side = Math.max(maxU - minU, maxV - minV) * MARGIN;
  return { cx: u * cos - v * sin, cy: u * sin + v * cos, width: side, height: side, angle };
}

function boxAround(points: Float32Array): Box {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < FACE_POINTS; i++) {
    left = Math.min(left, points[3 * i]!);
    right = Math.max(right, points[3 * i]!);
    top = Math.min(top, points[3 * i + 1]!);
    bottom = Math.max(bottom, points[3 * i + 1]!);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function meanDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < FACE_POINTS; i++)
    sum += Math.hypot(a[3 * i]! - b[3 * i]!, a[3 * i + 1]! - b[3 * i + 1]!);
  return sum / FACE_POINTS;
}

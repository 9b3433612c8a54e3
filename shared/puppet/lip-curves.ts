// The edges of the mouth's opening as smooth curves in the face's frame (x along the eyes, y down, eye
// distances about the middle of the mouth): at rest in the photo, and in any pose.
import { INNER_CORNER_FIRST, INNER_CORNER_LAST, INNER_LOWER, INNER_UPPER } from './face-parts.ts';
import type { SkullFrame } from './posed-mesh.ts';
import { clamp } from './smoothing.ts';

export const LIP_COLUMNS = 96;

export interface LipCurves {
  /** x of the corners. */
  from: number;
  to: number;
  /** y of the upper and lower edge at LIP_COLUMNS equal steps from corner to corner. */
  readonly upper: Float32Array;
  readonly lower: Float32Array;
  /** Cosine of each edge's slope: turns a vertical distance into the distance to the edge. */
  readonly upperFlat: Float32Array;
  readonly lowerFlat: Float32Array;
  /** Largest opening. */
  opening: number;
}

const upperPoints = [INNER_CORNER_FIRST, ...INNER_UPPER, INNER_CORNER_LAST];
const lowerPoints = [INNER_CORNER_FIRST, ...INNER_LOWER, INNER_CORNER_LAST];

export function emptyLipCurves(): LipCurves {
  return {
    from: 0,
    to: 0,
    upper: new Float32Array(LIP_COLUMNS),
    lower: new Float32Array(LIP_COLUMNS),
    upperFlat: new Float32Array(LIP_COLUMNS),
    lowerFlat: new Float32Array(LIP_COLUMNS),
    opening: 0,
  };
}

/** Reads the inner lips out of vertex positions (x, y per vertex) and brings them into the skull's frame. */
export function lipCurvesOf(positions: Float32Array, skull: SkullFrame, into: LipCurves): LipCurves {
  const toLocal = intoSkull(skull);
  const upper = upperPoints.map((i) => toLocal(positions[i * 2]!, positions[i * 2 + 1]!));
  const lower = lowerPoints.map((i) => toLocal(positions[i * 2]!, positions[i * 2 + 1]!));
  into.from = upper[0]![0];
  into.to = upper[upper.length - 1]![0];
  sample(upper, into.from, into.to, into.upper);
  sample(lower, into.from, into.to, into.lower);
  flatness(into.upper, into.from, into.to, into.upperFlat);
  flatness(into.lower, into.from, into.to, into.lowerFlat);
  let opening = 0;
  for (let k = 0; k < LIP_COLUMNS; k++) opening = Math.max(opening, into.lower[k]! - into.upper[k]!);
  into.opening = opening;
  return into;
}

function flatness(curve: Float32Array, from: number, to: number, out: Float32Array): void {
  const step = Math.max(1e-6, (to - from) / (LIP_COLUMNS - 1));
  for (let k = 0; k < LIP_COLUMNS; k++) {
    const a = Math.max(0, k - 1);
    const b = Math.min(LIP_COLUMNS - 1, k + 1);
    const slope = (curve[b]! - curve[a]!) / ((b - a) * step);
    out[k] = 1 / Math.sqrt(1 + slope * slope);
  }
}

/** From picture pixels to the skull's frame. */
export function intoSkull(skull: SkullFrame): (x: number, y: number) => [number, number] {
  const det = skull.ax * skull.by - skull.bx * skull.ay;
  return (x, y) => {
    const dx = x - skull.x;
    const dy = y - skull.y;
    return [(dx * skull.by - dy * skull.bx) / det, (dy * skull.ax - dx * skull.ay) / det];
  };
}

/** y of a curve at x; beyond the corners the corner's own. */
export function lipAt(curve: Float32Array, from: number, to: number, x: number): number {
  const at = clamp(((x - from) / Math.max(1e-6, to - from)) * (LIP_COLUMNS - 1), 0, LIP_COLUMNS - 1.001);
  const k = Math.floor(at);
  return curve[k]! + (curve[k + 1]! - curve[k]!) * (at - k);
}

/** Monotone-x cubic Hermite through the points (Catmull-Rom slopes), sampled at equal steps. */
function sample(points: readonly [number, number][], from: number, to: number, out: Float32Array): void {
  const n = points.length;
  const slope = points.map((_, i) => {
    const a = points[Math.max(0, i - 1)]!;
    const b = points[Math.min(n - 1, i + 1)]!;
    return (b[1] - a[1]) / Math.max(1e-4, b[0] - a[0]);
  });
  let k = 0;
  for (let s = 0; s < out.length; s++) {
    const x = from + ((to - from) * s) / (out.length - 1);
    while (k + 2 < n && points[k + 1]![0] < x) k++;
    const [ax, ay] = points[k]!;
    const [bx, by] = points[k + 1]!;
    const width = Math.max(1e-4, bx - ax);
    const t = clamp((x - ax) / width, 0, 1);
    const t2 = t * t;
    const t3 = t2 * t;
    out[s] =
      (2 * t3 - 3 * t2 + 1) * ay +
      (t3 - 2 * t2 + t) * width * slope[k]! +
      (3 * t2 - 2 * t3) * by +
      (t3 - t2) * width * slope[k + 1]!;
  }
}

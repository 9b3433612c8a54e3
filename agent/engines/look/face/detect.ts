// BlazeFace, short range: where faces are, roughly, and how sure the model is. It knows regions of a
// picture, not photos; the search over tiles and turns is in find.ts.
import type { TensorModel } from '../litert.ts';
import { type Ladder, type Region, regionPoint } from './raster.ts';

/** One rough face in pixels of the picture. */
export interface Detection {
  score: number;
  cx: number;
  cy: number;
  /** Longer side of the box, which reaches from brow to chin. */
  side: number;
  /** Eye line as seen, radians, clockwise; half a turn for a face upside down. */
  angle: number;
}

const INPUT = 128;
/** Below this the model's answers are noise; the gate that decides stands in gates.ts. */
const FLOOR = 0.3;
/** Boxes that overlap more than this are one face (MediaPipe's own value). */
const SAME_FACE = 0.3;

const anchors = createAnchors();

/** 896 anchor centres: two per cell of a 16 x 16 grid, then six per cell of 8 x 8. All have size 1. */
function createAnchors(): Float32Array {
  const centres: number[] = [];
  for (const [cells, perCell] of [
    [16, 2],
    [8, 6],
  ] as const) {
    for (let y = 0; y < cells; y++) {
      for (let x = 0; x < cells; x++) {
        for (let k = 0; k < perCell; k++) centres.push((x + 0.5) / cells, (y + 0.5) / cells);
      }
    }
  }
  return Float32Array.from(centres);
}

/** Faces in one square region, best first. */
export async function detectFaces(model: TensorModel, ladder: Ladder, square: Region): Promise<Detection[]> {
  const input = ladder.sample(square, INPUT, -1, 1, new Float32Array(INPUT * INPUT * 3));
  const [boxes, scores] = (await model.run(input)) as [Float32Array, Float32Array];
  const found: Detection[] = [];
  for (let i = 0; i < scores.length; i++) {
    const score = 1 / (1 + Math.exp(-scores[i]!));
    if (score < FLOOR) continue;
    const at = i * 16;
    const ax = anchors[2 * i]!;
    const ay = anchors[2 * i + 1]!;
    const point = (k: number) =>
      regionPoint(square, boxes[at + k]! / INPUT + ax, boxes[at + k + 1]! / INPUT + ay);
    const centre = point(0);
    // After the box: six points; the first two are the eyes, picture left first in an upright face.
    const eyeA = point(4);
    const eyeB = point(6);
    found.push({
      score,
      cx: centre.x,
      cy: centre.y,
      side: (Math.max(boxes[at + 2]!, boxes[at + 3]!) / INPUT) * square.width,
      angle: Math.atan2(eyeB.y - eyeA.y, eyeB.x - eyeA.x),
    });
  }
  return mergeDetections(found);
}

/** Keeps the best of every group of overlapping boxes, at the group's weighted mean place. */
export function mergeDetections(found: readonly Detection[]): Detection[] {
  const rest = [...found].sort((a, b) => b.score - a.score);
  const kept: Detection[] = [];
  while (rest.length > 0) {
    const best = rest[0]!;
    const group = rest.filter((other) => overlap(best, other) > SAME_FACE);
    for (const member of group) rest.splice(rest.indexOf(member), 1);
    const weight = group.reduce((sum, member) => sum + member.score, 0);
    const mean = (pick: (d: Detection) => number) =>
      group.reduce((sum, member) => sum + member.score * pick(member), 0) / weight;
    kept.push({ ...best, cx: mean((d) => d.cx), cy: mean((d) => d.cy), side: mean((d) => d.side) });
  }
  return kept;
}

/** Intersection over union of the two boxes, taken as squares. */
export function overlap(a: Detection, b: Detection): number {
  const width =
    Math.min(a.cx + a.side / 2, b.cx + b.side / 2) - Math.max(a.cx - a.side / 2, b.cx - b.side / 2);
  const height =
    Math.min(a.cy + a.side / 2, b.cy + b.side / 2) - Math.max(a.cy - a.side / 2, b.cy - b.side / 2);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (a.side * a.side + b.side * b.side - both);
}

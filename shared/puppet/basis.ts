// How every vertex follows each expression: displacement per unit in the face's own frame (x along the eyes,
// y down), in eye distances. Weights come from where a vertex lies between lips, nose, chin and jaw.
import { z } from 'zod';
import { FACE_POINTS } from './face-mesh.ts';
import {
  CHIN,
  EYE_FIRST,
  EYE_LAST,
  type EyeParts,
  LIP_CORNERS_FIRST,
  LIP_CORNERS_LAST,
  LOWER_LIP_ROWS,
  MOUTH_CORNER_FIRST,
  MOUTH_CORNER_LAST,
  NOSE_BASE,
  UPPER_LIP_ROWS,
} from './face-parts.ts';
import { clamp, smoothstep } from './smoothing.ts';

export const basisNames = ['jaw', 'wide', 'round', 'close', 'tuck', 'upper', 'brows'] as const;
export type BasisName = (typeof basisNames)[number];

const vector = z.array(z.number());
/** dx, dy per vertex. */
export const basisSchema = z.object({
  jaw: vector,
  wide: vector,
  round: vector,
  close: vector,
  tuck: vector,
  upper: vector,
  brows: vector,
});
export type Basis = z.infer<typeof basisSchema>;

/** How far the lower lip drops at jaw = 1; stressed open vowels reach about 0.8 of it. */
export const JAW_DROP = 0.28;
/** Change of each half of the mouth at wide = 1 and round = 1, as a share of that half. */
const WIDEN = 0.2;
const NARROW = 0.3;
/** How far the upper lip rises at upper = 1. */
const UPPER_RISE = 0.062;
/** How far the brows rise at brows = 1. */
const BROW_RISE = 0.1;

export interface Face {
  vertices: readonly number[];
  mouth: readonly [number, number];
  tilt: number;
  eyeDistance: number;
}

/** Adding 0 turns -0 into 0, which JSON does not know apart. */
const round4 = (value: number) => Math.round(value * 1e4) / 1e4 + 0;

export function buildBasis(face: Face): Basis {
  const count = face.vertices.length / 3;
  const frame = mouthFrame(face);
  const basis: Basis = { jaw: [], wide: [], round: [], close: [], tuck: [], upper: [], brows: [] };
  const rows = lipRows();
  const open = lipLines(frame);
  for (let i = 0; i < count; i++) {
    const [x, y] = frame.local(i);
    const lip = rows.get(i);
    const half = x < 0 ? frame.halfFirst : frame.halfLast;
    /** 0 at the middle of the mouth, 1 at its corner. */
    const side = Math.abs(x) / half;
    /** -1 at the base of the nose, 0 on the mouth's line, 1 at the chin. */
    const level = y < 0 ? y / frame.noseHeight : y / frame.chinDepth;

    const drop = jawWeight(side, level, lip);
    const put = (name: BasisName, dx: number, dy: number) => basis[name].push(round4(dx), round4(dy));
    put('jaw', -x * 0.1 * Math.min(drop * 1.6, 1), drop * JAW_DROP);

    const around = widthWeight(side, level, lip);
    const pull = Math.sign(x) * half * Math.min(side, 1) * around;
    const isCorner = lip?.kind === 'corner' || (side > 0.8 && side < 1.7);
    put(
      'wide',
      pull * WIDEN,
      -around * (isCorner ? 0.028 * smoothstep(0.6, 1, side) : 0) - thin(lip, y, -0.1),
    );
    const pout = lip === undefined ? 0 : lip.kind === 'upper' ? -0.014 : lip.kind === 'lower' ? 0.016 : 0;
    put('round', -pull * NARROW, pout * (1 - (lip?.row ?? 0) * 0.4) - thin(lip, y, 0.12));

    const meet = closeShift(lip, open, x, y, drop);
    put('close', 0, meet);
    put('tuck', 0, tuckShift(lip, side, level, open, x));
    put('upper', 0, upperShift(lip, side, level));
    put('brows', 0, browShift(i, face, frame));
  }
  return basis;
}

interface Lip {
  kind: 'upper' | 'lower' | 'corner';
  /** 0 outermost .. 3 inner edge. */
  row: number;
}

function lipRows(): Map<number, Lip> {
  const rows = new Map<number, Lip>();
  for (const [row, points] of UPPER_LIP_ROWS.entries())
    for (const i of points) rows.set(i, { kind: 'upper', row });
  for (const [row, points] of LOWER_LIP_ROWS.entries())
    for (const i of points) rows.set(i, { kind: 'lower', row });
  for (const [row, i] of LIP_CORNERS_FIRST.entries()) rows.set(i, { kind: 'corner', row });
  for (const [row, i] of LIP_CORNERS_LAST.entries()) rows.set(i, { kind: 'corner', row });
  return rows;
}

interface MouthFrame {
  /** Position of a vertex about the middle of the mouth, in eye distances. */
  local(i: number): [number, number];
  halfFirst: number;
  halfLast: number;
  noseHeight: number;
  chinDepth: number;
}

function mouthFrame(face: Face): MouthFrame {
  const cos = Math.cos(face.tilt);
  const sin = Math.sin(face.tilt);
  const local = (i: number): [number, number] => {
    const dx = (face.vertices[i * 3]! - face.mouth[0]) / face.eyeDistance;
    const dy = (face.vertices[i * 3 + 1]! - face.mouth[1]) / face.eyeDistance;
    return [dx * cos + dy * sin, -dx * sin + dy * cos];
  };
  return {
    local,
    halfFirst: Math.max(0.12, -local(MOUTH_CORNER_FIRST)[0]),
    halfLast: Math.max(0.12, local(MOUTH_CORNER_LAST)[0]),
    noseHeight: Math.max(0.15, -local(NOSE_BASE)[1]),
    chinDepth: Math.max(0.3, local(CHIN)[1]),
  };
}

/** How far the corners go down with the jaw. */
const CORNER_DROP = 0.42;

/** 1 on the lower lip and chin, about half at the corners, 0 on the upper lip's middle and at the hinges. */
function jawWeight(side: number, level: number, lip: Lip | undefined): number {
  if (lip?.kind === 'corner') return CORNER_DROP;
  // Towards the corners both lips take the corner's way: the opening is an almond, not a box.
  if (lip?.kind === 'lower') return 1 - (1 - CORNER_DROP) * Math.min(1, side / 1.02) ** 2.3;
  const beside = CORNER_DROP * smoothstep(0.35, 1.05, side) ** 1.5 * (1 - smoothstep(0.02, 0.7, -level));
  if (lip?.kind === 'upper') return beside;
  const blur = clamp((side - 0.55) * 0.55, 0.06, 0.6);
  const under = Math.max(smoothstep(-blur, blur, level), level < 0 ? beside : 0);
  const jawEdge = 1 - smoothstep(1.35, 2.75, side);
  // The skin of the neck takes up the chin's way at once: collars stay where they are.
  const neck = 1 - smoothstep(0.98, 1.4, level);
  return under * jawEdge * neck;
}

/** How far a vertex follows the corners of the mouth in and out. */
function widthWeight(side: number, level: number, lip: Lip | undefined): number {
  if (lip !== undefined) return 1;
  const beside = 1 - smoothstep(1, 2.5, side);
  const above = 1 - smoothstep(0.1, 1.15, -level);
  const below = 1 - 0.85 * smoothstep(0.15, 0.85, level);
  const off = level > 1.05 ? 1 - smoothstep(1.05, 1.5, level) : 1;
  return beside * above * below * off;
}

/** Lips grow thinner (share > 0) or thicker towards or away from the mouth's line. */
function thin(lip: Lip | undefined, y: number, share: number): number {
  return lip === undefined || lip.kind === 'corner' ? 0 : -y * share * 0.5;
}

interface LipLines {
  upper(x: number): number;
  lower(x: number): number;
  /** Where the lips meet: nearer the upper lip, since the lower one does most of the way. */
  meet(x: number): number;
}

/** The photo's inner lip edges as functions of x, by linear interpolation between their points. */
function lipLines(frame: MouthFrame): LipLines {
  const line = (inner: readonly number[], row: number) => {
    const points = [LIP_CORNERS_FIRST[row]!, ...inner, LIP_CORNERS_LAST[row]!].map((i) => frame.local(i));
    return (x: number) => {
      if (x <= points[0]![0]) return points[0]![1];
      for (let k = 1; k < points.length; k++) {
        const [ax, ay] = points[k - 1]!;
        const [bx, by] = points[k]!;
        if (x <= bx) return ay + ((by - ay) * (x - ax)) / Math.max(1e-6, bx - ax);
      }
      return points[points.length - 1]![1];
    };
  };
  const upper = line(UPPER_LIP_ROWS[3], 3);
  const lower = line(LOWER_LIP_ROWS[3], 3);
  return { upper, lower, meet: (x) => upper(x) + (lower(x) - upper(x)) * 0.4 };
}

/** Brings an open photo's lips together; on a closed one it only presses them a little. */
function closeShift(lip: Lip | undefined, lines: LipLines, x: number, y: number, drop: number): number {
  const meet = lines.meet(x);
  const press = 0.012;
  if (lip?.kind === 'upper') {
    const inner = meet - lines.upper(x);
    return inner * (0.55 + 0.15 * lip.row) + press * (1 - lip.row / 3);
  }
  const up = meet - lines.lower(x);
  if (lip?.kind === 'lower') return up * (0.7 + 0.1 * lip.row) - press * (1 - lip.row / 3);
  if (lip?.kind === 'corner') return 0;
  return y > 0 ? up * 0.62 * drop : 0;
}

/** f and v: the lower lip comes up to the edge of the upper teeth, the upper lip lifts to show them. */
function tuckShift(lip: Lip | undefined, side: number, level: number, lines: LipLines, x: number): number {
  const middle = 1 - smoothstep(0.5, 1.05, side);
  const gap = lines.lower(x) - lines.upper(x);
  // Parted lips already show the teeth.
  const lift = Math.max(0.004, 0.034 - 0.25 * gap);
  if (lip?.kind === 'upper') return -lift * middle * (0.5 + lip.row / 6);
  const rise = 0.01 * middle - gap * 0.5;
  if (lip?.kind === 'lower') return rise - 0.008 * lip.row * middle;
  if (lip !== undefined || level <= 0) return 0;
  return rise * 0.5 * middle * (1 - smoothstep(0.2, 1, level));
}

function upperShift(lip: Lip | undefined, side: number, level: number): number {
  const middle = 1 - 0.65 * smoothstep(0.35, 1.05, side);
  if (lip?.kind === 'upper') return -UPPER_RISE * middle * (0.72 + lip.row * 0.093);
  if (lip !== undefined) return lip.kind === 'corner' ? -UPPER_RISE * 0.15 : 0;
  if (level > 0 || side > 1.6) return 0;
  return -UPPER_RISE * 0.75 * middle * (1 - smoothstep(0.15, 1.1, -level)) * (1 - smoothstep(0.9, 1.6, side));
}

/** The brow and the forehead above it rise together; the lid under it stays. */
function browShift(i: number, face: Face, frame: MouthFrame): number {
  if (i >= FACE_POINTS + 72) return 0;
  const [x, y] = frame.local(i);
  let most = 0;
  for (const eye of [EYE_FIRST, EYE_LAST]) most = Math.max(most, browWeight(x, y, eye, frame));
  return -BROW_RISE * most * (i >= FACE_POINTS ? 0.25 : 1) * (face.eyeDistance > 0 ? 1 : 0);
}

function browWeight(x: number, y: number, eye: EyeParts, frame: MouthFrame): number {
  const brow = eye.brow.map((i) => frame.local(i));
  const browX = brow.reduce((sum, p) => sum + p[0], 0) / brow.length;
  const browY = brow.reduce((sum, p) => sum + p[1], 0) / brow.length;
  const lidY = Math.min(...eye.upper.map((i) => frame.local(i)[1]));
  const beside = 1 - smoothstep(0.3, 0.85, Math.abs(x - browX));
  const under = 1 - smoothstep(browY + 0.25 * (lidY - browY), lidY - 0.01, y);
  const above = 1 - 0.75 * smoothstep(0.12, 0.75, browY - y);
  return beside * under * above;
}

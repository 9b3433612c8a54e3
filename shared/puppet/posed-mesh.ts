// The rig at one moment: where every vertex is, and how the skull stands. Expression first (in the face's own
// frame), then lips that would cross are joined, then the head turns and shifts.
import { basisNames } from './basis.ts';
import { INNER_LOWER, INNER_UPPER } from './face-parts.ts';
import type { Rig } from './rig.ts';
import { clamp, smoothstep } from './smoothing.ts';
import type { Pose } from './tracks.ts';

/** Where the skull took the mouth: maps the face's frame (eye distances about the mouth) to picture pixels. */
export interface SkullFrame {
  x: number;
  y: number;
  /** Columns of the linear part, pixels per eye distance. */
  ax: number;
  ay: number;
  bx: number;
  by: number;
  /** How far the jaw has dropped, in eye distances at the lower lip / basis unit 0..1. */
  jaw: number;
}

export interface PosedMesh {
  /** x, y per vertex. */
  readonly positions: Float32Array;
  readonly skull: SkullFrame;
}

/** Chest rise of a full breath, in eye distances. */
const BREATH_RISE = 0.022;

export function createPosedMesh(rig: Rig): { posed: PosedMesh; pose(pose: Pose): PosedMesh } {
  const count = rig.vertices.length / 3;
  const rest = Float64Array.from(rig.vertices);
  const head = Float32Array.from(rig.head);
  const chest = Float32Array.from(rig.chest);
  const basis = basisNames.map((name) => Float32Array.from(rig.basis[name]));
  const shiftX = new Float64Array(count);
  const shiftY = new Float64Array(count);
  const ed = rig.eyeDistance;
  const tiltCos = Math.cos(rig.tilt);
  const tiltSin = Math.sin(rig.tilt);
  const restX = new Float64Array(count);
  const restY = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const dx = (rest[i * 3]! - rig.mouth[0]) / ed;
    const dy = (rest[i * 3 + 1]! - rig.mouth[1]) / ed;
    restX[i] = dx * tiltCos + dy * tiltSin;
    restY[i] = -dx * tiltSin + dy * tiltCos;
  }
  const mouthDepth = (rest[13 * 3 + 2]! + rest[14 * 3 + 2]!) / 2;

  const posed: PosedMesh = {
    positions: new Float32Array(count * 2),
    skull: { x: 0, y: 0, ax: 0, ay: 0, bx: 0, by: 0, jaw: 0 },
  };

  function express(pose: Pose): void {
    const weights = mouthWeights(pose, rig.gap);
    const amounts = basisNames.map((name) => weights[name]);
    shiftX.fill(0);
    shiftY.fill(0);
    for (let k = 0; k < basis.length; k++) {
      const amount = amounts[k]!;
      if (amount === 0) continue;
      const vectors = basis[k]!;
      for (let i = 0; i < count; i++) {
        shiftX[i]! += amount * vectors[i * 2]!;
        shiftY[i]! += amount * vectors[i * 2 + 1]!;
      }
    }
    joinLips();
    posed.skull.jaw = weights.jaw;
  }

  /** Lips that would cross meet instead, and lips that nearly meet lie point on point: no slit is left. */
  function joinLips(): void {
    for (let k = 0; k < INNER_UPPER.length; k++) {
      const u = INNER_UPPER[k]!;
      const l = INNER_LOWER[k]!;
      const gap = restY[l]! + shiftY[l]! - (restY[u]! + shiftY[u]!);
      const nearness = 1 - smoothstep(0, 0.045, gap);
      if (nearness <= 0) continue;
      const apart = restX[l]! + shiftX[l]! - (restX[u]! + shiftX[u]!);
      shiftX[u]! += (apart / 2) * nearness;
      shiftX[l]! -= (apart / 2) * nearness;
      const over = gap * (1 - smoothstep(0.004, 0.018, gap));
      shiftY[u]! += over / 2;
      shiftY[l]! -= over / 2;
    }
  }

  return {
    posed,
    pose(pose) {
      express(pose);
      const turn = rotation(pose, rig.tilt);
      const [px, py, pz] = rig.pivot;
      const rise = pose.breath * BREATH_RISE * ed;
      const positions = posed.positions;
      const place = (x: number, y: number, z: number, weight: number, lift: number): [number, number] => {
        const rx = x - px;
        const ry = y - py;
        const rz = z - pz;
        const tx = turn[0]! * rx + turn[1]! * ry + turn[2]! * rz - rx + pose.x * ed;
        const ty = turn[3]! * rx + turn[4]! * ry + turn[5]! * rz - ry + pose.y * ed;
        return [x + weight * tx, y + weight * ty - lift];
      };
      for (let i = 0; i < count; i++) {
        const dx = shiftX[i]! * ed;
        const dy = shiftY[i]! * ed;
        const x = rest[i * 3]! + dx * tiltCos - dy * tiltSin;
        const y = rest[i * 3 + 1]! + dx * tiltSin + dy * tiltCos;
        const rx = x - px;
        const ry = y - py;
        const rz = rest[i * 3 + 2]! - pz;
        const weight = head[i]!;
        positions[i * 2] = x + weight * (turn[0]! * rx + turn[1]! * ry + turn[2]! * rz - rx + pose.x * ed);
        positions[i * 2 + 1] =
          y +
          weight * (turn[3]! * rx + turn[4]! * ry + turn[5]! * rz - ry + pose.y * ed) -
          rise * (0.35 + 0.65 * chest[i]!);
      }
      const skull = posed.skull;
      const lift = rise * 0.35;
      const [mx, my] = rig.mouth;
      const origin = place(mx, my, mouthDepth, 1, lift);
      const along = place(mx + tiltCos * ed, my + tiltSin * ed, mouthDepth, 1, lift);
      const down = place(mx - tiltSin * ed, my + tiltCos * ed, mouthDepth, 1, lift);
      skull.x = origin[0];
      skull.y = origin[1];
      skull.ax = along[0] - origin[0];
      skull.ay = along[1] - origin[1];
      skull.bx = down[0] - origin[0];
      skull.by = down[1] - origin[1];
      return posed;
    },
  };
}

/** First two rows of the head's rotation, taken about the face's own axes. */
function rotation(pose: Pose, tilt: number): Float64Array {
  const yaw = (pose.yaw * Math.PI) / 180;
  const pitch = (pose.pitch * Math.PI) / 180;
  const roll = (pose.roll * Math.PI) / 180;
  const [cy, sy] = [Math.cos(yaw), Math.sin(yaw)];
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)];
  // Turning about the vertical, then nodding; z points away from the viewer, so a nose (z < 0) goes with the sign.
  const m = [cy, 0, -sy, -sp * sy, cp, -sp * cy];
  const before = -tilt;
  const after = tilt + roll;
  const [cb, sb] = [Math.cos(before), Math.sin(before)];
  const [ca, sa] = [Math.cos(after), Math.sin(after)];
  const column = (a: number, b: number): [number, number] => [ca * a - sa * b, sa * a + ca * b];
  const [x0, x1] = column(m[0]! * cb + m[1]! * sb, m[3]! * cb + m[4]! * sb);
  const [y0, y1] = column(-m[0]! * sb + m[1]! * cb, -m[3]! * sb + m[4]! * cb);
  const [z0, z1] = column(m[2]!, m[5]!);
  return Float64Array.of(x0, y0, z0, x1, y1, z1);
}

/**
 * Basis amounts of a pose. Closing overrules the jaw; a photo with parted lips (a smile) relaxes towards
 * closed while it talks, so that consonants can be told from vowels.
 */
function mouthWeights(pose: Pose, gap: number): Record<(typeof basisNames)[number], number> {
  const close = clamp(pose.close, 0, 1);
  const tuck = clamp(pose.tuck, 0, 1) * (1 - close);
  // A mouth that is open in the photo has less way to go.
  const way = 1 - Math.min(0.45, 1.3 * gap);
  const jaw = clamp(pose.jaw, 0, 1.2) * way * (1 - 0.96 * close) * (1 - 0.75 * tuck);
  const relaxed = gap > 0 ? 0.6 * pose.active * (1 - clamp(jaw * 1.4, 0, 1)) : 0;
  return {
    jaw,
    wide: pose.wide,
    round: pose.round,
    close: Math.max(close, relaxed * (1 - tuck)),
    tuck,
    upper: pose.upper * (1 - close),
    brows: pose.brows,
  };
}

// From a face mesh to the few numbers that are judged. Lengths are in eye distances, in the face's own upright
// frame, so that size and tilt of the head do not count as movement of the mouth.
import type { FaceMesh } from '@myspinbot/shared/puppet/face-mesh.ts';

export interface Features {
  /** Gap between the inner lips' middles. */
  opening: number;
  /** Distance of the mouth's corners. */
  width: number;
  /** Lids' gap over the eye's width, mean of both eyes. */
  lids: number;
  /** Brows' height over the eyes' centres. */
  brows: number;
  /** Degrees. */
  yaw: number;
  /** Centre between the eyes, in pixels of the frame. */
  x: number;
  y: number;
  eyeDistance: number;
}

/** Features of frames where a face was found; undefined where it was not. */
export type Track = readonly (Features | undefined)[];

export function featuresOf(mesh: FaceMesh): Features {
  const { points, eyeDistance, yaw, roll } = mesh;
  const angle = (roll * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const at = (i: number) => {
    const x = points[3 * i]!;
    const y = points[3 * i + 1]!;
    return { x: x * cos + y * sin, y: -x * sin + y * cos };
  };
  const apart = (i: number, j: number) => Math.hypot(at(i).x - at(j).x, at(i).y - at(j).y) / eyeDistance;
  const eyesY = (at(33).y + at(133).y + at(263).y + at(362).y) / 4;
  const browsY = (at(105).y + at(66).y + at(334).y + at(296).y) / 4;
  const lid = (pairs: readonly (readonly [number, number])[], outer: number, inner: number) =>
    pairs.reduce((sum, [upper, lower]) => sum + apart(upper, lower), 0) / pairs.length / apart(outer, inner);
  const leftLid = lid(
    [
      [159, 145],
      [158, 153],
      [160, 144],
    ],
    33,
    133,
  );
  const rightLid = lid(
    [
      [386, 374],
      [385, 380],
      [387, 373],
    ],
    263,
    362,
  );
  const corners = [33, 133, 263, 362].map((i) => ({ x: points[3 * i]!, y: points[3 * i + 1]! }));
  return {
    opening: apart(13, 14),
    width: apart(61, 291),
    lids: (leftLid + rightLid) / 2,
    brows: (eyesY - browsY) / eyeDistance,
    yaw,
    x: corners.reduce((sum, { x }) => sum + x / 4, 0),
    y: corners.reduce((sum, { y }) => sum + y / 4, 0),
    eyeDistance,
  };
}

/** One feature as a full track: gaps are bridged by straight lines, ends by the nearest value. */
export function series(track: Track, pick: (features: Features) => number): Float32Array {
  const out = new Float32Array(track.length);
  let last = -1;
  for (let i = 0; i < track.length; i++) {
    const features = track[i];
    if (features === undefined) continue;
    const value = pick(features);
    out[i] = value;
    const before = last < 0 ? value : out[last]!;
    for (let k = last + 1; k < i; k++) out[k] = before + ((value - before) * (k - last)) / (i - last);
    last = i;
  }
  for (let k = last + 1; last >= 0 && k < track.length; k++) out[k] = out[last]!;
  return out;
}

// How the picture itself holds up against the photo: sharpness of the mouth and of the resting skin, and how
// near the calmest frame comes to the photo. Both are read through the mesh, eyes level, at one size.
import type { FaceMesh } from '@myspinbot/shared/puppet/face-mesh.ts';
import type { Ladder, Region } from '../../agent/engines/look/face/raster.ts';

/** Samples per eye distance: what a 720p frame has at least, so neither side is enlarged. */
const PER_EYE = 48;

interface Patch {
  size: number;
  luma: Float32Array;
}

type Place = 'mouth' | 'skin';

/**
 * Root mean square of the second differences of luma around the mouth, or over cheeks and nose between eyes
 * and mouth.
 */
export function sharpness(ladder: Ladder, mesh: FaceMesh, place: Place): number {
  const { size, luma } = patchOf(ladder, mesh, place);
  let sum = 0;
  for (let y = 1; y < size - 1; y++) {
    for (let x = 1; x < size - 1; x++) {
      const i = y * size + x;
      const second = 4 * luma[i]! - luma[i - 1]! - luma[i + 1]! - luma[i - size]! - luma[i + size]!;
      sum += second * second;
    }
  }
  return Math.sqrt(sum / ((size - 2) * (size - 2)));
}

/** Peak signal to noise of two faces' skin patches, dB, after the mean brightness is made equal. */
export function patchPsnr(
  a: { ladder: Ladder; mesh: FaceMesh },
  b: { ladder: Ladder; mesh: FaceMesh },
): number {
  const one = patchOf(a.ladder, a.mesh, 'skin').luma;
  const two = patchOf(b.ladder, b.mesh, 'skin').luma;
  const n = one.length;
  const shift = one.reduce((x, y) => x + y, 0) / n - two.reduce((x, y) => x + y, 0) / n;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (one[i]! - two[i]! - shift) ** 2;
  return 10 * Math.log10((255 * 255) / Math.max(1e-3, sum / n));
}

function patchOf(ladder: Ladder, mesh: FaceMesh, place: Place): Patch {
  const { points, eyeDistance, roll } = mesh;
  const centre = (indices: readonly number[], axis: 0 | 1) =>
    indices.reduce((sum, i) => sum + points[3 * i + axis]!, 0) / indices.length;
  // Outer lips' corners and middles; bridge of the nose and base, with the cheeks left and right of it.
  const around = place === 'mouth' ? [61, 291, 0, 17] : [6, 2, 117, 346];
  const side = (place === 'mouth' ? 1.1 : 0.8) * eyeDistance;
  const region: Region = {
    cx: centre(around, 0),
    cy: centre(around, 1),
    width: side,
    height: side,
    angle: (roll * Math.PI) / 180,
  };
  const size = Math.round((side / eyeDistance) * PER_EYE);
  const rgb = ladder.sample(region, size, 0, 255, new Float32Array(size * size * 3));
  const luma = new Float32Array(size * size);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = 0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!;
  }
  return { size, luma };
}

// Which of several photos makes the best video: the face's size, how frontal and how sharp it is, how sure
// the models are; a closed mouth counts a little, since resting frames then look like the photo.
import type { FoundFace } from './face/find.ts';

/** Eye distance, in pixels, beyond which more pixels are not seen in a 1080p video. */
const ENOUGH_PIXELS = 160;
/** Detail (see measureDetail) of a crisp face. */
const CRISP = 0.45;

/** 0..1, higher is better; 0 for a face that cannot be animated. */
export function scorePhoto({ reading, detail, verdict }: FoundFace): number {
  if (!verdict.fit) return 0;
  const { mesh } = reading;
  const size = Math.sqrt(Math.min(1, mesh.eyeDistance / ENOUGH_PIXELS));
  const turn = Math.cos((Math.min(60, 1.6 * Math.abs(mesh.yaw) + 0.5 * Math.abs(mesh.roll)) * Math.PI) / 180);
  const sharp = 0.4 + 0.6 * Math.min(1, detail / CRISP);
  const sure = 0.7 + 0.3 * mesh.detection;
  const closed = 1 - Math.min(0.1, mouthGap(mesh.points, mesh.eyeDistance) * 0.5);
  return size * turn * sharp * sure * closed;
}

/** Distance of the inner lips' middles, in eye distances. */
function mouthGap(points: readonly number[], eyeDistance: number): number {
  const [upper, lower] = [13, 14];
  return (
    Math.hypot(points[3 * lower]! - points[3 * upper]!, points[3 * lower + 1]! - points[3 * upper + 1]!) /
    eyeDistance
  );
}

// The photo a video was made from, as the judge sees it: decoded by ffmpeg, its largest face found.
import type { FaceMesh } from '@myspinbot/shared/puppet/face-mesh.ts';
import { createLadder, type Ladder } from '../../agent/engines/look/face/raster.ts';
import { decodeStill } from './decode.ts';
import { openFaceReader } from './faces.ts';

export interface Still {
  ladder: Ladder;
  mesh: FaceMesh;
}

/** Throws an Error with one sentence when the photo cannot be read or shows no upright face. */
export async function readStill(photo: string): Promise<Still> {
  const picture = await decodeStill(photo);
  const faces = await openFaceReader();
  const seen = await faces.read(picture);
  if (seen === undefined) throw new Error(`No face was found in ${photo}.`);
  return { ladder: createLadder(picture), mesh: seen.reading.mesh };
}

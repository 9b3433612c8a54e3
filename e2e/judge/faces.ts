// The face of every frame, found with the face models alone: nothing of the renderer is asked. The detector
// looks at each frame afresh (around the last face, or at the whole when it lost it), so that one wrong
// frame cannot pull the next ones along.
import { detectFaces } from '../../agent/engines/look/face/detect.ts';
import { type MeshReading, readMesh } from '../../agent/engines/look/face/mesh.ts';
import { createLadder, type Ladder, type Raster, type Region } from '../../agent/engines/look/face/raster.ts';
import { type LookModels, openLookModels } from '../../agent/engines/look/models.ts';

/** Under either there is no face on the frame. */
const SEEN = { detection: 0.5, presence: 0.8 };
/** Side of the square around the last face, in face heights. */
const AROUND = 2.2;

export interface FaceReader {
  /** The largest face, or undefined. */
  read(frame: Raster): Promise<{ reading: MeshReading; ladder: Ladder } | undefined>;
}

export async function openFaceReader(): Promise<FaceReader> {
  const models = await openLookModels();
  let last: Region | undefined;
  return {
    async read(frame) {
      const ladder = createLadder(frame);
      const seen = (last && (await look(models, ladder, last))) ?? (await look(models, ladder, whole(frame)));
      if (seen === undefined) {
        last = undefined;
        return undefined;
      }
      const { box } = seen.mesh;
      const side = AROUND * Math.max(box.width, box.height);
      last = { cx: box.x + box.width / 2, cy: box.y + box.height / 2, width: side, height: side, angle: 0 };
      return { reading: seen, ladder };
    },
  };
}

async function look(models: LookModels, ladder: Ladder, square: Region): Promise<MeshReading | undefined> {
  const found = await detectFaces(models.detector, ladder, square);
  const [best] = found.filter(({ score }) => score >= SEEN.detection).sort((a, b) => b.side - a.side);
  if (best === undefined) return undefined;
  const reading = await readMesh(models.mesh, ladder, best);
  return reading.mesh.presence >= SEEN.presence ? reading : undefined;
}

function whole({ width, height }: Raster): Region {
  const side = Math.max(width, height);
  return { cx: width / 2, cy: height / 2, width: side, height: side, angle: 0 };
}

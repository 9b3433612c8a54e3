// Finds every face of a photo: in the whole, then in overlapping tiles (the detector misses faces under a
// tenth of its view), then with the photo turned. It owns the search order; gates.ts owns the verdicts.
import { type Picture, turnPicture } from '../../../media/picture.ts';
import type { LookModels } from '../models.ts';
import { type Detection, detectFaces, mergeDetections, overlap } from './detect.ts';
import { judgeFace, type Verdict } from './gates.ts';
import { type MeshReading, readMesh } from './mesh.ts';
import { createLadder, type Ladder, type Region } from './raster.ts';
import { isBlurred, measureDetail } from './sharpness.ts';

export interface FoundFace {
  reading: MeshReading;
  /** See measureDetail. */
  detail: number;
  verdict: Verdict;
}

export interface FaceSearch {
  /** The photo as searched, turned upright when the faces in it were not. */
  picture: Picture;
  /** Clockwise quarter turns that were needed. */
  quarterTurns: 0 | 1 | 2 | 3;
  /** Left to right. Faces that cannot be animated are listed too, with the reason. */
  faces: FoundFace[];
  /** Set only when no face was found: nothing in the photo is sharp. */
  blurred: boolean;
}

type FaceModels = Pick<LookModels, 'detector' | 'mesh'>;

/** A reading below either is a leaf, a knot, a shirt: not even worth a "why not". */
const PLAUSIBLE = { detection: 0.5, presence: 0.5 };
/** Beside a face that can be animated only what is surely a face is listed. */
const SURELY = { detection: 0.6, presence: 0.9 };
/** With a face this large (of the longer side) nobody else is looked for in tiles. */
const PORTRAIT_SHARE = 0.25;
/** A tile smaller than this holds no face of 40 px between the eyes that the whole would not show. */
const SMALLEST_TILE = 200;

/** Searches a photo for faces. `signal` is heard between model runs. */
export async function findFaces(
  models: FaceModels,
  picture: Picture,
  signal: AbortSignal,
): Promise<FaceSearch> {
  const ladder = createLadder(picture);
  const longer = Math.max(picture.width, picture.height);
  const found: FoundFace[] = [];
  const look = async (regions: readonly Region[]) => {
    const rough: Detection[] = [];
    for (const region of regions) {
      signal.throwIfAborted();
      rough.push(...(await detectFaces(models.detector, ladder, region)));
    }
    for (const detection of mergeDetections(rough)) {
      signal.throwIfAborted();
      const face = await readFace(models, ladder, detection);
      if (face !== undefined) keep(found, face);
    }
  };
  const someFit = () => found.some((face) => face.verdict.fit);
  const largestFit = () =>
    Math.max(0, ...found.map((face) => (face.verdict.fit ? face.reading.mesh.box.height : 0))) / longer;

  await look([whole(picture, 0)]);
  if (largestFit() < PORTRAIT_SHARE) await look(tiles(picture, 2));
  if (!someFit())
    await look([whole(picture, Math.PI), whole(picture, Math.PI / 2), whole(picture, -Math.PI / 2)]);
  if (!someFit()) await look(tiles(picture, 4));

  const quarterTurns = turnsToUpright(found);
  if (quarterTurns === 0) {
    const faces = leftToRight(worthListing(found));
    return { picture, quarterTurns, faces, blurred: faces.length === 0 && isBlurred(ladder) };
  }

  const turned = await turnPicture(picture, quarterTurns);
  const turnedLadder = createLadder(turned);
  const again: FoundFace[] = [];
  for (const { reading } of found) {
    signal.throwIfAborted();
    const face = await readFace(models, turnedLadder, turnDetection(reading, picture, quarterTurns));
    if (face !== undefined) keep(again, face);
  }
  return { picture: turned, quarterTurns, faces: leftToRight(worthListing(again)), blurred: false };
}

function worthListing(found: readonly FoundFace[]): FoundFace[] {
  if (!found.some((face) => face.verdict.fit)) return [...found];
  return found.filter(
    ({ verdict, reading: { mesh } }) =>
      verdict.fit || (mesh.detection >= SURELY.detection && mesh.presence >= SURELY.presence),
  );
}

async function readFace(
  models: FaceModels,
  ladder: Ladder,
  detection: Detection,
): Promise<FoundFace | undefined> {
  if (detection.score < PLAUSIBLE.detection) return undefined;
  const reading = await readUpright(models, ladder, detection);
  if (reading.mesh.presence < PLAUSIBLE.presence) return undefined;
  const { box, roll } = reading.mesh;
  const detail = measureDetail(ladder, {
    cx: box.x + box.width / 2,
    cy: box.y + box.height / 2,
    width: box.width,
    height: box.width,
    angle: (roll * Math.PI) / 180,
  });
  return { reading, detail, verdict: judgeFace(reading, detail, shareOutside(reading, ladder)) };
}

/** How much surer the detector must be of the face turned by half before that is believed. */
const CLEARLY_SURER = 0.05;
/** Side of the square in which a face is looked at again, in face boxes. */
const SECOND_LOOK = 2;

/**
 * The mesh, the right way up. Given a face upside down both models may see a face with the chin for a
 * forehead, and be sure of it. So the face is shown to the detector again, level and upside down: it is
 * always surer of the true way (real .93 to .76, drawn .93 to .81).
 */
async function readUpright(models: FaceModels, ladder: Ladder, detection: Detection): Promise<MeshReading> {
  const reading = await readMesh(models.mesh, ladder, detection);
  const { box, roll, presence } = reading.mesh;
  if (presence < PLAUSIBLE.presence) return reading;
  const side = SECOND_LOOK * Math.max(box.width, box.height);
  const square = { cx: box.x + box.width / 2, cy: box.y + box.height / 2, width: side, height: side };
  const angle = (roll * Math.PI) / 180;
  const [level] = await detectFaces(models.detector, ladder, { ...square, angle });
  const [flipped] = await detectFaces(models.detector, ladder, { ...square, angle: angle + Math.PI });
  if (flipped === undefined || flipped.score < (level?.score ?? 0) + CLEARLY_SURER) return reading;
  return readMesh(models.mesh, ladder, flipped);
}

function shareOutside({ mesh: { points } }: MeshReading, { width, height }: Ladder): number {
  let outside = 0;
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]!;
    const y = points[i + 1]!;
    if (x < 0 || y < 0 || x > width || y > height) outside++;
  }
  return outside / (points.length / 3);
}

/** The same face seen twice (by two tiles, or upside down) is kept once: fit before unfit, then the surer. */
function keep(found: FoundFace[], face: FoundFace): void {
  const rank = (f: FoundFace) => (f.verdict.fit ? 10 : 0) + f.reading.mesh.detection - f.reading.movement;
  const same = found.findIndex((other) => overlap(extent(other), extent(face)) > 0.3);
  if (same < 0) found.push(face);
  else if (rank(face) > rank(found[same]!)) found[same] = face;
}

function extent({ reading }: FoundFace): Detection {
  const { box, detection } = reading.mesh;
  return {
    score: detection,
    cx: box.x + box.width / 2,
    cy: box.y + box.height / 2,
    side: Math.max(box.width, box.height),
    angle: 0,
  };
}

/** Clockwise quarter turns that bring the largest fit face within 45 degrees of upright. */
function turnsToUpright(found: readonly FoundFace[]): 0 | 1 | 2 | 3 {
  const fit = found.filter((face) => face.verdict.fit);
  const largest = fit.sort((a, b) => b.reading.mesh.eyeDistance - a.reading.mesh.eyeDistance)[0];
  if (largest === undefined) return 0;
  return (((-Math.round(largest.reading.mesh.roll / 90) % 4) + 4) % 4) as 0 | 1 | 2 | 3;
}

function turnDetection(reading: MeshReading, picture: Picture, quarterTurns: 1 | 2 | 3): Detection {
  const { box, roll, detection } = reading.mesh;
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  const [cx, cy] = {
    1: [picture.height - y, x],
    2: [picture.width - x, picture.height - y],
    3: [y, picture.width - x],
  }[quarterTurns] as [number, number];
  const angle = ((roll + 90 * quarterTurns) * Math.PI) / 180;
  return { score: detection, cx, cy, side: Math.max(box.width, box.height), angle };
}

function leftToRight(faces: FoundFace[]): FoundFace[] {
  const centre = ({ reading: { mesh } }: FoundFace) => mesh.box.x + mesh.box.width / 2;
  return faces.sort((a, b) => centre(a) - centre(b));
}

/** The picture in a square, seen with the head tilted by `angle`. */
function whole(picture: Picture, angle: number): Region {
  const side = Math.max(picture.width, picture.height);
  return { cx: picture.width / 2, cy: picture.height / 2, width: side, height: side, angle };
}

/** Squares of 1/`parts` of the longer side, half overlapping, over the picture. None when they would be tiny. */
function tiles(picture: Picture, parts: number): Region[] {
  const side = Math.max(picture.width, picture.height) / parts;
  if (side < SMALLEST_TILE) return [];
  const starts = (length: number) => {
    const count = Math.max(1, Math.ceil((length - side) / (side / 2)) + 1);
    return Array.from({ length: count }, (_, i) =>
      count === 1 ? (length - side) / 2 : (i * (length - side)) / (count - 1),
    );
  };
  return starts(picture.height).flatMap((top) =>
    starts(picture.width).map((left) => ({
      cx: left + side / 2,
      cy: top + side / 2,
      width: side,
      height: side,
      angle: 0,
    })),
  );
}

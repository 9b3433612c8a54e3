// The built-in look engine: from photos to the one that is animated, its face mesh and its matte, on the CPU.
// It owns the choice among photos and faces; the search, the gates and the cutting out are its parts.
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type Picture, readPicture, writeGrey, writePicture } from '../../media/picture.ts';
import type { EngineContext, Readiness } from '../engine.ts';
import { lookBuiltin } from './builtin-id.ts';
import { scorePhoto } from './choose.ts';
import { type FaceSearch, type FoundFace, findFaces } from './face/find.ts';
import { noFace } from './face/gates.ts';
import { cutOut } from './matte.ts';
import { checkModelFiles, openLookModels } from './models.ts';
import type { FaceChoice, Look, LookEngine, LookRequest, PhotoInspection } from './port.ts';

/** Longer side of the photo that is animated: a 1080p frame needs no more, and more only costs memory. */
export const PHOTO_SIDE = 2048;

export function createBuiltinLook(): LookEngine {
  return {
    ...lookBuiltin,
    async probe(): Promise<Readiness> {
      try {
        await checkModelFiles();
        return { ready: true, detail: 'Face mesh and cut-out on the CPU' };
      } catch (error) {
        const hint = error instanceof Failure ? `${error.message} ${error.hint}` : 'Run npm start again.';
        return { ready: false, reason: 'model-missing', hint };
      }
    },
    prepare,
    inspect,
  };
}

interface Candidate {
  index: number;
  search: FaceSearch;
  face: FoundFace;
  score: number;
}

async function prepare(request: LookRequest, context: EngineContext): Promise<Look> {
  const { photos } = request;
  const { signal } = context;
  if (photos.length === 0) {
    throw new Failure({
      code: 'bad-input',
      message: 'There is no photo.',
      hint: 'Add a photo of the person who speaks.',
    });
  }
  const models = await openLookModels();
  const total = photos.length + 1;
  let best: Candidate | undefined;
  const refused: { index: number; failure: Failure }[] = [];
  for (const [index, path] of photos.entries()) {
    signal.throwIfAborted();
    try {
      const search = await findFaces(models, await readPicture(path, PHOTO_SIDE), signal);
      const face = pickFace(search, request.face);
      const candidate = { index, search, face, score: scorePhoto(face) };
      if (best === undefined || candidate.score > best.score) best = candidate;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refused.push({ index, failure: error });
    }
    context.progress(index + 1, total);
  }
  if (best === undefined) throw noneUsable(refused);

  const { search, face, index } = best;
  const { picture } = search;
  const matte = await cutOut(models.matte, picture, face.reading.mesh.box);
  signal.throwIfAborted();
  const photoFile = join(context.workDir, 'photo.png');
  const matteFile = join(context.workDir, 'matte.png');
  await Promise.all([writePicture(picture, photoFile), writeGrey(matte, matteFile)]);
  context.progress(total, total);
  return {
    chosen: index,
    photo: photoFile,
    width: picture.width,
    height: picture.height,
    mesh: face.reading.mesh,
    matte: matteFile,
    faces: search.faces.map(describe),
    notes: [
      ...(photos.length > 1
        ? [`Photo ${index + 1} of ${photos.length} was chosen: its face is the clearest.`]
        : []),
      ...refused.map(
        ({ index: left, failure }) => `Photo ${left + 1} was left out: ${lowerFirst(failure.message)}`,
      ),
      ...photoNotes(search, request.face === undefined),
    ],
  };
}

async function inspect(photo: string, signal: AbortSignal): Promise<PhotoInspection> {
  let picture: Picture;
  try {
    picture = await readPicture(photo, PHOTO_SIDE);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { width: 0, height: 0, faces: [], unfit: unfit(error) };
  }
  const search = await findFaces(await openLookModels(), picture, signal);
  const { width, height } = search.picture;
  const faces = search.faces.map(describe);
  try {
    pickFace(search, undefined);
    return { width, height, faces };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { width, height, faces, unfit: unfit(error) };
  }
}

/** The asked face, or the largest that can be animated. Throws Failure with the reason of the likeliest one. */
function pickFace({ faces, picture, blurred }: FaceSearch, asked: number | undefined): FoundFace {
  if (faces.length === 0) throw noFace({ width: picture.width, height: picture.height, blurred });
  if (asked !== undefined) {
    const face = faces[asked];
    if (face === undefined) {
      throw new Failure({
        code: 'several-faces',
        message: `Face ${asked + 1} was asked for, but the photo shows ${faces.length === 1 ? 'one face' : `${faces.length} faces`}.`,
        hint: `Choose a face from 1 to ${faces.length}, counted from the left.`,
      });
    }
    if (!face.verdict.fit) throw new Failure(face.verdict);
    return face;
  }
  const fit = faces.filter((face) => face.verdict.fit);
  const bySize = (a: FoundFace, b: FoundFace) => b.reading.mesh.eyeDistance - a.reading.mesh.eyeDistance;
  const largest = [...fit].sort(bySize)[0];
  if (largest !== undefined) return largest;
  const likeliest = [...faces].sort((a, b) => b.reading.mesh.detection - a.reading.mesh.detection)[0]!;
  if (likeliest.verdict.fit) return likeliest;
  throw new Failure(likeliest.verdict);
}

function describe({ reading, verdict }: FoundFace): FaceChoice {
  return { box: reading.mesh.box, ...(verdict.fit ? {} : { unfit: verdict.message }) };
}

function photoNotes(search: FaceSearch, choseLargest: boolean): string[] {
  const notes = [...search.picture.notes];
  if (search.quarterTurns === 2) notes.push('The photo was upside down; it was turned upright.');
  else if (search.quarterTurns !== 0) notes.push('The photo lay on its side; it was turned upright.');
  if (search.faces.length > 1 && choseLargest) {
    notes.push(`${search.faces.length} faces were found; the largest one speaks.`);
  }
  return notes;
}

function noneUsable(refused: readonly { index: number; failure: Failure }[]): Failure {
  const [first] = refused;
  if (first === undefined) throw new Error('no photo was tried');
  if (refused.length === 1) return first.failure;
  const reasons = refused.map(({ index, failure }) => `photo ${index + 1}: ${lowerFirst(failure.message)}`);
  return new Failure({
    code: first.failure.code,
    message: `None of the ${refused.length} photos can be used. ${reasons.join(' ')}`,
    hint: first.failure.hint,
    cause: first.failure,
  });
}

function unfit({ code, message, hint }: Failure): { code: string; message: string; hint: string } {
  return { code, message, hint };
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

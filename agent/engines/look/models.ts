// Where the three models come from, and that they are the very bytes this code was measured with. They lie
// inside two npm packages by Google (Apache-2.0): the face models back to back in one packed asset file.
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { startLiteRt, type TensorModel } from './litert.ts';

interface ModelSource {
  package: string;
  file: string;
  /** First byte and the byte after the last, in the file; absent = the whole file. */
  slice?: readonly [number, number];
  sha256: string;
}

const FACE_PACK = 'face_mesh_solution_packed_assets.data';

const sources = {
  /** BlazeFace short range, 128 x 128: faces that fill at least about a tenth of the picture. */
  detector: {
    package: '@mediapipe/face_mesh',
    file: FACE_PACK,
    slice: [3757224, 3986256],
    sha256: '3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633',
  },
  /** Face Mesh, 192 x 192, 468 points. The finer "attention" mesh of the same file uses operations that LiteRT lacks. */
  mesh: {
    package: '@mediapipe/face_mesh',
    file: FACE_PACK,
    slice: [2495952, 3737848],
    sha256: 'c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1',
  },
  /** Selfie segmentation, general, 256 x 256. */
  matte: {
    package: '@mediapipe/selfie_segmentation',
    file: 'selfie_segmentation.tflite',
    sha256: '8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27',
  },
} as const satisfies Record<string, ModelSource>;

export interface LookModels {
  detector: TensorModel;
  mesh: TensorModel;
  matte: TensorModel;
}

let opened: Promise<LookModels> | undefined;

/** The models of this process, loaded once. Throws Failure `engine-missing` when a file is absent or not the expected one. */
export function openLookModels(): Promise<LookModels> {
  opened ??= loadAll().catch((error: unknown) => {
    opened = undefined; // a repaired installation works without a restart
    throw error;
  });
  return opened;
}

async function loadAll(): Promise<LookModels> {
  const [runtime, detector, mesh, matte] = await Promise.all([
    startLiteRt(),
    readModel(sources.detector),
    readModel(sources.mesh),
    readModel(sources.matte),
  ]);
  return {
    detector: await runtime.load(detector),
    mesh: await runtime.load(mesh),
    matte: await runtime.load(matte),
  };
}

/** Throws Failure `engine-missing` unless every model file is there and the right one: 1.7 MB read and hashed, some 15 ms. */
export async function checkModelFiles(): Promise<void> {
  await Promise.all(Object.values(sources).map((source) => readModel(source)));
}

async function readModel(source: ModelSource): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    const require = createRequire(import.meta.url);
    const path = join(dirname(require.resolve(`${source.package}/package.json`)), source.file);
    bytes = source.slice === undefined ? await readFile(path) : await readSlice(path, source.slice);
  } catch (cause) {
    throw new Failure({
      code: 'engine-missing',
      message: `The face model in ${source.package} could not be read.`,
      hint: 'Run npm start again: it installs what is missing.',
      cause,
    });
  }
  if (createHash('sha256').update(bytes).digest('hex') !== source.sha256) {
    throw new Failure({
      code: 'engine-missing',
      message: `${source.package} is not the version this product was made for.`,
      hint: 'Run npm start again: it installs the right one.',
    });
  }
  return bytes;
}

async function readSlice(path: string, [from, to]: readonly [number, number]): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array(to - from);
    await file.read(bytes, 0, bytes.length, from);
    return bytes;
  } finally {
    await file.close();
  }
}

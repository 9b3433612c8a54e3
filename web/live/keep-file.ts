// Takes a file from a person's hand into the device's store: looks at what it is, leaves behind what a picture says
// besides itself, hashes it in the worker, keeps it and queues it for the workstation in one commit. Every refusal is one sentence with the next step.
import { type AssetRef, type AssetType, MAX_ASSET_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { AssetStore } from '../vault/assets.ts';
import { contentType, family, HEAD_BYTES } from '../vault/content-type.ts';
import type { BlobHashes } from '../vault/hashing.ts';

const MIB = 1024 * 1024;
/** A hundred-megapixel photo is 60 MiB; an hour of uncompressed sound is 620 MiB. */
const LIMITS: Readonly<Record<string, number>> = {
  image: 100 * MIB,
  audio: 700 * MIB,
  video: MAX_ASSET_BYTES,
};

export async function keepFile(
  file: Blob,
  name: string | undefined,
  world: { store: AssetStore; hash(blob: Blob): Promise<BlobHashes> },
): Promise<AssetRef> {
  const called = (name ?? (file instanceof File ? file.name : undefined))?.slice(0, 200);
  const label = called ?? 'The file';
  if (file.size === 0) {
    throw new Failure({
      code: 'bad-input',
      message: `${label} is empty.`,
      hint: 'Choose another file, or record again.',
    });
  }
  const head = await readHead(file, label);
  const type = contentType(head, file.type);
  if (type === undefined) {
    throw new Failure({
      code: 'bad-input',
      message: `${label} is not a picture, a sound or a film that can be used.`,
      hint: 'Use JPEG, PNG, WebP or HEIC for photos, and WAV, MP3, M4A, OGG or WebM for sound.',
    });
  }
  const claimed = family(file.type);
  const isMismatch = claimed in LIMITS && claimed !== family(type) && !isMedia(claimed, family(type));
  if (isMismatch) {
    throw new Failure({
      code: 'bad-input',
      message: `${label} says it is ${words[claimed]}, but what is in it is ${words[family(type)]}.`,
      hint: 'Choose the original file; it may have been renamed.',
    });
  }
  const limit = LIMITS[family(type)] ?? MAX_ASSET_BYTES;
  if (file.size > limit) {
    throw new Failure({
      code: 'bad-input',
      message: `${label} is ${size(file.size)}; ${words[family(type)]} may be up to ${size(limit)}.`,
      hint:
        family(type) === 'image' ? 'Save a smaller copy and choose that.' : 'Cut it shorter and choose that.',
    });
  }
  // A plain Blob: a File would drag its name and date into the store, and a type we did not check.
  const kept =
    family(type) === 'image' ? await cleaned(file, type) : { blob: file.slice(0, file.size, type), type };
  const { hash, blocks } = await world.hash(kept.blob);
  const ref: AssetRef = {
    hash,
    bytes: kept.blob.size,
    type: kept.type,
    ...(called === undefined ? {} : { name: called }),
  };
  await world.store.keep(ref, blocks, kept.blob);
  return ref;
}

/** What cleans is loaded with the first picture: it is no part of the first load, and later the app has it offline. */
async function cleaned(picture: Blob, type: AssetType): Promise<{ blob: Blob; type: AssetType }> {
  const { cleanPicture } = await import('../vault/clean-picture.ts').catch((cause: unknown) => {
    throw new Failure({
      code: 'engine-missing',
      message: 'A part of the app that pictures need could not be loaded.',
      hint: 'See that the workstation is on, then choose the picture again.',
      retry: 'soon',
      cause,
    });
  });
  return cleanPicture(picture, type);
}

const words: Readonly<Record<string, string>> = { image: 'a picture', audio: 'a sound', video: 'a film' };

/** Sound and film share containers, so a browser's claim of one for the other is no lie. */
function isMedia(a: string, b: string): boolean {
  return a !== 'image' && b !== 'image';
}

async function readHead(file: Blob, label: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch (cause) {
    throw new Failure({
      code: 'bad-input',
      message: `${label} could not be read.`,
      hint: 'Check that the file still exists and choose it again.',
      cause,
    });
  }
}

function size(bytes: number): string {
  return bytes >= 1024 * MIB ? `${(bytes / 1024 / MIB).toFixed(1)} GB` : `${Math.ceil(bytes / MIB)} MB`;
}

// From a project as edited to the training it asks for, and which trained version its spins use. It does not know how a
// look or a voice is made, nor where versions are kept.
import type { AssetRef } from '../asset/asset.ts';
import { MAX_PHOTOS, type SpinOptions, spinOptionsSchema } from './options.ts';
import type { Photo, ProjectFields } from './project.ts';

export interface TrainingWish {
  look: boolean;
  voice: boolean;
}
export type MissingForTraining = 'nothing-wished' | 'photo' | 'fewer-photos' | 'clip';
export type TrainingDraft =
  | { ready: true; pipeline: 'train' | 'train-voice'; options: SpinOptions; assets: AssetRef[] }
  | { ready: false; missing: MissingForTraining[] };

/** Pure: the same project and wish always ask for the same job. */
export function draftTraining(
  fields: ProjectFields,
  photos: readonly Photo[],
  wish: TrainingWish,
): TrainingDraft {
  const clip = wish.voice ? fields.voiceClip : null;
  const missing: MissingForTraining[] = [];
  if (!wish.look && !wish.voice) missing.push('nothing-wished');
  // A voice alone has no use for photos; every job names at least one all the same.
  if (photos.length === 0) missing.push('photo');
  if (photos.length > MAX_PHOTOS) missing.push('fewer-photos');
  if (wish.voice && clip === null) missing.push('clip');
  if (missing.length > 0) return { ready: false, missing };
  const options = spinOptionsSchema.parse({
    photos: photos.map((photo) => photo.asset.hash),
    ...(fields.face === null ? {} : { face: fields.face }),
    narration: { kind: 'text', text: '' },
    ...(clip === null ? {} : { voiceClip: clip.hash }),
  });
  const assets = [...photos.map((photo) => photo.asset), ...(clip === null ? [] : [clip])];
  return { ready: true, pipeline: wish.look ? 'train' : 'train-voice', options, assets };
}

/** The fields as spins read them: a version that was chosen and is not there any more is made fresh instead. */
export function standingFields(
  fields: ProjectFields,
  isThere: (fingerprint: string) => boolean,
): ProjectFields {
  const standing = (chosen: string | null) => (chosen !== null && isThere(chosen) ? chosen : null);
  return { ...fields, look: standing(fields.look), voice: standing(fields.voice) };
}

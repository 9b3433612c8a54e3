// What a project still needs before it can spin, in one sentence, and where on the screen it is given.
import type { Missing } from '@myspinbot/shared/project/spin.ts';
import type { PhotoVerdict } from '../parts/photo-tile.tsx';

const words: Readonly<Record<Missing, string>> = {
  photo: 'a photo',
  script: 'a few lines to say',
  recording: 'your recording',
  topic: 'a topic to write about',
  'background-image': 'a picture for the background',
  'fewer-photos': 'fewer photos',
  'shorter-script': 'a shorter script',
};

/** The id of the section where it is given. */
export const missingPlace: Readonly<Record<Missing, string>> = {
  photo: 'face',
  script: 'script',
  recording: 'script',
  topic: 'script',
  'background-image': 'staging',
  'fewer-photos': 'face',
  'shorter-script': 'script',
};

/** "Before it can spin: a photo and a few lines to say." Undefined when nothing is missing. */
export function missingWords(missing: readonly Missing[]): string | undefined {
  if (missing.length === 0) return undefined;
  const parts = missing.map((what) => words[what]);
  const last = parts.pop()!;
  return `Still needed: ${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`}.`;
}

/**
 * What the workstation's look at the photos leaves open: every one unusable, or a crowd without a speaker. A photo it
 * has not seen yet is given the benefit of the doubt.
 */
export function faceProblem(
  verdicts: readonly PhotoVerdict['state'][],
  chosenFace: number | null,
): string | undefined {
  if (verdicts.length === 0) return undefined;
  if (verdicts.every((verdict) => verdict === 'unfit')) return 'Still needed: a photo with a usable face.';
  const isCrowd = verdicts.every((verdict) => verdict === 'unfit' || verdict === 'choose');
  return isCrowd && chosenFace === null ? 'Still needed: point at the face that speaks.' : undefined;
}

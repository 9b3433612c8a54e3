// Trained looks and voices in words: what they are called, what they were made from, what deleting one means, and how a
// training job is told where it differs from a video. Pure.
import type { JobRequest, Trained } from '@myspinbot/shared/job/job.ts';
import type { JobPhase } from '@myspinbot/shared/job/life.ts';
import type { TrainedVersion } from '@myspinbot/shared/job/trained.ts';
import type { MissingForTraining, TrainingWish } from '@myspinbot/shared/project/training.ts';
import { engineWords } from './engine-words.ts';
import { agoWords } from './time-words.ts';

export type Kind = Trained['stage'];

/** "Look 2". */
export function versionTitle({ stage, version }: Pick<TrainedVersion, 'stage' | 'version'>): string {
  return `${stage === 'look' ? 'Look' : 'Voice'} ${version}`;
}

/** Said beside the photos or the voice that it stands in for. */
export function chosenWords(version: TrainedVersion | undefined): string | undefined {
  return version === undefined ? undefined : `${versionTitle(version)} is used`;
}

/** "2 photos", "My voice.wav". */
export function madeFrom(version: TrainedVersion): string {
  if (version.stage === 'voice') return version.clip?.name ?? 'a clip';
  const count = version.photos.length;
  return count === 1 ? '1 photo' : `${count} photos`;
}

export function madeBy({ engine }: Pick<Trained, 'engine'>): string {
  return engine === null ? 'no engine' : engineWords(engine);
}

/** "28 Nov 2026, 07:53". */
export function momentWords(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** "yesterday, from 2 photos, by the built-in engine". */
export function versionWords(version: TrainedVersion, now: number): string {
  return `${agoWords(version.madeAt, now)}, from ${madeFrom(version)}, by ${madeBy(version)}`;
}

/** The choice that is no version. */
export function freshWords(kind: Kind): { label: string; hint: string } {
  return {
    label: 'Fresh each time',
    hint:
      kind === 'look'
        ? 'From the photos above, as they are when you spin.'
        : 'From the voice above, as it is when you spin.',
  };
}

export function goneWords(kind: Kind): { title: string; next: string } {
  return {
    title: `The ${kind} you chose is not there any more.`,
    next: 'Your next video makes it fresh. Choose another one if you like.',
  };
}

/** What deleting a version means; `waiting` = jobs in the line that were asked for with it. */
export function deletingWords(
  version: TrainedVersion,
  { isChosen, waiting, isHere }: { isChosen: boolean; waiting: number; isHere: boolean },
): { title: string; text: string } {
  const from = version.stage === 'look' ? 'the same photos' : 'the same clip';
  return {
    title: `Delete ${versionTitle(version)}?`,
    text: [
      `Videos that it made stay. To have it again, train it again from ${from}.`,
      isChosen ? `Your next videos make the ${version.stage} fresh.` : undefined,
      waiting === 0
        ? undefined
        : `${waiting === 1 ? 'One job' : `${waiting} jobs`} in the line cannot be made without it.`,
      isHere ? undefined : 'The workstation deletes it when it is back.',
    ]
      .filter((part) => part !== undefined)
      .join(' '),
  };
}

/** "a look", "a look and a voice": what a training job was asked for. */
export function trainingOf({ pipeline, options }: Pick<JobRequest, 'pipeline' | 'options'>): string {
  if (pipeline === 'train-voice') return 'A voice';
  return options.voiceClip === undefined ? 'A look' : 'A look and a voice';
}

/** Why this cannot be trained yet; undefined when it can. */
export function missingTraining(
  missing: readonly MissingForTraining[],
  wish: TrainingWish,
): string | undefined {
  const [first] = missing;
  switch (first) {
    case undefined:
      return undefined;
    case 'nothing-wished':
      return 'Tick a look, a voice or both.';
    case 'photo':
      return wish.look ? 'Add a photo first.' : 'Add a photo first: every project has a face.';
    case 'fewer-photos':
      return 'Take some photos out first.';
    case 'clip':
      return 'Add a voice clip first: "Match a clip" under Voice.';
  }
}

/** Where a training is told in other words than a video. */
export function trainingWords(phase: JobPhase): {
  short?: string;
  title?: string;
  next?: string;
  kept?: string;
} {
  switch (phase) {
    case 'succeeded':
      return {
        short: 'Trained',
        title: 'Trained, and kept for later',
        next: 'Choose it in the project, under Looks and voices.',
        kept: 'It stays on your workstation until you delete it.',
      };
    case 'cancelled':
    case 'cancelled-before-start':
      return { next: 'Train it again whenever you like.' };
    default:
      return {};
  }
}

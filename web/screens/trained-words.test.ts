import { trainedVersionSchema } from '@myspinbot/shared/job/trained.ts';
import { expect, it } from 'vitest';
import {
  deletingWords,
  madeFrom,
  missingTraining,
  trainingOf,
  trainingWords,
  versionTitle,
  versionWords,
} from './trained-words.ts';

const NOW = 1_780_000_000_000;
const photo = (digit: string) => ({ hash: digit.repeat(64), bytes: 9, type: 'image/png' });
const look = trainedVersionSchema.parse({
  project: 'p_robin0000000000000000',
  job: 'j_train0000000000000000',
  stage: 'look',
  fingerprint: 'a'.repeat(64),
  version: 2,
  engine: 'look/builtin',
  madeAt: NOW - 5 * 60_000,
  notes: [],
  photos: [photo('1'), photo('2')],
});
const voice = {
  ...look,
  stage: 'voice' as const,
  engine: 'voice/big',
  photos: [],
  clip: { ...look.photos[0]!, name: 'Me.wav' },
};

it('says which one it is, when, from what and by what it was made', () => {
  expect(versionTitle(look)).toBe('Look 2');
  expect(versionWords(look, NOW)).toBe('5 minutes ago, from 2 photos, by the built-in engine');
  expect(versionTitle(voice)).toBe('Voice 2');
  expect(versionWords(voice, NOW)).toBe('5 minutes ago, from Me.wav, by voice/big');
  expect(madeFrom({ ...look, photos: [look.photos[0]!] })).toBe('1 photo');
});

it('says what deleting means: what stays, how to have it again, who misses it, and when', () => {
  const plain = deletingWords(look, { isChosen: false, waiting: 0, isHere: true });
  expect(plain).toEqual({
    title: 'Delete Look 2?',
    text: 'Videos that it made stay. To have it again, train it again from the same photos.',
  });
  const { text } = deletingWords(voice, { isChosen: true, waiting: 2, isHere: false });
  expect(text).toContain('from the same clip');
  expect(text).toContain('Your next videos make the voice fresh.');
  expect(text).toContain('2 jobs in the line cannot be made without it.');
  expect(text).toContain('when it is back');
  expect(deletingWords(look, { isChosen: false, waiting: 1, isHere: true }).text).toContain(
    'One job in the line',
  );
});

it('says what is missing before anything is asked for', () => {
  expect(missingTraining([], { look: true, voice: false })).toBeUndefined();
  expect(missingTraining(['nothing-wished'], { look: false, voice: false })).toMatch(/^Tick/);
  expect(missingTraining(['photo', 'clip'], { look: true, voice: true })).toBe('Add a photo first.');
  expect(missingTraining(['clip'], { look: false, voice: true })).toContain('Match a clip');
});

it('names a training by what it was asked for, and its end is no premiere', () => {
  const options = { photos: [], narration: { kind: 'text', text: '', lang: 'auto' } } as never;
  const withClip = { ...(options as object), voiceClip: 'b'.repeat(64) } as never;
  expect(trainingOf({ pipeline: 'train', options })).toBe('A look');
  expect(trainingOf({ pipeline: 'train', options: withClip })).toBe('A look and a voice');
  expect(trainingOf({ pipeline: 'train-voice', options: withClip })).toBe('A voice');
  expect(trainingWords('succeeded').title).toBe('Trained, and kept for later');
  expect(trainingWords('running')).toEqual({});
});

import { expect, test } from 'vitest';
import { assetRefSchema } from '../asset/asset.ts';
import { projectFieldsSchema } from './project.ts';
import { draftSpin } from './spin.ts';
import { draftTraining, standingFields } from './training.ts';

const asset = (digit: string, type: string) =>
  assetRefSchema.parse({ hash: digit.repeat(64), bytes: 5, type });
const photos = [{ asset: asset('a', 'image/png'), addedAt: 1 }];
const clip = asset('b', 'audio/wav');
const fields = projectFieldsSchema.parse({ voiceClip: clip, face: 1, voiceName: 'alba' });

test('a look is trained from the photos, a voice from the clip, both in one job', () => {
  const both = draftTraining(fields, photos, { look: true, voice: true });
  expect(both).toMatchObject({
    ready: true,
    pipeline: 'train',
    options: { photos: [photos[0]!.asset.hash], face: 1, voiceClip: clip.hash },
    assets: [photos[0]!.asset, clip],
  });
  const look = draftTraining(fields, photos, { look: true, voice: false });
  expect(look).toMatchObject({ pipeline: 'train', assets: [photos[0]!.asset] });
  expect(look.ready && look.options.voiceClip).toBe(undefined);
  expect(draftTraining(fields, photos, { look: false, voice: true })).toMatchObject({
    pipeline: 'train-voice',
  });
});

test('what is missing is said', () => {
  const missing = (...args: Parameters<typeof draftTraining>) => {
    const draft = draftTraining(...args);
    return draft.ready ? [] : draft.missing;
  };
  const empty = projectFieldsSchema.parse({});
  expect(missing(empty, [], { look: true, voice: true })).toEqual(['photo', 'clip']);
  expect(missing(fields, photos, { look: false, voice: false })).toEqual(['nothing-wished']);
  expect(missing(empty, photos, { look: true, voice: false })).toEqual([]);
});

test('spins name the versions that were chosen; one that is gone is made fresh; a recording has no use for a voice', () => {
  const [look, voice] = ['1'.repeat(64), '2'.repeat(64)];
  const chosen = { ...fields, look, voice };
  const pins = (from: typeof fields) => {
    const draft = draftSpin(from, 'Hello', photos);
    return draft.ready ? { look: draft.options.look, voice: draft.options.voice } : undefined;
  };
  expect(pins(chosen)).toEqual({ look, voice });
  expect(pins(standingFields(chosen, (print) => print === look))).toEqual({ look, voice: undefined });
  expect(pins({ ...chosen, mode: 'recording', recording: clip })).toEqual({ look, voice: undefined });
  expect(pins(fields)).toEqual({ look: undefined, voice: undefined });
});

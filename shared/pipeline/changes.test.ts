import { expect, test } from 'vitest';
import { type SpinOptionsInput, spinOptionsSchema } from '../project/options.ts';
import { changedStages } from './changes.ts';
import { shippedPipelines } from './shipped.ts';

const portrait = shippedPipelines.get('portrait')!;
const text = { kind: 'text', text: 'Hello' } as const;
const options = (change: Partial<SpinOptionsInput> = {}) =>
  spinOptionsSchema.parse({
    photos: ['a'.repeat(64)],
    narration: text,
    background: { kind: 'keep' },
    ...change,
  });

test('what is the same is made by nobody', () => {
  expect(changedStages(portrait, options(), options())).toEqual([]);
  expect(changedStages(portrait, options(), structuredClone(options({ face: undefined })))).toEqual([]);
});

test.each<[string, Partial<SpinOptionsInput>, string[]]>([
  [
    'other words',
    { narration: { ...text, text: 'Bye' } },
    ['script', 'speech', 'timing', 'portrait', 'finish'],
  ],
  ['another voice', { voiceName: 'en-bright' }, ['speech', 'timing', 'portrait', 'finish']],
  ['a clip', { voiceClip: 'c'.repeat(64) }, ['voice', 'speech', 'timing', 'portrait', 'finish']],
  ['another photo', { photos: ['b'.repeat(64)] }, ['look', 'portrait', 'finish']],
  ['another size', { size: '1080x1080' }, ['portrait', 'finish']],
  ['another backdrop', { background: { kind: 'scene', scene: 'space' } }, ['portrait', 'finish']],
])('%s', (_name, change, stages) => {
  const changed = changedStages(portrait, options(), options(change));
  expect(new Set(changed)).toEqual(new Set(stages));
});

test('the words of a recording move its cues and its picture, not its sound', () => {
  const recording = { kind: 'recording', audio: 'd'.repeat(64) } as const;
  const changed = changedStages(
    portrait,
    options({ narration: recording }),
    options({ narration: { ...recording, text: 'What I say' } }),
  );
  expect(changed).toEqual(['script', 'timing', 'portrait', 'finish']);
});

test('another pipeline makes what it alone has, and whatever takes that', () => {
  const large = shippedPipelines.get('portrait-large')!;
  expect(changedStages(large, options(), options(), portrait)).toEqual(['upscale', 'finish']);
  expect(changedStages(portrait, options(), options(), large)).toEqual(['finish']);
  expect(changedStages(large, options(), options({ size: '1080x1080' }))).toEqual([
    'portrait',
    'upscale',
    'finish',
  ]);
});

import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { stageNames } from '@myspinbot/shared/job/job.ts';
import { type SpinOptionsInput, spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import { expect, test } from 'vitest';
import { chooseBackground } from './portrait.ts';
import { outputSchemas, stages } from './stages.ts';

const photo = 'a'.repeat(64) as AssetHash;
const options = (change: Partial<SpinOptionsInput>) =>
  spinOptionsSchema.parse({ photos: [photo], narration: { kind: 'text', text: 'Hello' }, ...change });

test('every stage is filed under its own name, with a form for its output', () => {
  for (const name of stageNames) {
    expect(stages[name].name).toBe(name);
    expect(outputSchemas[name]).toBeDefined();
  }
});

test('only what a job needs is used: no writer for own words, no voice without a clip, no speech for a recording', () => {
  const used = (change: Partial<SpinOptionsInput>) =>
    stageNames.filter((name) => stages[name].uses(options(change)).length > 0);
  // An enlargement is there where the pipeline has one.
  const always = ['look', 'timing', 'portrait', 'upscale', 'finish'];
  expect(new Set(used({}))).toEqual(new Set([...always, 'speech']));
  expect(new Set(used({ voiceClip: photo }))).toEqual(new Set([...always, 'speech', 'voice']));
  expect(new Set(used({ narration: { kind: 'topic', topic: 'sea' } }))).toEqual(
    new Set([...always, 'script', 'speech']),
  );
  expect(new Set(used({ narration: { kind: 'recording', audio: photo }, voiceClip: photo }))).toEqual(
    new Set(always),
  );
  for (const name of stageNames)
    for (const capability of stages[name].uses(options({ voiceClip: photo })))
      expect(stages[name].needs).toContain(capability);
});

test('a background that was chosen is never replaced; a written staging is used when nobody chose', () => {
  expect(chooseBackground({ kind: 'keep' }, 'space')).toEqual({ kind: 'keep' });
  expect(chooseBackground({ kind: 'scene', scene: 'meadow' }, 'space')).toEqual({
    kind: 'scene',
    scene: 'meadow',
  });
  expect(chooseBackground(undefined, 'space')).toEqual({ kind: 'scene', scene: 'space' });
  expect(chooseBackground(undefined, null)).toEqual({ kind: 'keep' });
});

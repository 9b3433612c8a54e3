import { stageNames } from '@myspinbot/shared/job/job.ts';
import { expect, it } from 'vitest';
import { againWords, replaceWords, stagesWords } from './again-words.ts';

/** Those of a job that enlarges nothing. */
const all = stageNames.filter((stage) => stage !== 'upscale');

it('says what is made again and what is used again, and nothing when all is made', () => {
  expect(againWords(all, all)).toBeUndefined();
  const words = againWords(all, ['portrait', 'finish']);
  expect(words).toEqual({
    short: '2 of 7 stages are made again.',
    made: 'The performance and the finish',
    used: 'The lines, the face, the voice, the reading and the cues',
  });
  expect(againWords(all, [])?.short).toBe('Nothing changed since the last video.');
  expect(againWords(all, [])?.made).toBeUndefined();
  expect(stagesWords(['look'])).toBe('The face');
});

it('offers to replace what did not come to anything, and never what is on or done', () => {
  expect(replaceWords('failed')?.isUsual).toBe(true);
  expect(replaceWords('cancelled-before-start')?.isUsual).toBe(true);
  expect(replaceWords('queued')?.isUsual).toBe(false);
  for (const phase of ['running', 'claimed', 'cancelling', 'succeeded', 'superseded'] as const) {
    expect(replaceWords(phase)).toBeUndefined();
  }
});

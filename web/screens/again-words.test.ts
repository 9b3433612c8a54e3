import { stageNames } from '@myspinbot/shared/job/job.ts';
import { expect, it } from 'vitest';
import { againWords, replaceWords, stagesWords } from './again-words.ts';

it('says what is made again and what is used again, and nothing when all is made', () => {
  expect(againWords(stageNames, stageNames)).toBeUndefined();
  const words = againWords(stageNames, ['portrait', 'finish']);
  expect(words).toEqual({
    short: '2 of 7 stages are made again.',
    made: 'The performance and the finish',
    used: 'The lines, the face, the voice, the reading and the cues',
  });
  expect(againWords(stageNames, [])?.short).toBe('Nothing changed since the last video.');
  expect(againWords(stageNames, [])?.made).toBeUndefined();
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

import type { Missing } from '@myspinbot/shared/project/spin.ts';
import { describe, expect, it } from 'vitest';
import { createFakeLive } from '../live/fake-live.ts';
import { seeded } from '../live/fake-people.ts';
import { makingMs, speechMs } from './estimate.ts';
import { faceProblem, missingPlace, missingWords } from './missing-words.ts';

describe('missing words', () => {
  it('names everything that is missing in one sentence', () => {
    expect(missingWords([])).toBeUndefined();
    expect(missingWords(['photo'])).toBe('Still needed: a photo.');
    expect(missingWords(['photo', 'script'])).toBe('Still needed: a photo and a few lines to say.');
    const all: Missing[] = ['photo', 'topic', 'background-image'];
    expect(missingWords(all)).toBe(
      'Still needed: a photo, a topic to write about and a picture for the background.',
    );
    for (const what of all) expect(missingPlace[what]).toMatch(/^(face|script|staging)$/);
  });

  it('asks for a usable face only when no photo has one, and gives unseen photos the benefit of the doubt', () => {
    expect(faceProblem([], null)).toBeUndefined();
    expect(faceProblem(['unfit'], null)).toMatch(/usable face/);
    expect(faceProblem(['unfit', 'good'], null)).toBeUndefined();
    expect(faceProblem(['unfit', 'unknown'], null)).toBeUndefined();
    expect(faceProblem(['choose'], null)).toMatch(/point at the face/);
    expect(faceProblem(['choose'], 1)).toBeUndefined();
    expect(faceProblem(['choose', 'good'], null)).toBeUndefined();
  });
});

describe('estimates', () => {
  it('reads the length of speech from the letters, the recording or the wish', () => {
    expect(speechMs({ mode: 'text', seconds: 20 }, '   ', undefined)).toBeUndefined();
    expect(speechMs({ mode: 'text', seconds: 20 }, 'x'.repeat(150), undefined)).toBe(10_000);
    expect(speechMs({ mode: 'recording', seconds: 20 }, '', 4_200)).toBe(4_200);
    expect(speechMs({ mode: 'topic', seconds: 20 }, '', undefined)).toBe(20_000);
  });

  it("learns the making from this workstation's own jobs of that size, and else says nothing", () => {
    const jobs = [createFakeLive().job(seeded.succeeded)!];
    expect(makingMs(jobs, '720x720', 4_200)).toBe(60_000);
    expect(makingMs(jobs, '1280x720', 4_200)).toBeUndefined();
    expect(makingMs([], '720x720', 4_200)).toBeUndefined();
  });
});

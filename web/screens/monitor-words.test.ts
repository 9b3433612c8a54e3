import { restReasons } from '@myspinbot/shared/job/rules.ts';
import { describe, expect, it, test } from 'vitest';
import { fakeMonitor } from '../live/fake-monitor.ts';
import { fakeAccess } from '../live/fake-people.ts';
import {
  betweenWords,
  cardShare,
  cardWords,
  expectedWords,
  failedWords,
  holdUpWords,
  lineWords,
  powerWords,
  queueWords,
  restTold,
  seesMonitor,
  shareWords,
  speedWords,
  waitWords,
} from './monitor-words.ts';

const { queue } = fakeMonitor;
const job = queue.line[0]!.job;

test.each([
  [[], 0, 'Nothing to do.'],
  [[], 1, '1 job waits.'],
  [['running'], 0, 'Working on 1 job.'],
  [['running', 'queued'], 1, 'Working on 1 job, 1 waits.'],
  [['running', 'claimed', 'queued'], 3, 'Working on 2 jobs, 3 wait.'],
  [['paused'], null, 'Nothing to do.'],
] as const)('a line of %j, %j waiting: %s', (states, waiting, words) => {
  expect(queueWords({ ...queue, waiting, line: states.map((state) => ({ job, state })) })).toBe(words);
});

describe('why the queue rests', () => {
  it('is nothing while it works', () => expect(restTold(null)).toBeUndefined());
  it.each(restReasons)('%s has a sentence and a next step', (why) => {
    const told = restTold({ why })!;
    expect(told.title.length).toBeGreaterThan(8);
    expect(told.next).toMatch(/\.$/);
  });
  it('says until when, where that is known', () => {
    const at = new Date(2026, 5, 1, 7, 0).getTime();
    expect(restTold({ why: 'quiet-hours', until: at })?.title).toBe('Quiet hours until 07:00');
  });
});

test('owners and members see the monitor, guests and devices that are not paired do not', () => {
  expect(seesMonitor(fakeAccess.owner)).toBe(true);
  expect(seesMonitor(fakeAccess.member)).toBe(true);
  expect(seesMonitor(fakeAccess.guest)).toBe(false);
  expect(seesMonitor(fakeAccess.unpaired)).toBe(false);
});

test('figures as people say them, and a dash for what is not known', () => {
  expect(speedWords(24_000_000.4)).toBe('24 MB/s');
  expect(speedWords(12)).toBe('0 KB/s');
  expect(speedWords(null)).toBe('–');
  expect(waitWords(0)).toBe('none');
  expect(waitWords(260)).toBe('4 min 20 s');
  expect(expectedWords(1.05)).toBe('1.1×');
  expect(expectedWords(0.03)).toBe('<0.1×');
  expect(expectedWords(1.4)).toBe('1.4×');
  expect(failedWords([['The face', 0]])).toBeUndefined();
  expect(
    failedWords([
      ['The face', 1],
      ['The finish', 3],
    ]),
  ).toBe('Failed: The face, once; The finish, 3 times.');
  expect(shareWords(0.214)).toBe('21 %');
  expect(holdUpWords(0.012)).toBe('12 ms');
  expect(holdUpWords(1.44)).toBe('1.4 s');
  expect(lineWords('running', 'Performance', 0.43)).toBe('Performance, 43 %');
  expect(lineWords('queued', undefined, undefined)).toBe('In line');
  expect(betweenWords([0.02, 0.4], shareWords)).toBe('between 2 % and 40 %');
  expect(betweenWords([0.02, 0.02], shareWords)).toBe('2 %');
  expect(betweenWords([], shareWords)).toBe('not known yet');
});

test('a card says how full it is, and nothing that is not known', () => {
  const card = {
    name: 'NVIDIA GeForce RTX 4080 SUPER',
    memoryUsedBytes: 1474 * 2 ** 20,
    memorySizeBytes: 16_376 * 2 ** 20,
    busy: 0.07,
    celsius: 46,
    watts: 84.24,
    wattsLimit: 320,
  };
  expect(cardWords(card)).toBe('NVIDIA GeForce RTX 4080 SUPER: 1.4 of 16.0 GiB taken');
  expect(cardShare(card)).toBeCloseTo(0.09);
  expect(powerWords(card)).toBe('84 of 320 W');
  const silent = { ...card, memoryUsedBytes: null, watts: null };
  expect(cardWords(silent)).toBe('NVIDIA GeForce RTX 4080 SUPER');
  expect(cardShare(silent)).toBe(0);
  expect(powerWords(silent)).toBe('–');
  expect(powerWords({ ...card, wattsLimit: null })).toBe('84 W');
});

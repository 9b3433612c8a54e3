import { expect, test } from 'vitest';
import type { Job, JobRun } from './job.ts';
import { isEnded, isHeld, jobPhase, nextState, type RunEvent, type RunState } from './life.ts';

// The whole machine, cell by cell: a dash is an event that is ignored in that state.
const events = [
  'assets-complete',
  'assets-missing',
  'claimed',
  'stage-started',
  'pause-wished',
  'resume-wished',
  'cancel-wished',
  'cancelled',
  'failed',
  'put-off',
  'succeeded',
  'interrupted',
  'retry-wished',
  'superseded',
] as const satisfies readonly RunEvent['type'][];
const W = 'waiting-for-assets';
const S = 'superseded';
// biome-ignore format: a table is read in columns
const table: Record<RunState, readonly (RunState | '-')[]> = {
  //                     complete  missing  claimed    stage      pause     resume    cancel        cancelled    failed       put-off      succeeded    interrupted  retry     superseded
  'waiting-for-assets': ['queued', '-',     '-',       '-',       'paused', '-',      'cancelled',  '-',         'failed',    '-',         '-',         '-',         '-',      S],
  queued:               ['-',      W,       'claimed', '-',       'paused', '-',      'cancelled',  '-',         'failed',    '-',         '-',         '-',         '-',      S],
  claimed:              ['-',      '-',     '-',       'running', 'paused', '-',      'cancelling', '-',         'failed',    'queued',    'succeeded', 'queued',    '-',      '-'],
  running:              ['-',      '-',     '-',       'running', 'paused', '-',      'cancelling', '-',         'failed',    'queued',    'succeeded', 'queued',    '-',      '-'],
  paused:               ['-',      '-',     '-',       '-',       '-',      'queued', 'cancelled',  '-',         '-',         '-',         '-',         '-',         '-',      S],
  cancelling:           ['-',      '-',     '-',       '-',       '-',      '-',      '-',          'cancelled', 'cancelled', 'cancelled', 'succeeded', 'cancelled', '-',      '-'],
  cancelled:            ['-',      '-',     '-',       '-',       '-',      '-',      '-',          '-',         '-',         '-',         '-',         '-',         'queued', S],
  failed:               ['-',      '-',     '-',       '-',       '-',      '-',      '-',          '-',         '-',         '-',         '-',         '-',         'queued', S],
  succeeded:            ['-',      '-',     '-',       '-',       '-',      '-',      '-',          '-',         '-',         '-',         '-',         '-',         '-',      '-'],
  superseded:           ['-',      '-',     '-',       '-',       '-',      '-',      '-',          '-',         '-',         '-',         '-',         '-',         '-',      '-'],
};
const states = Object.keys(table) as RunState[];

const cells = states.flatMap((state) =>
  events.map((type, column) => ({ state, type, next: table[state][column]! })),
);
test.each(cells)('$state, $type: $next', ({ state, type, next }) => {
  expect(nextState(state, { type } as RunEvent) ?? '-').toBe(next);
});

test('from every state some way leads to an end, and an end is left by a retry or by a newer job alone', () => {
  for (const state of states) {
    const seen = new Set<RunState>([state]);
    for (const one of seen) {
      for (const type of events) {
        const next = nextState(one, { type } as RunEvent);
        if (next !== undefined) seen.add(next);
      }
    }
    expect([...seen].some(isEnded), state).toBe(true);
    if (!isEnded(state)) continue;
    const leaving = events.filter((type) => nextState(state, { type } as RunEvent) !== undefined);
    const isFinal = state === 'succeeded' || state === 'superseded';
    expect(leaving).toEqual(isFinal ? [] : ['retry-wished', 'superseded']);
  }
});

test('the ended states and the held ones', () => {
  expect(states.filter(isEnded)).toEqual(['cancelled', 'failed', 'succeeded', 'superseded']);
  expect(states.filter(isHeld)).toEqual(['claimed', 'running', 'cancelling']);
});

function job(run: Partial<JobRun> | undefined, wish: Partial<Job['wish']> = {}): Job {
  return {
    request: {} as Job['request'],
    wish: { retry: 0, hidden: false, ...wish },
    run:
      run === undefined
        ? undefined
        : { state: 'queued', attempt: 0, retry: 0, queuedAt: 0, stages: [], ...run },
  };
}

test('what a person is told before, during and after the agent has answered', () => {
  expect(jobPhase(job(undefined))).toBe('waiting-for-workstation');
  expect(jobPhase(job(undefined, { cancelledAt: 1 }))).toBe('cancelled-before-start');
  for (const state of states) expect(jobPhase(job({ state }))).toBe(state);
  expect(jobPhase(job({ state: 'failed' }, { retry: 1 }))).toBe('waiting-for-workstation');
  expect(jobPhase(job({ state: 'failed', retry: 1 }, { retry: 1 }))).toBe('failed');
  expect(jobPhase(job({ state: 'running' }, { retry: 1 }))).toBe('running');
});

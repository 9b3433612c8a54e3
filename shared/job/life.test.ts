import { expect, test } from 'vitest';
import type { Job, JobRun } from './job.ts';
import { isEnded, jobPhase, nextState, type RunEvent, type RunState } from './life.ts';

// The whole machine, cell by cell: a dash is an event that is ignored in that state.
const events = [
  'assets-complete',
  'assets-missing',
  'started',
  'cancel-wished',
  'cancelled',
  'failed',
  'succeeded',
  'interrupted',
  'retry-wished',
] as const satisfies readonly RunEvent['type'][];
const table: Record<RunState, readonly (RunState | '-')[]> = {
  'waiting-for-assets': ['queued', '-', '-', 'cancelled', '-', 'failed', '-', '-', '-'],
  queued: ['-', 'waiting-for-assets', 'running', 'cancelled', '-', 'failed', '-', '-', '-'],
  running: ['-', '-', '-', 'cancelling', '-', 'failed', 'succeeded', 'queued', '-'],
  cancelling: ['-', '-', '-', '-', 'cancelled', 'cancelled', 'succeeded', 'cancelled', '-'],
  cancelled: ['-', '-', '-', '-', '-', '-', '-', '-', 'queued'],
  failed: ['-', '-', '-', '-', '-', '-', '-', '-', 'queued'],
  succeeded: ['-', '-', '-', '-', '-', '-', '-', '-', '-'],
};
const states = Object.keys(table) as RunState[];

const cells = states.flatMap((state) =>
  events.map((type, column) => ({ state, type, next: table[state][column]! })),
);
test.each(cells)('$state, $type: $next', ({ state, type, next }) => {
  expect(nextState(state, { type } as RunEvent) ?? '-').toBe(next);
});

test('from every state some way leads to an end, and an end is left by a retry alone', () => {
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
    expect(leaving).toEqual(state === 'succeeded' ? [] : ['retry-wished']);
  }
});

test('the ended states are exactly three', () => {
  expect(states.filter(isEnded)).toEqual(['cancelled', 'failed', 'succeeded']);
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

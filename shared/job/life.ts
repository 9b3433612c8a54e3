// The life of a job: one state machine, pure. It owns which events are legal in which state and what
// a person is told; the queue applies it and the ledger remembers it.
import type { Job, JobRun } from './job.ts';

export type RunState = JobRun['state'];

export type RunEvent =
  | { type: 'assets-complete' }
  | { type: 'assets-missing' }
  | { type: 'started' }
  | { type: 'cancel-wished' }
  | { type: 'cancelled' }
  | { type: 'failed' }
  | { type: 'succeeded' }
  | { type: 'interrupted' } // the agent died or let go; the job goes back to the queue
  | { type: 'retry-wished' };

const table: Readonly<Record<RunState, Partial<Record<RunEvent['type'], RunState>>>> = {
  'waiting-for-assets': {
    'assets-complete': 'queued',
    'cancel-wished': 'cancelled',
    failed: 'failed',
  },
  queued: {
    started: 'running',
    'assets-missing': 'waiting-for-assets',
    'cancel-wished': 'cancelled',
    failed: 'failed',
  },
  running: {
    succeeded: 'succeeded',
    failed: 'failed',
    'cancel-wished': 'cancelling',
    interrupted: 'queued',
  },
  // A cancel that comes too late loses to the result: the video exists, so it is kept.
  cancelling: {
    cancelled: 'cancelled',
    succeeded: 'succeeded',
    failed: 'cancelled',
    interrupted: 'cancelled',
  },
  cancelled: { 'retry-wished': 'queued' },
  failed: { 'retry-wished': 'queued' },
  succeeded: {},
};

/** The state after `event`, or undefined when the event is not legal in `state` (it is then ignored). */
export function nextState(state: RunState, event: RunEvent): RunState | undefined {
  return table[state][event.type];
}

/** Whether nothing more will happen to a run in this state unless a person asks. */
export function isEnded(state: RunState): boolean {
  return state === 'cancelled' || state === 'failed' || state === 'succeeded';
}

/** What a person sees: the run's state, or what the job waits for while no agent has answered. */
export type JobPhase = RunState | 'waiting-for-workstation' | 'cancelled-before-start';

export function jobPhase(job: Job): JobPhase {
  if (job.run === undefined) {
    return job.wish.cancelledAt === undefined ? 'waiting-for-workstation' : 'cancelled-before-start';
  }
  if (job.wish.retry > job.run.retry && isEnded(job.run.state)) return 'waiting-for-workstation';
  return job.run.state;
}

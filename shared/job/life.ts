// The life of a job: one state machine, pure. It owns which events are legal in which state and what
// a person is told; the queue applies it and the ledger remembers it.
import type { Job, JobRun } from './job.ts';

export type RunState = JobRun['state'];

export type RunEvent =
  | { type: 'assets-complete' }
  | { type: 'assets-missing' }
  | { type: 'claimed' }
  | { type: 'stage-started' }
  | { type: 'pause-wished' }
  | { type: 'resume-wished' }
  | { type: 'cancel-wished' }
  | { type: 'cancelled' }
  | { type: 'failed' }
  | { type: 'put-off' } // it failed in a way that may pass; it is tried again by itself
  | { type: 'succeeded' }
  | { type: 'interrupted' } // the agent died or let go; the job goes back to the queue
  | { type: 'retry-wished' }
  | { type: 'superseded' }; // a newer job stands in for it

const table: Readonly<Record<RunState, Partial<Record<RunEvent['type'], RunState>>>> = {
  'waiting-for-assets': {
    'assets-complete': 'queued',
    'pause-wished': 'paused',
    'cancel-wished': 'cancelled',
    failed: 'failed',
    superseded: 'superseded',
  },
  queued: {
    claimed: 'claimed',
    'assets-missing': 'waiting-for-assets',
    'pause-wished': 'paused',
    'cancel-wished': 'cancelled',
    failed: 'failed',
    superseded: 'superseded',
  },
  claimed: {
    'stage-started': 'running',
    'pause-wished': 'paused',
    'cancel-wished': 'cancelling',
    failed: 'failed',
    'put-off': 'queued',
    // Every stage was there already.
    succeeded: 'succeeded',
    interrupted: 'queued',
  },
  running: {
    'stage-started': 'running',
    'pause-wished': 'paused',
    'cancel-wished': 'cancelling',
    failed: 'failed',
    'put-off': 'queued',
    succeeded: 'succeeded',
    interrupted: 'queued',
  },
  paused: {
    'resume-wished': 'queued',
    'cancel-wished': 'cancelled',
    superseded: 'superseded',
  },
  // A cancel that comes too late loses to the result: the video exists, so it is kept.
  cancelling: {
    cancelled: 'cancelled',
    succeeded: 'succeeded',
    failed: 'cancelled',
    'put-off': 'cancelled',
    interrupted: 'cancelled',
  },
  cancelled: { 'retry-wished': 'queued', superseded: 'superseded' },
  failed: { 'retry-wished': 'queued', superseded: 'superseded' },
  succeeded: {},
  superseded: {},
};

const ended: ReadonlySet<RunState> = new Set(['cancelled', 'failed', 'succeeded', 'superseded']);

/** The state after `event`, or undefined when the event is not legal in `state` (it is then ignored). */
export function nextState(state: RunState, event: RunEvent): RunState | undefined {
  return table[state][event.type];
}

/** Whether nothing more will happen to a run in this state unless a person asks. */
export function isEnded(state: RunState): boolean {
  return ended.has(state);
}

/** Whether the agent holds a claim on a job in this state: it is being worked on now. */
export function isHeld(state: RunState): boolean {
  return state === 'claimed' || state === 'running' || state === 'cancelling';
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

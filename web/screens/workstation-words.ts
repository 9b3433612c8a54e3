// The workstation in one quiet line, and whether it is within this device's reach at all.
import type { Access, Live, Workstation } from '../live/live.ts';
import type { WorkstationWords } from '../parts/workstation-line.tsx';

/** Away for less than this still counts as a short break. */
const LONG_AWAY_MS = 3 * 60_000;

/** The workstation as this device may meet it: without being paired there is none to wait for. */
export type Reach = Workstation | { state: 'unpaired' };

export function reachOf(live: Pick<Live, 'access' | 'workstation'>): Reach {
  return live.access().state === 'paired' ? live.workstation() : { state: 'unpaired' };
}

/** Whether this device looks after the others. */
export function isOwner(access: Access): boolean {
  return access.state === 'paired' && access.role === 'owner';
}

export function workstationWords(reach: Reach, now: number): WorkstationWords {
  switch (reach.state) {
    case 'unpaired':
      return { state: 'unpaired', text: 'This device is not paired' };
    case 'here':
      return {
        state: 'here',
        text: reach.agent === undefined ? 'Your workstation is here' : `${reach.agent.name} is here`,
      };
    case 'looking':
      return { state: 'looking', text: 'Looking for your workstation…' };
    case 'away':
      return {
        state: 'away',
        text:
          now - reach.since < LONG_AWAY_MS
            ? 'Your workstation went away. Everything is kept here.'
            : 'Your workstation is asleep. Everything waits here for it.',
      };
  }
}

/** The card that says why nothing leaves this device; undefined when it may. */
export function standingWords(access: Access): { title: string; next: string; action: string } | undefined {
  switch (access.state) {
    case 'paired':
      return undefined;
    case 'unpaired':
      return {
        title: 'This device is not paired yet',
        next: 'Prepare whatever you like: it is kept here. Pair this device with your workstation, and it spins.',
        action: 'Pair this device',
      };
    case 'removed':
      return {
        title: `${access.agentName} removed this device`,
        next: 'What is here stays here, and nothing new comes. An owner can invite it again.',
        action: 'Pair it again',
      };
    case 'forgotten':
      return {
        title:
          access.why === 'another-workstation'
            ? 'Another workstation answers here'
            : `${access.agentName} does not know this device any more`,
        next: 'Everything you made is still on this device. Pair it again, and it goes on.',
        action: 'Pair it again',
      };
  }
}

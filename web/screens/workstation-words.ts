// The workstation in one quiet line.
import type { Workstation } from '../live/live.ts';
import type { WorkstationWords } from '../parts/workstation-line.tsx';

/** Away for less than this still counts as a short break. */
const LONG_AWAY_MS = 3 * 60_000;

export function workstationWords(workstation: Workstation, now: number): WorkstationWords {
  switch (workstation.state) {
    case 'here':
      return {
        state: 'here',
        text:
          workstation.agent === undefined ? 'Your workstation is here' : `${workstation.agent.name} is here`,
      };
    case 'looking':
      return { state: 'looking', text: 'Looking for your workstation…' };
    case 'away':
      return {
        state: 'away',
        text:
          now - workstation.since < LONG_AWAY_MS
            ? 'Your workstation went away. Everything is kept here.'
            : 'Your workstation is asleep. Everything waits here for it.',
      };
  }
}

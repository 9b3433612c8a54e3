// Whether the workstation is there, as one small machine: pure, told of events and the time. A short break is
// "looking", so that a restart of the agent does not flash a warning; only then it is "away".

export type Reach =
  | { state: 'here' }
  /** `since` (epoch ms) is when contact was lost or first sought. */
  | { state: 'looking'; since: number }
  | { state: 'away'; since: number };

/** `answered`: it says something, though its line is not open; so it is not away, whatever it has against us. */
export type ReachEvent = 'connected' | 'lost' | 'answered' | 'tick';

/** A restart of the agent takes about two seconds. */
export const LOOKING_MS = 3000;

export function nextReach(reach: Reach, event: ReachEvent, at: number): Reach {
  switch (event) {
    case 'connected':
      return reach.state === 'here' ? reach : { state: 'here' };
    case 'lost':
      return reach.state === 'here' ? { state: 'looking', since: at } : reach;
    case 'answered':
      return reach.state === 'here' ? reach : { state: 'looking', since: at };
    case 'tick':
      return reach.state === 'looking' && at - reach.since >= LOOKING_MS
        ? { state: 'away', since: reach.since }
        : reach;
  }
}

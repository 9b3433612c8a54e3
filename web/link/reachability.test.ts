import { expect, test } from 'vitest';
import { LOOKING_MS, nextReach, type Reach, type ReachEvent } from './reachability.ts';

const looking: Reach = { state: 'looking', since: 0 };
const away: Reach = { state: 'away', since: 0 };
const here: Reach = { state: 'here' };

test.each([
  [looking, 'connected', 1, here],
  [here, 'lost', 5, { state: 'looking', since: 5 }],
  [away, 'lost', 5, away],
  [looking, 'tick', LOOKING_MS - 1, looking],
  [looking, 'tick', LOOKING_MS, away],
  // It speaks, whatever it has against us: not away.
  [away, 'answered', 9, { state: 'looking', since: 9 }],
  [looking, 'answered', 9, { state: 'looking', since: 9 }],
  [here, 'answered', 9, here],
] as const satisfies readonly (readonly [Reach, ReachEvent, number, Reach])[])(
  '%o, %s at %i, is %o',
  (reach, event, at, next) => {
    expect(nextReach(reach, event, at)).toEqual(next);
  },
);

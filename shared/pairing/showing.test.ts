import { expect, test } from 'vitest';
import { INVITATION_MS, MAX_ATTEMPTS, MAX_SHOWN, mayShowAnother, SHOWING_MS } from './invitation.ts';

test.each([
  [0, 1, true],
  [SHOWING_MS - 1, 7, true],
  [SHOWING_MS, 1, false],
  [0, MAX_SHOWN, false],
  // A clock that was set back shows nothing for ever.
  [-SHOWING_MS, 1, false],
])('after %d ms and %d invitations another one may be shown: %s', (ms, count, may) => {
  expect(mayShowAnother({ since: 1e9, count }, 1e9 + ms)).toBe(may);
});

test('all guesses at all invitations of one showing have one chance in some 40,000', () => {
  expect(1_000_000 / (MAX_SHOWN * MAX_ATTEMPTS)).toBeGreaterThan(40_000);
  expect(MAX_SHOWN * INVITATION_MS).toBeGreaterThanOrEqual(SHOWING_MS);
});

// How long something lasts by a clock that a person or the network may set anew.

/**
 * Whether something made at `since` still holds. A clock that was set back by more than `ms` ends it too: nothing
 * that should last minutes comes to last a day.
 */
export function lasts(since: number, ms: number, now: number): boolean {
  return Math.abs(now - since) < ms;
}

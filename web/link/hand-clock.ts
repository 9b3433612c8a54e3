// A clock that a test turns by hand. Nothing here waits.
import type { Clock } from './clock.ts';

export interface HandClock extends Clock {
  /** Moves time on, calling what falls due in order. */
  turn(ms: number): void;
}

export function createHandClock(start = 1_780_000_000_000): HandClock {
  let now = start;
  let next = 0;
  const due = new Map<number, { at: number; every: number | undefined; then: () => void }>();
  const add = (at: number, every: number | undefined, then: () => void) => {
    const id = next++;
    due.set(id, { at, every, then });
    return () => void due.delete(id);
  };
  return {
    now: () => now,
    after: (ms, then) => add(now + ms, undefined, then),
    every: (ms, then) => add(now + ms, ms, then),
    turn(ms) {
      const end = now + ms;
      for (;;) {
        const [first] = [...due].filter(([, task]) => task.at <= end).sort((a, b) => a[1].at - b[1].at);
        if (first === undefined) break;
        const [id, task] = first;
        now = task.at;
        if (task.every === undefined) due.delete(id);
        else due.set(id, { ...task, at: task.at + task.every });
        task.then();
      }
      now = end;
    },
  };
}

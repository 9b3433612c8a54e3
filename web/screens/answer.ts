// A question to the workstation and its last answer: asked when it is within reach, again when it comes back, and in
// every round of the screen. What was answered stays on the screen while the next answer is on its way.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { useLive } from '../live/live.ts';
import type { Rounds } from './rounds.ts';

export interface Answer<T> {
  /** The last answer; undefined before the first. */
  value: Accessor<T | undefined>;
  failure: Accessor<Failure | undefined>;
  /** Never rejects: a refusal is in `failure`. */
  again(): Promise<void>;
}

/** Owned by the caller's root; `ask` is called by itself only while the workstation is here. */
export function createAnswer<T>(ask: () => Promise<T>, rounds?: Pick<Rounds, 'count'>): Answer<T> {
  const live = useLive();
  const [value, setValue] = createSignal<T>();
  const [failure, setFailure] = createSignal<Failure>();
  let asked = 0;
  let isOver = false;
  onCleanup(() => {
    isOver = true;
  });
  const again = async () => {
    const mine = ++asked;
    const isLate = () => isOver || mine !== asked;
    try {
      const answer = await ask();
      if (isLate()) return;
      // What is as it was takes no row, and no focus, away.
      if (JSON.stringify(answer) !== JSON.stringify(value())) setValue(() => answer);
      setFailure(undefined);
    } catch (error) {
      if (!isLate()) setFailure(failureOf(error));
    }
  };
  createEffect(
    on([() => live.workstation().state === 'here', () => rounds?.count()], ([isHere]) => {
      if (isHere) void again();
    }),
  );
  return { value, failure, again };
}

/** Whatever was thrown, with a sentence and a next step. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure({
    code: 'internal',
    message: 'That did not work.',
    hint: 'Try it again. If it stays so, the log of the workstation says more.',
    cause: thrown,
  });
}

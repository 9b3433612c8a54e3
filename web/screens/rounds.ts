// When a screen that shows the workstation's own lists asks for them anew: every few seconds while somebody looks, as
// soon as they look again, and after whatever they did. It asks nothing itself.
import { type Accessor, createSignal, onCleanup } from 'solid-js';

/** Somebody who waits for a phone to appear in the list looks for about this long before wondering. */
const ROUND_MS = 5_000;

export interface Rounds {
  /** Counts up; whoever reads it in an effect asks anew. */
  count: Accessor<number>;
  /** At once: something was done here. */
  next(): void;
}

/** Owned by the caller's root. */
export function createRounds(): Rounds {
  const [count, setCount] = createSignal(0);
  const next = () => void setCount((before) => before + 1);
  const look = () => {
    if (document.visibilityState === 'visible') next();
  };
  const clock = setInterval(look, ROUND_MS);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('focus', look);
  onCleanup(() => {
    clearInterval(clock);
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('focus', look);
  });
  return { count, next };
}

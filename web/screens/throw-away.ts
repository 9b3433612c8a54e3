// Throws away what was shared, with the way back.
import type { Live } from '../live/live.ts';
import type { Toasts } from '../parts/toast.tsx';

export function createThrowAway(
  live: Live,
  toasts: Toasts,
): (share: string, items: readonly number[]) => Promise<void> {
  return async (share, items) => {
    await live.shared.throwAway(share, items);
    toasts.show('Thrown away. What you shared it from still has it.', () => {
      void live.shared.bringBack(share, items);
    });
  };
}

// How the workstation is doing, for whoever looks: asked again every two seconds while it is here and the page is looked
// at, and not at all otherwise. What was told last stays while it is not reached. It knows no screen.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type Monitor, monitorSchema } from '@myspinbot/shared/wire/monitor.ts';
import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { type Asking, ask, notReached } from '../identity/ask.ts';
import type { MonitorDesk, MonitorView } from './live.ts';
import type { PageSight } from './stay-awake.ts';

export const ASK_EVERY_MS = 2000;

/** `fetch` proves who asks. */
export function createMonitorDesk(
  world: Asking & { sight: PageSight; isHere: Accessor<boolean> },
): MonitorDesk {
  const { clock, sight, isHere } = world;
  const figures = () => ask(world, { path: endpoints.monitor, method: 'GET' }, monitorSchema);
  return {
    follow() {
      const [view, setView] = createSignal<MonitorView>({ figures: undefined, failure: undefined });
      let stopWaiting: (() => void) | undefined;
      let isAsking = false;
      let isOver = false;

      const told = (next: Monitor | Failure) => {
        if (isOver) return;
        if (next instanceof Failure) setView((now) => ({ ...now, failure: next }));
        else setView({ figures: next, failure: undefined });
      };
      const look = async () => {
        stopWaiting?.();
        stopWaiting = undefined;
        if (isOver || isAsking || !isHere() || !sight.isVisible()) return;
        isAsking = true;
        try {
          told(await figures());
        } catch (cause) {
          told(cause instanceof Failure ? cause : notReached(cause));
        }
        isAsking = false;
        // What may not be seen now is not asked for over and over; a change of rights opens the screen anew.
        if (!isOver && view().failure?.code !== 'refused') {
          stopWaiting = clock.after(ASK_EVERY_MS, () => void look());
        }
      };
      createEffect(on(isHere, () => void look()));
      const stopWatching = sight.watch(() => void look());
      onCleanup(() => {
        isOver = true;
        stopWaiting?.();
        stopWatching();
      });
      return view;
    },
  };
}

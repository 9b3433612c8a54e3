// What is on its way to the workstation, and what it would not take: nothing at all, and nothing loaded, while there is
// neither.
import { lazy, Show, Suspense } from 'solid-js';
import { useLive } from '../live/live.ts';

const told = () => import('./on-its-way-told.tsx');
const SendingTold = lazy(() => told().then((module) => ({ default: module.SendingTold })));
const RefusedTold = lazy(() => told().then((module) => ({ default: module.RefusedTold })));

/** How much is left, and what leaving the app does. */
export function OnItsWay() {
  const live = useLive();
  return (
    <Show when={live.sending().files > 0}>
      <Suspense>
        <SendingTold />
      </Suspense>
    </Show>
  );
}

/** Why, and what to do. */
export function Refused() {
  const live = useLive();
  return (
    <Show when={live.sending().refused.length > 0}>
      <Suspense>
        <RefusedTold />
      </Suspense>
    </Show>
  );
}

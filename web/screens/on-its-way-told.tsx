// Tells what is on its way to the workstation, and what it would not take.
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Notice } from '../parts/notice.tsx';
import { SendingLine } from '../parts/sending-line.tsx';
import { useDesk } from './desk.ts';
import { refusedWords, sendingWords } from './sending-words.ts';
import { reachOf } from './workstation-words.ts';

/** A photo is there in a moment: what is over that soon is not worth a line that comes and goes. */
const WORTH_TELLING_MS = 1000;

export function SendingTold() {
  const live = useLive();
  const desk = useDesk();
  const words = () => sendingWords(live.sending(), reachOf(live), desk.install.state() === 'installed');
  const [isLong, setLong] = createSignal(false);
  // A memo: the words change with every byte, and that is not a new beginning.
  const isOver = createMemo(() => words() === undefined);
  createEffect(
    on(isOver, (is) => {
      setLong(false);
      if (is) return;
      const timer = setTimeout(() => setLong(true), WORTH_TELLING_MS);
      onCleanup(() => clearTimeout(timer));
    }),
  );
  return (
    <Show when={isLong() && words()}>
      {(said) => <SendingLine title={said().title} next={said().next} />}
    </Show>
  );
}

/** What the workstation would not take: why, and what to do. */
export function RefusedTold() {
  const live = useLive();
  // Told once: the outbox changes with every byte that moves.
  const words = createMemo(() => live.sending().refused.map(refusedWords), [], {
    equals: (before, now) => JSON.stringify(before) === JSON.stringify(now),
  });
  return (
    <For each={words()}>
      {(why) => <Notice tone="error" title={why.title} next={why.next} kept="It is kept on this device." />}
    </For>
  );
}

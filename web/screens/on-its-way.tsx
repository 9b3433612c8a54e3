// What is on its way to the workstation, and what it would not take; nothing at all when there is neither.
import { For, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Notice } from '../parts/notice.tsx';
import { SendingLine } from '../parts/sending-line.tsx';
import { useDesk } from './desk.ts';
import { refusedWords, sendingWords } from './sending-words.ts';
import { reachOf } from './workstation-words.ts';

export function OnItsWay() {
  const live = useLive();
  const desk = useDesk();
  const words = () => sendingWords(live.sending(), reachOf(live), desk.install.state() === 'installed');
  return <Show when={words()}>{(said) => <SendingLine title={said().title} next={said().next} />}</Show>;
}

/** What the workstation would not take: why, and what to do. */
export function Refused() {
  const live = useLive();
  return (
    <For each={live.sending().refused.map(refusedWords)}>
      {(why) => <Notice tone="error" title={why.title} next={why.next} kept="It is kept on this device." />}
    </For>
  );
}

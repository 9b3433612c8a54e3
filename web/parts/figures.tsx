// Numbers that move, in the display face: every digit has a cell of its own, so nothing around them shifts.
import './figures.css';
import { Index, Show } from 'solid-js';

export function Figures(props: { text: string; class?: string }) {
  return (
    <span class={`figures-display ${props.class ?? ''}`}>
      <span class="for-ears-only">{props.text}</span>
      <span aria-hidden="true">
        <Index each={[...props.text]}>
          {(letter) => (
            <Show when={/\d/.test(letter())} fallback={letter()}>
              <span>{letter()}</span>
            </Show>
          )}
        </Index>
      </span>
    </span>
  );
}

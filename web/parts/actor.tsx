// Who stands on a small stage: a silhouette, with the person's own face where there is one.
import './actor.css';
import { Show } from 'solid-js';

export function Actor(props: { face?: string | undefined }) {
  return (
    <span class="actor" aria-hidden="true">
      <svg viewBox="0 0 40 40" fill="currentColor" aria-hidden="true">
        <path d="M2 40c1-9 8-13 18-13s17 4 18 13z" />
        <Show when={props.face === undefined}>
          <circle cx="20" cy="16" r="9" />
        </Show>
      </svg>
      <Show when={props.face}>{(face) => <img src={face()} alt="" decoding="async" />}</Show>
    </span>
  );
}

// A place with nothing in it yet: what will be here and the one thing to do.
import './empty-state.css';
import { type JSX, Show } from 'solid-js';

export function EmptyState(props: { title: string; text: string; action?: JSX.Element }) {
  return (
    <div class="empty">
      <svg
        viewBox="0 0 120 84"
        class="empty-art"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        stroke-width="1.75"
        stroke-linecap="round"
        stroke-linejoin="round"
      >
        <path d="M6 78h108M14 78V8h92v70" />
        <path d="M14 8c0 12 15.300 12 15.300 0 0 12 15.300 12 15.300 0 0 12 15.300 12 15.300 0 0 12 15.400 12 15.400 0 0 12 15.400 12 15.400 0 0 12 15.300 12 15.300 0" />
        <path d="M20 18c4 22 4 38-2 60M100 18c-4 22-4 38 2 60" opacity="0.5" />
        <path d="M60 17v17" stroke-dasharray="2 4" />
        <circle cx="60" cy="50" r="15" stroke-dasharray="4 5" />
      </svg>
      <h2>{props.title}</h2>
      <p class="text-ink-soft">{props.text}</p>
      <Show when={props.action}>{props.action}</Show>
    </div>
  );
}

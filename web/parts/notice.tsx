// A notice in three parts: what happened, what is kept, and the next step. Errors are announced at once.
import './notice.css';
import { CircleAlert, CircleCheck, Hourglass, Info } from 'lucide';
import { type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export type NoticeTone = 'error' | 'info' | 'waiting' | 'done';

const shapes = { error: CircleAlert, info: Info, waiting: Hourglass, done: CircleCheck } as const;

export function Notice(props: {
  tone: NoticeTone;
  title: string;
  /** What is kept. */
  kept?: string | undefined;
  /** What the person does next, or what happens by itself. */
  next?: string | undefined;
  actions?: JSX.Element;
}) {
  return (
    <div class={`notice notice-${props.tone}`} role={props.tone === 'error' ? 'alert' : 'status'}>
      <Icon shape={shapes[props.tone]} size={20} />
      <div class="notice-body">
        <p class="notice-title">{props.title}</p>
        <Show when={props.next}>{(next) => <p class="notice-next">{next()}</p>}</Show>
        <Show when={props.kept}>{(kept) => <p class="notice-next">{kept()}</p>}</Show>
        <Show when={props.actions}>
          <div class="notice-actions">{props.actions}</div>
        </Show>
      </div>
    </div>
  );
}

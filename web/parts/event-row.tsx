// One line of a log that people read.
import './event-row.css';
import type { IconNode } from 'lucide';
import { Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export function EventRow(props: {
  shape: IconNode;
  warning: boolean;
  time: string;
  words: string;
  by: string | undefined;
}) {
  return (
    <li class="event-row" classList={{ 'event-row-warning': props.warning }}>
      <Icon shape={props.shape} />
      <div class="grid min-w-0">
        <span>
          <bdi>{props.words}</bdi>
        </span>
        <Show when={props.by}>{(by) => <span class="event-by">{by()}</span>}</Show>
      </div>
      <span class="event-time">{props.time}</span>
    </li>
  );
}

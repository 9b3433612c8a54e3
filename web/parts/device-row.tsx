// A device, a script or an event as a line of a list.
import './device-row.css';
import type { IconNode } from 'lucide';
import { type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export function DeviceRows(props: { label: string; children: JSX.Element }) {
  return (
    <ul class="device-rows" aria-label={props.label}>
      {props.children}
    </ul>
  );
}

export function DeviceRow(props: {
  shape: IconNode;
  name: JSX.Element;
  /** "This device". */
  mark?: string | undefined;
  words: string;
  more?: string | undefined;
  look?: 'live' | 'gone' | undefined;
  actions?: JSX.Element;
}) {
  return (
    <li
      class="device-row"
      classList={{ 'device-row-live': props.look === 'live', 'device-row-gone': props.look === 'gone' }}
    >
      <span class="device-sign">
        <Icon shape={props.shape} size={24} />
      </span>
      <div class="grid min-w-0">
        <div class="device-name">
          <bdi>{props.name}</bdi>
          <Show when={props.mark}>{(mark) => <span class="device-mark">{mark()}</span>}</Show>
        </div>
        <span class="device-words">{props.words}</span>
        <Show when={props.more}>{(more) => <span class="device-more">{more()}</span>}</Show>
      </div>
      {props.actions}
    </li>
  );
}

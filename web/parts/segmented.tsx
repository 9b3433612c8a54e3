// One of a few: radio buttons side by side, arrow keys and all, drawn as one strip.
import './segmented.css';
import type { IconNode } from 'lucide';
import { createUniqueId, For, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export interface SegmentedProps<Value extends string> {
  label: string;
  options: readonly { value: Value; label: string; icon?: IconNode }[];
  value: Value;
  onChoose: (value: Value) => void;
}

export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const group = createUniqueId();
  return (
    <div role="radiogroup" aria-label={props.label} class="segmented">
      <For each={props.options}>
        {(option) => (
          <label class="segment">
            <input
              type="radio"
              name={group}
              value={option.value}
              checked={option.value === props.value}
              onChange={() => props.onChoose(option.value)}
            />
            <Show when={option.icon}>{(shape) => <Icon shape={shape()} size={16} />}</Show>
            <span>{option.label}</span>
          </label>
        )}
      </For>
    </div>
  );
}

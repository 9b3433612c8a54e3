// One of a few, each with a sentence of its own; and a single tick, for something that comes on top.
import './option-list.css';
import { createUniqueId, For, Show } from 'solid-js';

export interface Option<Value extends string> {
  value: Value;
  label: string;
  hint?: string;
}

export function OptionList<Value extends string>(props: {
  label: string;
  options: readonly Option<Value>[];
  value: Value;
  onChoose: (value: Value) => void;
}) {
  const group = createUniqueId();
  return (
    <div role="radiogroup" aria-label={props.label} class="option-list">
      <For each={props.options}>
        {(option, index) => (
          <label class="option">
            <input
              type="radio"
              name={group}
              value={option.value}
              checked={option.value === props.value}
              // Without this the name would be the whole label, and the hint would be read twice.
              aria-labelledby={`${group}-${index()}-title`}
              aria-describedby={option.hint === undefined ? undefined : `${group}-${index()}`}
              onChange={() => props.onChoose(option.value)}
            />
            <span class="option-title" id={`${group}-${index()}-title`}>
              {option.label}
            </span>
            <Show when={option.hint}>
              {(hint) => (
                <span class="option-hint" id={`${group}-${index()}`}>
                  {hint()}
                </span>
              )}
            </Show>
          </label>
        )}
      </For>
    </div>
  );
}

export function Tick(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="tick">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

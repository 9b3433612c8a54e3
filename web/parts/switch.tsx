// On or off.
import './field.css';
import './switch.css';
import { type JSX, Show } from 'solid-js';

export function Switch(props: {
  label: string;
  hint?: JSX.Element;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label class="switch">
      <span class="switch-words">
        <span class="field-label">{props.label}</span>
        <Show when={props.hint}>
          <span class="field-hint block">{props.hint}</span>
        </Show>
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={props.checked}
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

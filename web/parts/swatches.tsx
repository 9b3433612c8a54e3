// A few colours and one of the person's own.
import './scene-strip.css';
import { Pipette } from 'lucide';
import { For } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export function Swatches(props: {
  label: string;
  colours: readonly { value: string; name: string }[];
  value: string;
  onChoose: (colour: string) => void;
}) {
  const isOwn = () => !props.colours.some((colour) => colour.value === props.value);
  return (
    <fieldset class="swatches" aria-label={props.label}>
      <For each={props.colours}>
        {(colour) => (
          <button
            type="button"
            class="swatch"
            aria-label={colour.name}
            aria-pressed={colour.value === props.value}
            style={{ '--swatch': colour.value }}
            onClick={() => props.onChoose(colour.value)}
          >
            <span />
          </button>
        )}
      </For>
      <label
        class="swatch"
        classList={{ 'swatch-own': isOwn() }}
        style={{ '--swatch': isOwn() ? props.value : 'var(--sheet)' }}
      >
        <span>
          <Icon shape={Pipette} size={16} />
        </span>
        <input
          type="color"
          aria-label="Another colour"
          value={props.value}
          onInput={(event) => props.onChoose(event.currentTarget.value)}
        />
      </label>
    </fieldset>
  );
}

// A number within limits, with its value in words beside it.
import './range.css';
import { createUniqueId } from 'solid-js';

export function Range(props: {
  label: string;
  min: number;
  max: number;
  step: number;
  value: number;
  words: string;
  onValue: (value: number) => void;
}) {
  const id = createUniqueId();
  return (
    <div class="range">
      <div class="range-head">
        <label class="field-label" for={id}>
          {props.label}
        </label>
        <output for={id}>{props.words}</output>
      </div>
      <input
        id={id}
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        aria-valuetext={props.words}
        style={{ '--at': `${(100 * (props.value - props.min)) / (props.max - props.min)}%` }}
        onInput={(event) => props.onValue(Number(event.currentTarget.value))}
      />
    </div>
  );
}

// The picture's shape as little frames.
import './scene-strip.css';
import { createUniqueId, For } from 'solid-js';
import { Actor } from './actor.tsx';

export interface FrameOption<Value extends string> {
  value: Value;
  label: string;
  width: number;
  height: number;
}

/** Longest side of a little frame, in pixels. */
const LONG = 46;

export function SizeFrames<Value extends string>(props: {
  label: string;
  options: readonly FrameOption<Value>[];
  value: Value;
  onChoose: (value: Value) => void;
}) {
  const group = createUniqueId();
  const largest = () => Math.max(...props.options.map((option) => Math.max(option.width, option.height)));
  // Square root, so that the small square is not lost beside the large one.
  const side = (pixels: number) => `${Math.round(LONG * Math.sqrt(pixels / largest()))}px`;
  return (
    <div role="radiogroup" aria-label={props.label} class="frames">
      <For each={props.options}>
        {(option) => (
          <label class="frame">
            <input
              type="radio"
              name={group}
              checked={option.value === props.value}
              onChange={() => props.onChoose(option.value)}
            />
            <span class="frame-shape" style={{ '--w': side(option.width), '--h': side(option.height) }}>
              <Actor />
            </span>
            <span>{option.label}</span>
            <span class="frame-pixels">
              {option.width}×{option.height}
            </span>
          </label>
        )}
      </For>
    </div>
  );
}

// One outline icon: Lucide's shapes at 1.75 px, in the colour of the text beside it. Decoration: what it
// means is said by the words or the label of what it stands in.
import type { IconNode } from 'lucide';
import { For } from 'solid-js';
import { Dynamic } from 'solid-js/web';

export interface IconProps {
  shape: IconNode;
  /** Pixels; 20 beside text, 24 alone in a button. */
  size?: 16 | 20 | 24 | 32;
}

export function Icon(props: IconProps) {
  return (
    <svg
      width={props.size ?? 20}
      height={props.size ?? 20}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={(1.75 * 24) / (props.size ?? 20)}
      stroke-linecap="round"
      stroke-linejoin="round"
      class="shrink-0"
      aria-hidden="true"
    >
      <For each={props.shape}>{([tag, shape]) => <Dynamic component={tag} {...shape} />}</For>
    </svg>
  );
}

// A photo that is in: its picture, what the workstation said of it, and the way out.
import { CircleAlert, CircleCheck, Hourglass, X } from 'lucide';
import { Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export type PhotoVerdict =
  | { state: 'checking' }
  /** The workstation is away: checked when it is back. */
  | { state: 'unknown' }
  | { state: 'good' }
  | { state: 'choose'; faces: number }
  | { state: 'unfit' };

const words: Record<PhotoVerdict['state'], string> = {
  checking: 'Looking…',
  unknown: 'Checked later',
  good: 'Good face',
  choose: 'Who speaks?',
  unfit: 'Not usable',
};

const shapes = {
  checking: Hourglass,
  unknown: Hourglass,
  good: CircleCheck,
  choose: CircleAlert,
  unfit: CircleAlert,
} as const;

export function PhotoTile(props: {
  src: string | undefined;
  name: string;
  verdict: PhotoVerdict;
  onRemove: () => void;
}) {
  return (
    <li class={`photo photo-${props.verdict.state}`}>
      <span class="photo-face">
        <Show when={props.src}>{(src) => <img src={src()} alt={props.name} decoding="async" />}</Show>
      </span>
      <span class="photo-word">
        <Icon shape={shapes[props.verdict.state]} size={16} />
        {words[props.verdict.state]}
      </span>
      <button
        type="button"
        class="photo-remove"
        aria-label={`Take out ${props.name}`}
        title="Take out"
        onClick={() => props.onRemove()}
      >
        <span>
          <Icon shape={X} size={16} />
        </span>
      </button>
    </li>
  );
}

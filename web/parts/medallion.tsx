// The round portrait of a cast member, and the ring that follows a job. Without a picture it shows a drawn
// puppet on a tint of its own, so that every project keeps its colour.
import './medallion.css';
import { Show } from 'solid-js';
import { Placed } from './placed.tsx';

export type MedallionSize = 'tiny' | 'small' | 'medium' | 'large' | 'huge';

export interface MedallionProps {
  /** Who it is; read out as the picture's text unless `decorative`. */
  name: string;
  src?: string | undefined;
  /** A film over the picture, which it covers: an element of somebody else's. */
  film?: HTMLVideoElement | undefined;
  size?: MedallionSize;
  /** Chooses the tint; the same seed, the same colour. */
  seed?: string;
  /** 0..1 draws the ring as progress; undefined = no ring unless `state` asks for one. */
  progress?: number | undefined;
  state?: 'waiting' | 'running' | 'failed' | 'done' | undefined;
  /** The signature: one turn, once, while the ring appears. */
  spinning?: boolean;
  /** Its name stands beside it already. */
  decorative?: boolean;
}

/** Width of the ring in hundredths of the diameter. */
const rims: Record<MedallionSize, number> = { tiny: 11, small: 8, medium: 6, large: 5, huge: 3.6 };

const tints = ['rose', 'straw', 'mint', 'sky', 'plum'] as const;

/** The tint of a seed: stable, spread over the five. */
export function tintOf(seed: string): string {
  let sum = 7;
  for (const letter of seed) sum = (sum * 31 + letter.codePointAt(0)!) % 9973;
  return `var(--cast-${tints[sum % tints.length]})`;
}

export function Medallion(props: MedallionProps) {
  const ringed = () => props.progress !== undefined || props.state !== undefined || props.spinning === true;
  const rim = () => rims[props.size ?? 'medium'];
  // A waiting ring shows a lamp's worth of light, and so does one that has only just begun.
  const drawn = () => Math.max(0.015, props.state === 'waiting' ? 0 : (props.progress ?? 0));
  const percent = () => Math.round((props.progress ?? 0) * 100);
  return (
    <span
      class={`medallion medallion-${props.size ?? 'medium'}`}
      classList={{
        'medallion-plain': !ringed(),
        'medallion-spinning': props.spinning === true,
        'medallion-waiting': props.state === 'waiting',
        'medallion-failed': props.state === 'failed',
        'medallion-done': props.state === 'done',
      }}
      style={{ '--tint': tintOf(props.seed ?? props.name), '--rim': `calc(var(--d) * ${rim() / 100})` }}
    >
      <span class="medallion-face">
        <Show when={props.src} fallback={<Puppet />}>
          {(src) => <img src={src()} alt={props.decorative === true ? '' : props.name} decoding="async" />}
        </Show>
        <Show when={props.film}>{(film) => <Placed element={film()} class="medallion-film" />}</Show>
      </span>
      <Show when={ringed()}>
        <svg class="medallion-ring" viewBox="0 0 100 100" aria-hidden="true">
          <circle
            class="medallion-track"
            cx="50"
            cy="50"
            r={50 - rim() / 2}
            pathLength="1"
            fill="none"
            stroke-width={rim()}
          />
          <Show when={props.progress !== undefined}>
            <circle
              class="medallion-progress"
              cx="50"
              cy="50"
              r={50 - rim() / 2}
              pathLength="1"
              fill="none"
              stroke-width={rim()}
              stroke-dasharray="1 2"
              stroke-dashoffset={1 - drawn()}
            />
          </Show>
        </svg>
      </Show>
      <Show when={props.progress !== undefined}>
        <span
          class="for-ears-only"
          role="progressbar"
          aria-label={`${props.name}, ${props.state === 'waiting' ? 'waiting' : 'in the making'}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent()}
          tabIndex={-1}
        />
      </Show>
    </span>
  );
}

/** A puppet's head and shoulders in the ink of the page. */
function Puppet() {
  return (
    <svg viewBox="0 0 80 80" aria-hidden="true" fill="currentColor">
      <path d="M40 0v14" stroke="currentColor" stroke-width="1.5" opacity="0.35" />
      <path opacity="0.16" d="M12 80c1-15 12-23 28-23s27 8 28 23z" />
      <rect opacity="0.16" x="24" y="14" width="32" height="39" rx="15" />
      <circle cx="34" cy="32" r="2.2" />
      <circle cx="46" cy="32" r="2.2" />
      <path
        d="M33 42c4 4 10 4 14 0"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}

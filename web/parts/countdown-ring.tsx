// How long something lasts, as a ring that empties and a clock in it. It is told what is left, and keeps no time.
import './countdown-ring.css';
import { clock } from './clock.ts';

/** Below this the ring says that it is nearly over. */
const SOON_MS = 20_000;

export function CountdownRing(props: { label: string; leftMs: number; wholeMs: number }) {
  const share = () => Math.min(1, Math.max(0, props.leftMs / props.wholeMs));
  return (
    <span
      class="countdown"
      classList={{ 'countdown-soon': props.leftMs < SOON_MS }}
      role="timer"
      aria-label={`${props.label}: ${clock(props.leftMs + 999)}`}
    >
      <svg viewBox="0 0 64 64" fill="none" stroke-width="5" aria-hidden="true">
        <circle class="countdown-track" cx="32" cy="32" r="29" />
        <circle
          class="countdown-left"
          cx="32"
          cy="32"
          r="29"
          pathLength="1"
          stroke-dasharray="1 2"
          stroke-dashoffset={1 - share()}
          opacity={share() === 0 ? 0 : 1}
        />
      </svg>
      <span class="countdown-words" aria-hidden="true">
        {clock(props.leftMs + 999)}
      </span>
    </span>
  );
}

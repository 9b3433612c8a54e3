// The last minutes of a figure as one quiet line, from nothing to its highest; with words for those who cannot see it.
import './sparkline.css';
import { createMemo, Show } from 'solid-js';

const WIDTH = 120;
const HEIGHT = 32;
/** The line is drawn within, so that its ends and its top are not cut. */
const EDGE = 2;

export function Sparkline(props: {
  label: string;
  values: readonly number[];
  /** The least that the whole height stands for: what is nearly nothing must not look like a mountain. */
  atLeast?: number;
}) {
  const line = createMemo(() => lineOf(props.values, props.atLeast ?? 0));
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      <path class="sparkline-ground" d={`M0 ${HEIGHT - EDGE}H${WIDTH}`} />
      <Show when={line()}>
        {(points) => (
          <>
            <path
              class="sparkline-area"
              d={`M${points()[0]![0]} ${HEIGHT - EDGE}L${drawn(points())}L${WIDTH} ${HEIGHT - EDGE}Z`}
            />
            <path class="sparkline-line" d={`M${drawn(points())}`} />
          </>
        )}
      </Show>
    </svg>
  );
}

type Point = readonly [x: number, y: number];

/** Undefined while there is nothing to join. The newest is always at the end of the line. */
function lineOf(values: readonly number[], atLeast: number): readonly Point[] | undefined {
  if (values.length < 2) return undefined;
  const highest = Math.max(atLeast, ...values) || 1;
  const step = WIDTH / (values.length - 1);
  return values.map((value, at) => [
    Math.round(at * step * 10) / 10,
    Math.round((HEIGHT - EDGE - (Math.max(0, value) / highest) * (HEIGHT - 2 * EDGE)) * 10) / 10,
  ]);
}

function drawn(points: readonly Point[]): string {
  return points.map(([x, y]) => `${x} ${y}`).join('L');
}

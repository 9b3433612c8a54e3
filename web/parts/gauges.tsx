// Figures to be read at a glance: one with its line of the last minutes, and many in a table.
import './gauges.css';
import { For, Index, type JSX, Show } from 'solid-js';
import { Figures } from './figures.tsx';
import { Sparkline } from './sparkline.tsx';

export function Gauges(props: { children: JSX.Element }) {
  return <div class="gauges">{props.children}</div>;
}

export function Gauge(props: {
  name: string;
  /** "24 MB/s". */
  value: string;
  note?: string | undefined;
  recent: readonly number[];
  /** What the line shows, for those who cannot see it: "between 2 % and 40 %". */
  recentWords: string;
  atLeast?: number;
}) {
  return (
    <div class="gauge">
      <span class="gauge-name">{props.name}</span>
      <Figures text={props.value} class="gauge-value" />
      <Sparkline
        label={`${props.name}, the last minutes: ${props.recentWords}`}
        values={props.recent}
        {...(props.atLeast === undefined ? {} : { atLeast: props.atLeast })}
      />
      <Show when={props.note}>{(note) => <span class="gauge-note">{note()}</span>}</Show>
    </div>
  );
}

/** The first of each row names it; all other cells are figures. */
export function FigureTable(props: {
  label: string;
  heads: readonly string[];
  rows: readonly (readonly string[])[];
}) {
  return (
    <table class="figure-table" aria-label={props.label}>
      <thead>
        <tr>
          <For each={props.heads}>{(head) => <th scope="col">{head}</th>}</For>
        </tr>
      </thead>
      <tbody>
        <Index each={props.rows}>
          {(row) => (
            <tr>
              <th scope="row">{row()[0]}</th>
              <Index each={row().slice(1)}>{(cell) => <td>{cell()}</td>}</Index>
            </tr>
          )}
        </Index>
      </tbody>
    </table>
  );
}

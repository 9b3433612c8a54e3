// A part of a screen with its heading, facts as a list of pairs, a fold that hides detail, a bar of a share.
import './section.css';
import { ChevronRight } from 'lucide';
import { Index, type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export function Section(props: { title: string; id?: string; note?: JSX.Element; children: JSX.Element }) {
  return (
    <section
      class="section"
      id={props.id}
      aria-label={props.title}
      tabIndex={props.id === undefined ? undefined : -1}
    >
      <div class="section-head">
        <h2>{props.title}</h2>
        <Show when={props.note}>
          <span class="section-note">{props.note}</span>
        </Show>
      </div>
      {props.children}
    </section>
  );
}

/** Who speaks, as in a printed play, with the stage direction beside the name. */
export function PlayScript(props: { speaker: string; direction: string; children: JSX.Element }) {
  return (
    <div class="play-script">
      <p class="speaker">
        <span dir="auto">{props.speaker}</span>
        <em>{props.direction}</em>
      </p>
      {props.children}
    </div>
  );
}

export function Facts(props: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl class="facts">
      <Index each={props.facts}>
        {(fact) => (
          <>
            <dt>{fact()[0]}</dt>
            <dd>{fact()[1]}</dd>
          </>
        )}
      </Index>
    </dl>
  );
}

export function Fold(props: { title: string; children: JSX.Element }) {
  return (
    <details class="more">
      <summary>
        <Icon shape={ChevronRight} />
        {props.title}
      </summary>
      <div class="grid gap-3 py-2">{props.children}</div>
    </details>
  );
}

/** `share` 0..1 of something, with words for those who cannot see it. */
export function ShareBar(props: { label: string; share: number }) {
  return (
    <div
      class="bar"
      role="img"
      aria-label={props.label}
      style={{ '--share': `${Math.round(props.share * 100)}%` }}
    >
      <span />
    </div>
  );
}

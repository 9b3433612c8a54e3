// Two things beside each other: a head for each, then the same facts of both, and small pictures of what they were made of.
import './side-by-side.css';
import type { IconNode } from 'lucide';
import { For, type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export interface ComparedFact {
  name: string;
  /** Said beside the name when both are alike. */
  isSame: boolean;
  cells: readonly [JSX.Element, JSX.Element];
}

export function SideBySide(props: {
  label: string;
  heads: readonly [JSX.Element, JSX.Element];
  facts: readonly ComparedFact[];
}) {
  return (
    <table class="side-by-side" aria-label={props.label}>
      <thead>
        <tr>
          <th scope="col">{props.heads[0]}</th>
          <th scope="col">{props.heads[1]}</th>
        </tr>
      </thead>
      <tbody>
        <For each={props.facts}>
          {(fact) => (
            <tr>
              <th scope="row" class="side-by-side-name">
                {fact.name}
                <Show when={fact.isSame}> · the same</Show>
              </th>
              <td>{fact.cells[0]}</td>
              <td>{fact.cells[1]}</td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}

export function ComparedPicture(props: { src: string | undefined; name: string; icon: IconNode }) {
  return (
    <div class="side-by-side-picture">
      <Show when={props.src} fallback={<Icon shape={props.icon} size={32} />}>
        {(src) => <img src={src()} alt={props.name} decoding="async" />}
      </Show>
    </div>
  );
}

export function SmallPictures(props: { children: JSX.Element }) {
  return <ul class="small-pictures">{props.children}</ul>;
}

export function SmallPicture(props: { src: string | undefined; name: string }) {
  return (
    <li>
      <Show
        when={props.src}
        fallback={<span class="small-picture-absent" role="img" aria-label={props.name} />}
      >
        {(src) => <img src={src()} alt={props.name} decoding="async" />}
      </Show>
    </li>
  );
}

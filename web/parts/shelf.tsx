// The cast on its shelf: one medallion per project, and the empty place that makes a new one.
import './shelf.css';
import { Plus } from 'lucide';
import { type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { Medallion, type MedallionProps } from './medallion.tsx';

export function Shelf(props: { label: string; children: JSX.Element }) {
  return (
    <ul class="shelf" aria-label={props.label}>
      {props.children}
    </ul>
  );
}

export function ShelfMember(
  props: Pick<MedallionProps, 'name' | 'src' | 'seed' | 'progress' | 'state'> & {
    href: string;
    under?: string | undefined;
  },
) {
  return (
    <li class="shelf-place">
      <a class="shelf-member" href={props.href}>
        <Medallion
          name={props.name}
          src={props.src}
          {...(props.seed === undefined ? {} : { seed: props.seed })}
          progress={props.progress}
          state={props.state}
          decorative
        />
        <span class="shelf-name">
          <bdi>{props.name}</bdi>
          <Show when={props.under}>{(under) => <span class="shelf-under">{under()}</span>}</Show>
        </span>
      </a>
    </li>
  );
}

/** A member to be chosen instead of visited. */
export function ShelfChoice(
  props: Pick<MedallionProps, 'name' | 'src' | 'seed'> & {
    label: string;
    busy: boolean;
    onChoose: () => void;
  },
) {
  return (
    <li class="shelf-place">
      <button
        type="button"
        class="shelf-member"
        aria-label={props.label}
        aria-disabled={props.busy ? true : undefined}
        onClick={() => props.onChoose()}
      >
        <Medallion
          name={props.name}
          src={props.src}
          {...(props.seed === undefined ? {} : { seed: props.seed })}
          decorative
        />
        <span class="shelf-name">
          <bdi>{props.name}</bdi>
        </span>
      </button>
    </li>
  );
}

export function ShelfNew(props: { label: string; onNew: () => void }) {
  return (
    <li class="shelf-place">
      <button type="button" class="shelf-member" onClick={() => props.onNew()}>
        <span class="shelf-new-round">
          <Icon shape={Plus} size={32} />
        </span>
        <span class="shelf-name">{props.label}</span>
      </button>
    </li>
  );
}

// A project as its storage: what of it is here, what is elsewhere, and its files one by one.
import './storage-row.css';
import type { IconNode } from 'lucide';
import { For, type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export function StorageRows(props: { label: string; children: JSX.Element }) {
  return (
    <ul class="storage-rows" aria-label={props.label}>
      {props.children}
    </ul>
  );
}

export function StorageRow(props: {
  sign: JSX.Element;
  name: string;
  /** "Deleted". */
  mark?: string | undefined;
  words: readonly string[];
  children: JSX.Element;
}) {
  return (
    <li aria-label={props.name}>
      <div class="storage-head">
        {props.sign}
        <div class="grid min-w-0">
          <div class="storage-name">
            <bdi>{props.name}</bdi>
            <Show when={props.mark}>{(mark) => <span class="storage-mark">{mark()}</span>}</Show>
          </div>
          <For each={props.words}>{(line) => <span class="storage-words">{line}</span>}</For>
        </div>
      </div>
      {props.children}
    </li>
  );
}

export function StorageFile(props: {
  shape: IconNode;
  name: string;
  href?: string | undefined;
  words: string;
  /** It is nowhere else. */
  alone?: boolean;
  action?: JSX.Element;
}) {
  return (
    <li class="storage-file" classList={{ 'storage-file-alone': props.alone === true }}>
      <Icon shape={props.shape} size={20} />
      <div class="grid min-w-0">
        <Show
          when={props.href}
          fallback={
            <span class="storage-file-name" dir="auto">
              {props.name}
            </span>
          }
        >
          {(href) => (
            <a class="storage-file-name" href={href()}>
              {props.name}
            </a>
          )}
        </Show>
        <span class="storage-file-words">{props.words}</span>
      </div>
      {props.action}
    </li>
  );
}

// One of some versions: radio buttons with a picture, and beside each what can be done with it.
import './version-list.css';
import type { IconNode } from 'lucide';
import { createUniqueId, type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export function VersionList(props: { label: string; children: JSX.Element }) {
  return (
    <div class="version-list" role="radiogroup" aria-label={props.label}>
      {props.children}
    </div>
  );
}

export function VersionChoice(props: {
  /** Of the radio buttons that exclude each other. */
  group: string;
  label: string;
  hint: string;
  picture?: string | undefined;
  /** Stands where there is no picture. */
  icon: IconNode;
  chosen: boolean;
  onChoose: () => void;
  actions?: JSX.Element;
}) {
  const id = createUniqueId();
  return (
    <div class="version">
      <label class="version-choice">
        <input
          type="radio"
          name={props.group}
          checked={props.chosen}
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-hint`}
          onChange={() => props.onChoose()}
        />
        <span class="version-picture" aria-hidden="true">
          <Show when={props.picture} fallback={<Icon shape={props.icon} />}>
            {(picture) => <img src={picture()} alt="" decoding="async" />}
          </Show>
        </span>
        <span class="grid min-w-0">
          <span class="version-title" id={`${id}-title`}>
            {props.label}
          </span>
          <span class="version-under" id={`${id}-hint`}>
            {props.hint}
          </span>
        </span>
      </label>
      {props.actions}
    </div>
  );
}

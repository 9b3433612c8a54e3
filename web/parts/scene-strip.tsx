// The staging as small stages: radio buttons with a picture each. It knows no scene by name: the screen says what
// there is.
import './scene-strip.css';
import { Check, type IconNode } from 'lucide';
import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { Actor } from './actor.tsx';

export interface SceneOption {
  value: string;
  label: string;
  /** The backdrop's picture; a block of `colour` stands in while it is absent. */
  picture?: string | undefined;
  blurred?: boolean;
  /** A plain colour behind. */
  colour?: string | undefined;
  icon?: IconNode;
  /** Somebody stands in front of it. */
  actor?: boolean;
}

export function SceneStrip(props: {
  label: string;
  options: readonly SceneOption[];
  value: string;
  onChoose: (value: string) => void;
  /** The face of whoever stands in front. */
  face?: string | undefined;
}) {
  const group = createUniqueId();
  return (
    <div role="radiogroup" aria-label={props.label} class="scenes">
      <For each={props.options}>
        {(option) => {
          const [broken, setBroken] = createSignal<string>();
          return (
            <label class="scene">
              <input
                type="radio"
                name={group}
                checked={option.value === props.value}
                onChange={() => props.onChoose(option.value)}
              />
              <span class="scene-stage" style={{ '--scene-tint': option.colour ?? 'var(--sunken)' }}>
                <Show when={option.picture !== broken() && option.picture}>
                  {(picture) => (
                    <img
                      src={picture()}
                      alt=""
                      loading="lazy"
                      classList={{ 'scene-blurred': option.blurred === true }}
                      onError={() => setBroken(picture())}
                    />
                  )}
                </Show>
                <Show when={option.actor}>
                  <Actor face={props.face} />
                </Show>
                <Show when={option.icon}>{(shape) => <Icon shape={shape()} size={24} />}</Show>
                <Show when={option.value === props.value}>
                  <span class="scene-check">
                    <Icon shape={Check} size={16} />
                  </span>
                </Show>
              </span>
              {option.label}
            </label>
          );
        }}
      </For>
    </div>
  );
}

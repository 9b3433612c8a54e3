// Things shared to the app: a photo that is pressed to take it along or leave it, a film, words; and the card that
// says that something waits.
import './photo-drop.css';
import './shared-things.css';
import { Check, Hourglass, Image } from 'lucide';
import { createSignal, type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

/** Absent `onTake`: only shown. */
export function SharedPhoto(props: {
  src: string | undefined;
  name: string;
  taken: boolean;
  onTake?: (taken: boolean) => void;
}) {
  const face = () => (
    <span class="photo-face">
      <Picture src={props.src} name={props.name} />
    </span>
  );
  return (
    <li class="photo">
      <Show when={props.onTake} fallback={face()}>
        {(take) => (
          <button
            type="button"
            class="shared-photo"
            aria-label={`Take ${props.name} along`}
            aria-pressed={props.taken}
            onClick={() => take()(!props.taken)}
          >
            {face()}
            <span class="photo-word">
              <Icon shape={props.taken ? Check : Hourglass} size={16} />
              {props.taken ? 'Photo' : 'Left for later'}
            </span>
          </button>
        )}
      </Show>
    </li>
  );
}

/** Not every browser can show what a phone takes (HEIC): then a sign stands for it. */
function Picture(props: { src: string | undefined; name: string }) {
  const [isBlank, setBlank] = createSignal(false);
  return (
    <Show
      when={!isBlank() && props.src}
      fallback={
        <span class="shared-blank" role="img" aria-label={props.name}>
          <Icon shape={Image} size={24} />
        </span>
      }
    >
      {(src) => <img src={src()} alt={props.name} decoding="async" onError={() => setBlank(true)} />}
    </Show>
  );
}

/** A thing with the choice of what it becomes under it. */
export function SharedThing(props: { children: JSX.Element }) {
  return <div class="shared-thing">{props.children}</div>;
}

export function SharedFilm(props: { src: string | undefined; name: string }) {
  return (
    <figure class="shared-film">
      {/* biome-ignore lint/a11y/useMediaCaption: a film the person brought; nobody has written its words */}
      <video src={props.src} controls preload="metadata" playsinline aria-label={props.name} />
      <figcaption class="sound-name">{props.name}</figcaption>
    </figure>
  );
}

export function SharedWords(props: { text: string }) {
  return (
    <p class="shared-words" dir="auto">
      {props.text}
    </p>
  );
}

/** Something waits: what it is, a glimpse of it (SharedGlimpse), and what to do. */
export function SharedCard(props: {
  title: string;
  under: string;
  children: JSX.Element;
  actions: JSX.Element;
}) {
  return (
    <div class="shared-card" role="status">
      <ul class="shared-card-pictures">{props.children}</ul>
      <div class="shared-card-words">
        <p class="shared-card-title">{props.title}</p>
        <p class="text-small text-ink-soft">{props.under}</p>
      </div>
      {props.actions}
    </div>
  );
}

export function SharedGlimpse(props: { src: string | undefined; name: string }) {
  return (
    <li class="photo-face">
      <Picture src={props.src} name={props.name} />
    </li>
  );
}

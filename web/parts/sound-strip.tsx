// Plays one clip: a round button, where it is, and what can be done with it.
import './voice.css';
import { Pause, Play } from 'lucide';
import { createEffect, createSignal, type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { clock } from './clock.ts';

export function SoundStrip(props: {
  name: string;
  src: string | undefined;
  /** Reports the length once the browser has read it. */
  onLength?: (ms: number) => void;
  actions?: JSX.Element;
}) {
  const [playing, setPlaying] = createSignal(false);
  const [at, setAt] = createSignal(0);
  const [length, setLength] = createSignal<number>();
  let audio: HTMLAudioElement | undefined;
  // After the element stands in the page, as in video-stage.tsx: before, Chromium refuses to load a blob for it.
  createEffect(() => {
    const src = props.src;
    if (src !== undefined && audio !== undefined) audio.src = src;
  });

  // A clip fresh from a recorder has no length written in it; seeking far past the end makes the browser find it.
  const measure = () => {
    if (audio === undefined) return;
    if (Number.isFinite(audio.duration)) {
      setLength(audio.duration * 1000);
      props.onLength?.(audio.duration * 1000);
      return;
    }
    const found = () => {
      if (audio === undefined || !Number.isFinite(audio.duration)) return;
      audio.removeEventListener('durationchange', found);
      audio.currentTime = 0;
      measure();
    };
    audio.addEventListener('durationchange', found);
    audio.currentTime = 1e7;
  };
  const toggle = () => {
    if (audio === undefined || props.src === undefined) return;
    if (audio.paused) void audio.play().catch(() => setPlaying(false));
    else audio.pause();
  };
  const share = () => (length() === undefined ? 0 : Math.min(100, (100 * at()) / length()!));

  return (
    <div class="sound">
      {/* biome-ignore lint/a11y/useMediaCaption: a voice the person brought; its words, where known, stand beside it */}
      <audio
        ref={audio}
        preload="metadata"
        onLoadedMetadata={measure}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime * 1000)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
      />
      <button
        type="button"
        class="sound-play"
        aria-label={`${playing() ? 'Pause' : 'Play'} ${props.name}`}
        aria-disabled={props.src === undefined ? true : undefined}
        onClick={toggle}
      >
        <Icon shape={playing() ? Pause : Play} />
      </button>
      <div class="sound-middle">
        <span class="sound-name">{props.name}</span>
        <Show
          when={length()}
          fallback={
            <span class="sound-time">{props.src === undefined ? 'Not on this device yet' : ' '}</span>
          }
        >
          {(whole) => (
            <>
              <input
                type="range"
                aria-label={`Place in ${props.name}`}
                min="0"
                max={Math.round(whole())}
                step="100"
                value={Math.round(at())}
                style={{ '--at': `${share()}%` }}
                aria-valuetext={`${clock(at())} of ${clock(whole())}`}
                onInput={(event) => {
                  if (audio !== undefined) audio.currentTime = Number(event.currentTarget.value) / 1000;
                }}
              />
              <span class="sound-time">
                {clock(at())} / {clock(whole())}
              </span>
            </>
          )}
        </Show>
      </div>
      {props.actions}
    </div>
  );
}

// The finished video and nothing around it: poster, one large play button, then the browser's own controls. Where a film
// of it plays already, the video takes over from that at the same place, without a picture missing between them.
import './video-stage.css';
import { Play } from 'lucide';
import { createEffect, createSignal, onCleanup, Show, untrack } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { Placed } from './placed.tsx';
import { takeOver } from './take-over.ts';

export function VideoStage(props: {
  title: string;
  src: string | undefined;
  poster: string | undefined;
  width: number;
  height: number;
  /** WebVTT for people who cannot hear it; off until asked for where captions are in the picture already. */
  captions?: { src: string; lang: string } | undefined;
  /** What to say while the bytes are not here. */
  absent: string;
  /** What plays until the video does. */
  before?: { readonly video: HTMLVideoElement; isPlaying(): boolean } | undefined;
  /** The video has taken over from it. */
  onReplaced?: (() => void) | undefined;
}) {
  const [touched, setTouched] = createSignal(untrack(() => props.before) !== undefined);
  let video: HTMLVideoElement | undefined;
  // After the element stands in the page: one that is made while the screen still waits belongs to no page yet, and
  // Chromium refuses to load a blob for it ("rejected by URL safety check").
  createEffect(() => {
    // Read first: a source that comes later must be noticed although there is no element yet.
    const { src } = props;
    if (video !== undefined && src !== undefined) video.src = src;
  });
  createEffect(() => {
    const { src, before, onReplaced } = props;
    if (video === undefined || src === undefined || before === undefined) return;
    onCleanup(takeOver(before, video, () => onReplaced?.()));
  });
  const shape = () => ({ '--shape': `${props.width} / ${props.height}` });
  return (
    <div class="video-stage" style={shape()}>
      <Show when={props.before}>{(before) => <Placed element={before().video} class="video-before" />}</Show>
      <Show
        when={props.src}
        fallback={
          <div class="video-absent">
            <Show when={props.poster}>{(poster) => <img src={poster()} alt="" />}</Show>
            <p>{props.absent}</p>
          </div>
        }
      >
        {/* biome-ignore lint/a11y/useMediaCaption: the track is given as soon as its file is on this device */}
        <video
          ref={video}
          src={props.src}
          poster={props.poster}
          width={props.width}
          height={props.height}
          controls={touched()}
          playsinline
          preload="metadata"
          aria-label={props.title}
          onPlay={() => setTouched(true)}
        >
          <Show when={props.captions}>
            {(captions) => (
              <track kind="captions" src={captions().src} srclang={captions().lang} label="Captions" />
            )}
          </Show>
        </video>
        <Show when={!touched()}>
          <button
            type="button"
            class="video-first"
            aria-label={`Play ${props.title}`}
            onClick={() => {
              setTouched(true);
              // A refusal (no gesture, no decoder) leaves the controls, which say it themselves.
              void video?.play().catch(() => undefined);
              video?.focus();
            }}
          >
            <span>
              <Icon shape={Play} size={32} />
            </span>
          </button>
        </Show>
      </Show>
    </div>
  );
}

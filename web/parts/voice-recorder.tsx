// Records a voice: one round button, the time, a live meter, and refusals in words. What was recorded is shown by
// the screen as a SoundStrip; this part only makes takes.
import './voice.css';
import { Mic, Square, Upload } from 'lucide';
import { createEffect, createSignal, Index, Match, onCleanup, Show, Switch } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { clock } from './clock.ts';
import { Figures } from './figures.tsx';
import { Notice } from './notice.tsx';
import { browserRecorderWorld, createRecorder, type RecorderWorld } from './recorder.ts';

/** Bars of the meter: two seconds of sound at 20 a second. */
const BARS = 40;
/** A level so high that the recording is likely cut off. */
const LOUD = 0.97;

export interface VoiceRecorderProps {
  /** What to say or do, in a sentence. */
  prompt: string;
  onTake: (clip: Blob, ms: number) => void;
  /** A file instead of the microphone. */
  onFile: (file: File) => void;
  /** Recording ends by itself here. */
  maxMs: number;
  world?: RecorderWorld;
}

export function VoiceRecorder(props: VoiceRecorderProps) {
  const world = props.world ?? browserRecorderWorld;
  const [levels, setLevels] = createSignal<readonly number[]>(new Array(BARS).fill(0));
  const [elapsed, setElapsed] = createSignal(0);
  const recorder = createRecorder(
    world,
    (level) => setLevels((old) => [...old.slice(1), level]),
    (clip, ms) => {
      setLevels(new Array(BARS).fill(0));
      setElapsed(0);
      props.onTake(clip, ms);
    },
  );
  const recording = () => {
    const now = recorder.state();
    return now.state === 'recording' ? now : undefined;
  };
  createEffect(() => {
    const now = recording();
    if (now === undefined) return;
    const tick = setInterval(() => {
      const ms = world.now() - now.startedAt;
      setElapsed(ms);
      if (ms >= props.maxMs) void recorder.stop();
    }, 200);
    onCleanup(() => clearInterval(tick));
  });
  const isLoud = () =>
    levels()
      .slice(-10)
      .some((level) => level >= LOUD);

  return (
    <div class="recorder" data-state={recorder.state().state}>
      <Show
        when={recording() === undefined}
        fallback={
          <p class="recorder-time">
            <Figures text={clock(elapsed())} />
          </p>
        }
      >
        <p class="text-small text-ink-soft">{props.prompt}</p>
      </Show>
      <Show when={recording()}>
        <div class="meter" aria-hidden="true">
          <Index each={levels()}>
            {(level) => (
              <span
                classList={{ 'meter-loud': level() >= LOUD }}
                style={{ '--level': String(0.06 + 0.94 * level()) }}
              />
            )}
          </Index>
        </div>
      </Show>
      <button
        type="button"
        class="recorder-button"
        classList={{ 'recorder-button-on': recording() !== undefined }}
        aria-label={recording() === undefined ? 'Record' : 'Stop recording'}
        aria-busy={
          recorder.state().state === 'asking' || recorder.state().state === 'finishing' ? true : undefined
        }
        onClick={() => void (recording() === undefined ? recorder.start() : recorder.stop())}
      >
        <Icon shape={recording() === undefined ? Mic : Square} size={32} />
      </button>
      <p class="for-ears-only" aria-live="polite">
        {recording() === undefined ? '' : 'Recording.'}
      </p>
      <Switch>
        <Match when={recorder.state().state === 'asking'}>
          <p class="text-small text-ink-soft">Your browser is asking whether this page may listen.</p>
        </Match>
        <Match when={isLoud()}>
          <p class="text-small text-curtain-ink">That is very loud. Move back a little.</p>
        </Match>
        <Match when={recording()}>
          <p class="text-small text-ink-soft">
            Speak as you would to a friend. Press again when you are done.
          </p>
        </Match>
      </Switch>
      <Show
        when={
          recorder.state().state === 'refused' &&
          (recorder.state() as { why: { title: string; next: string } }).why
        }
      >
        {(why) => <Notice tone="error" title={why().title} next={why().next} />}
      </Show>
      <Show when={recording() === undefined}>
        <label class="button button-plain file-way">
          <Icon shape={Upload} />
          Use a file instead
          <input
            type="file"
            accept="audio/*,.wav,.mp3,.m4a,.ogg,.flac,.webm"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file !== undefined) props.onFile(file);
              event.currentTarget.value = '';
            }}
          />
        </label>
      </Show>
    </div>
  );
}

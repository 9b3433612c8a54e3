// The voice: a built-in one, or matched to a clip in pitch and tone. With a recording as the script there is
// nothing to choose: it is spoken as it is.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { Trash2 } from 'lucide';
import { createSignal, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { type OpenProject, useLive } from '../live/live.ts';
import { chosenVersion } from '../live/trained-desk.ts';
import { IconButton } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { SoundStrip } from '../parts/sound-strip.tsx';
import { useToasts } from '../parts/toast.tsx';
import { VoiceRecorder } from '../parts/voice-recorder.tsx';
import { languageOptions } from './staging-words.ts';
import { chosenWords } from './trained-words.ts';

const Choice = lazy(() =>
  import('../parts/choice.tsx').then((module) => ({ default: module.Choice<string> })),
);

const LANGUAGES = languageOptions();
const DEFAULT_VOICE = 'default';
/** Enough to hear pitch and tone; more adds nothing. */
const CLIP_MS = 20_000;

export function ProjectVoice(props: { project: OpenProject }) {
  const live = useLive();
  const toasts = useToasts();
  const fields = () => props.project.fields();
  const chosen = () =>
    fields().mode === 'recording'
      ? undefined
      : chosenWords(chosenVersion(live.trained, props.project, 'voice'));
  const [way, setWay] = createSignal<'builtin' | 'match'>(fields().voiceClip === null ? 'builtin' : 'match');
  const [refused, setRefused] = createSignal<{ title: string; next: string }>();
  const clip = live.assetUrl(() => fields().voiceClip ?? undefined);

  const voices = () => {
    const workstation = live.workstation();
    const all = workstation.state === 'here' ? (workstation.agent?.voices ?? []) : [];
    const lang = fields().lang;
    return lang === 'auto' ? all : all.filter((voice) => voice.lang.split('-')[0] === lang);
  };
  const voiceOptions = () => {
    const named = new Intl.DisplayNames('en', { type: 'language' });
    const options = voices().map((voice) => ({
      value: voice.name,
      label: fields().lang === 'auto' ? `${voice.label}, ${named.of(voice.lang) ?? voice.lang}` : voice.label,
    }));
    const chosen = fields().voiceName;
    // A voice chosen earlier stays chosen while the workstation, which knows its label, is away.
    if (chosen !== null && !options.some((option) => option.value === chosen)) {
      options.push({ value: chosen, label: chosen });
    }
    return [{ value: DEFAULT_VOICE, label: "The language's own voice" }, ...options];
  };
  const keep = async (file: Blob, name: string) => {
    setRefused(undefined);
    try {
      props.project.set({ voiceClip: await live.keepFile(file, name) });
    } catch (error) {
      setRefused(
        error instanceof Failure
          ? { title: error.message, next: error.hint }
          : {
              title: 'The clip could not be kept on this device.',
              next: 'Free some space and record it again.',
            },
      );
    }
  };
  const drop = () => {
    const old = fields().voiceClip;
    if (old === null) return;
    props.project.set({ voiceClip: null });
    toasts.show('Voice clip taken out.', () => {
      setWay('match');
      props.project.set({ voiceClip: old });
    });
  };

  return (
    <Section title="Voice" id="voice" note={chosen()}>
      <Show
        when={fields().mode !== 'recording'}
        fallback={<p class="text-small text-ink-soft">Your recording is the voice. It is spoken as it is.</p>}
      >
        <Segmented
          label="Which voice"
          value={way()}
          onChoose={(next) => {
            setWay(next);
            if (next === 'builtin') drop();
          }}
          options={[
            { value: 'builtin', label: 'Built in' },
            { value: 'match', label: 'Match a clip' },
          ]}
        />
        <Suspense fallback={<Skeleton shape="block" />}>
          <Choice
            label="Language"
            options={LANGUAGES}
            value={fields().lang}
            onChoose={(lang) =>
              props.project.set({ lang: lang as ReturnType<typeof fields>['lang'], voiceName: null })
            }
          />
          <Switch>
            <Match when={way() === 'builtin'}>
              <Choice
                label="Voice"
                options={voiceOptions()}
                value={fields().voiceName ?? DEFAULT_VOICE}
                onChoose={(name) => props.project.set({ voiceName: name === DEFAULT_VOICE ? null : name })}
                {...(live.workstation().state === 'here'
                  ? {}
                  : { hint: 'More voices are listed when your workstation is here.' })}
              />
            </Match>
            <Match when={fields().voiceClip}>
              {(kept) => (
                <>
                  <SoundStrip
                    name={kept().name ?? 'Voice clip'}
                    src={clip()}
                    actions={<IconButton shape={Trash2} label="Take the clip out" onClick={drop} />}
                  />
                  <p class="text-fine text-ink-faint">
                    The speech is matched to the clip's pitch and tone. It is not a copy of the voice.
                  </p>
                </>
              )}
            </Match>
            <Match when={way() === 'match'}>
              <VoiceRecorder
                prompt="Talk for about ten seconds, in a quiet room."
                maxMs={CLIP_MS}
                onTake={(take) => void keep(take, 'Voice clip')}
                onFile={(file) => void keep(file, file.name)}
              />
            </Match>
          </Switch>
        </Suspense>
        <Show when={refused()}>{(why) => <Notice tone="error" title={why().title} next={why().next} />}</Show>
      </Show>
    </Section>
  );
}

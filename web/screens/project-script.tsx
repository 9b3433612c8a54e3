// The script as a play script: written, spoken, or left to the script writer.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_NARRATION_SECONDS, MAX_SCRIPT_CHARS, tones } from '@myspinbot/shared/project/options.ts';
import { Mic, PenLine, Trash2, WandSparkles } from 'lucide';
import { createSignal, Match, Show, Switch } from 'solid-js';
import { type OpenProject, useLive } from '../live/live.ts';
import { IconButton } from '../parts/button.tsx';
import { Field, TextArea } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { Range } from '../parts/range.tsx';
import { PlayScript, Section } from '../parts/section.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { SoundStrip } from '../parts/sound-strip.tsx';
import { useToasts } from '../parts/toast.tsx';
import { VoiceRecorder } from '../parts/voice-recorder.tsx';
import { writerWords } from './engine-words.ts';
import { speechMs } from './estimate.ts';
import { toneWords } from './staging-words.ts';
import { lengthWords } from './time-words.ts';

export function ProjectScript(props: {
  project: OpenProject;
  onRecordingLength: (ms: number | undefined) => void;
}) {
  const live = useLive();
  const toasts = useToasts();
  const fields = () => props.project.fields();
  const engines = () => {
    const workstation = live.workstation();
    return workstation.state === 'here' ? (workstation.agent?.engines ?? []) : [];
  };
  const [refused, setRefused] = createSignal<{ title: string; next: string }>();
  const recording = live.assetUrl(() => fields().recording ?? undefined);

  const written = () => {
    const text = props.project.script().trim();
    if (text === '') return undefined;
    const words = text.split(/\s+/u).length;
    const ms = speechMs({ mode: 'text', seconds: 0 }, text, undefined);
    return `${words} ${words === 1 ? 'word' : 'words'}${ms === undefined ? '' : `, about ${lengthWords(ms)}`}`;
  };
  const speaker = () => (fields().title.trim() === '' ? 'Your photo' : fields().title);
  const keep = async (file: Blob, name: string) => {
    setRefused(undefined);
    try {
      props.project.set({ recording: await live.keepFile(file, name) });
    } catch (error) {
      setRefused(
        error instanceof Failure
          ? { title: error.message, next: error.hint }
          : {
              title: 'The recording could not be kept on this device.',
              next: 'Free some space and record it again.',
            },
      );
    }
  };
  const drop = () => {
    const old = fields().recording;
    if (old === null) return;
    props.project.set({ recording: null });
    props.onRecordingLength(undefined);
    toasts.show('Recording taken out.', () => props.project.set({ recording: old }));
  };
  const lines = (label: string, hint: string, rows: number) => (
    <TextArea
      label={label}
      labelHidden
      rows={rows}
      maxLength={MAX_SCRIPT_CHARS}
      placeholder={hint}
      value={props.project.script()}
      onText={(text) => props.project.setScript(text)}
    />
  );

  return (
    <Section title="Script" id="script" note={fields().mode === 'text' ? written() : undefined}>
      <Segmented
        label="Where the words come from"
        value={fields().mode}
        onChoose={(mode) => props.project.set({ mode })}
        options={[
          { value: 'text', label: 'Write', icon: PenLine },
          { value: 'recording', label: 'Speak it', icon: Mic },
          { value: 'topic', label: 'Let it write', icon: WandSparkles },
        ]}
      />
      <Switch>
        <Match when={fields().mode === 'text'}>
          <PlayScript speaker={speaker()} direction="into the light">
            {lines('What it says', 'Hello! I was a photo until a minute ago.', 6)}
          </PlayScript>
          <Show when={props.project.script().length > MAX_SCRIPT_CHARS * 0.9}>
            <p class="text-small text-ink-soft">
              {MAX_SCRIPT_CHARS - props.project.script().length} characters left of {MAX_SCRIPT_CHARS}.
            </p>
          </Show>
        </Match>
        <Match when={fields().mode === 'recording'}>
          <Show
            when={fields().recording}
            fallback={
              <VoiceRecorder
                prompt="Say what your photo should say. It is spoken exactly as you say it."
                maxMs={MAX_NARRATION_SECONDS * 1000}
                onTake={(take) => void keep(take, 'Recording')}
                onFile={(file) => void keep(file, file.name)}
              />
            }
          >
            {(kept) => (
              <>
                <SoundStrip
                  name={kept().name ?? 'Recording'}
                  src={recording()}
                  onLength={(ms) => props.onRecordingLength(ms)}
                  actions={<IconButton shape={Trash2} label="Record it again" onClick={drop} />}
                />
                <PlayScript speaker={speaker()} direction="word for word, if you like">
                  {lines(
                    'The words of the recording',
                    'With the words here, captions are exact and the lips fit better.',
                    3,
                  )}
                </PlayScript>
              </>
            )}
          </Show>
        </Match>
        <Match when={fields().mode === 'topic'}>
          <div class="grid gap-5">
            <Field
              label="What about?"
              placeholder="Why my cat runs this household"
              maxLength={300}
              value={fields().topic}
              onText={(topic) => props.project.set({ topic })}
            />
            <Segmented
              label="Tone"
              value={fields().tone}
              onChoose={(tone) => props.project.set({ tone })}
              options={tones.map((value) => ({ value, label: toneWords[value] }))}
            />
            <Field
              label="Who is speaking?"
              placeholder="A retired sea captain"
              maxLength={120}
              value={fields().persona}
              onText={(persona) => props.project.set({ persona })}
            />
            <Range
              label="Length"
              min={5}
              max={60}
              step={5}
              value={fields().seconds}
              words={`about ${fields().seconds} s`}
              onValue={(seconds) => props.project.set({ seconds })}
            />
            <p class="text-small text-ink-faint">{writerWords(engines())}</p>
          </div>
        </Match>
      </Switch>
      <Show when={refused()}>{(why) => <Notice tone="error" title={why().title} next={why().next} />}</Show>
    </Section>
  );
}

// Asks what to train from a project as it stands: a look from its photos, a voice from its clip, or both.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { draftTraining } from '@myspinbot/shared/project/training.ts';
import { GraduationCap } from 'lucide';
import { createSignal, Show } from 'solid-js';
import { type OpenProject, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { Tick } from '../parts/option-list.tsx';
import { missingTraining } from './trained-words.ts';

export default function Train(props: { project: OpenProject; onClose: () => void }) {
  const live = useLive();
  const photos = () => props.project.photos();
  const clip = () => props.project.fields().voiceClip;
  const [look, setLook] = createSignal(photos().length > 0);
  const [voice, setVoice] = createSignal(clip() !== null);
  const [isBusy, setBusy] = createSignal(false);
  const [trouble, setTrouble] = createSignal<string>();
  const wish = () => ({ look: look(), voice: voice() });
  const missing = () => {
    const draft = draftTraining(props.project.fields(), photos(), wish());
    return draft.ready ? undefined : missingTraining(draft.missing, wish());
  };

  const train = async () => {
    if (missing() !== undefined || isBusy()) return;
    setBusy(true);
    try {
      await live.trained.train(props.project, wish());
      props.onClose();
    } catch (error) {
      setTrouble(
        error instanceof Failure
          ? `${error.message} ${error.hint}`
          : 'This could not be kept on this device, so it was not sent. Free some space and try again.',
      );
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog open title="Train from this project" onClose={() => props.onClose()}>
      <div class="grid">
        <Tick
          label={`A look, from ${photos().length === 1 ? 'your photo' : `your ${photos().length} photos`}`}
          checked={look()}
          onChange={setLook}
        />
        <Tick
          label={clip() === null ? 'A voice, from a clip' : `A voice, from "${clip()!.name ?? 'Voice clip'}"`}
          checked={voice()}
          onChange={setVoice}
        />
      </div>
      <p class="text-small text-ink-soft">
        {live.workstation().state === 'here'
          ? 'It takes its turn in the line, like a video. You may close the page.'
          : 'It is kept here, and begins when your workstation is back.'}
      </p>
      <Show when={missing()}>
        {(words) => (
          <p class="text-small font-semibold" role="status">
            {words()}
          </p>
        )}
      </Show>
      <Show when={trouble()}>{(words) => <Notice tone="error" title={words()} />}</Show>
      <div class="flex flex-wrap justify-end gap-3">
        <Button tone="plain" onClick={() => props.onClose()}>
          Not now
        </Button>
        <Button
          tone="curtain"
          icon={GraduationCap}
          busy={isBusy()}
          held={missing() !== undefined}
          onClick={() => void train()}
        >
          Train
        </Button>
      </div>
    </Dialog>
  );
}

// How files move between this device and the workstation: what is used now and how fast, another way to be chosen, and
// the way to stop it for a while.
import { type LinkKind, linkKinds } from '@myspinbot/shared/transfer/link.ts';
import { createMemo, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Section } from '../parts/section.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Switch } from '../parts/switch.tsx';
import { linkTitle, linkWhy, linkWords } from './link-words.ts';

type Choice = LinkKind | 'best';

export function Connection() {
  const live = useLive();
  const { transfers } = live;
  const chosen = createMemo<Choice>(() => transfers.wishes().link ?? 'best');
  const isHere = () => live.workstation().state === 'here';
  return (
    <Section title="Files on the move">
      <p class="figures text-small" aria-live="polite">
        {transfers.wishes().isPaused
          ? 'Paused. Nothing moves until you go on; nothing is lost.'
          : isHere()
            ? linkWords(transfers.link())
            : 'The workstation is not reached now. Files wait here.'}
      </p>
      <Switch
        label="Pause"
        hint="Files stay where they are and go on from there later."
        checked={transfers.wishes().isPaused}
        onChange={(isPaused) => void transfers.wish({ isPaused })}
      />
      <div class="grid gap-2">
        <span class="field-label">How</span>
        <Segmented<Choice>
          label="How files move"
          value={chosen()}
          onChoose={(choice) => void transfers.wish({ link: choice === 'best' ? undefined : choice })}
          options={[
            { value: 'best', label: 'Fastest' },
            ...linkKinds.map((kind) => ({ value: kind, label: linkTitle[kind] })),
          ]}
        />
        <Show when={chosen()}>{(choice) => <p class="text-small text-ink-soft">{linkWhy[choice()]}</p>}</Show>
      </div>
    </Section>
  );
}

// The rules of the line: when it may begin something new, and how long files in between are kept. Every change is written
// at once, also while the workstation is away.
import { createMemo, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Choice } from '../parts/choice.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Switch } from '../parts/switch.tsx';
import { TimeField } from '../parts/time-field.tsx';

/** What most people mean by night. */
const NIGHT = { from: '22:00', to: '07:00' };
const days: readonly number[] = [1, 7, 30, 90, 365];

export default function LineRules(props: { open: boolean; onClose: () => void }) {
  const live = useLive();
  const rules = () => live.queue.rules();
  const keepDays = createMemo(() => rules().keepDays);
  // The same list while the days are the same: a list that is made anew is chosen from anew.
  const choices = createMemo(() =>
    [...new Set([...days, keepDays()])]
      .sort((a, b) => a - b)
      .map((count) => ({ value: String(count), label: daysWords(count) })),
  );
  return (
    <Dialog open={props.open} title="Rules of the line" onClose={() => props.onClose()}>
      <Switch
        label="Quiet hours"
        hint="Nothing new is begun between these times, on the workstation's own clock. What is on by then is finished."
        checked={rules().quiet !== null}
        onChange={(is) => live.queue.change({ quiet: is ? NIGHT : null })}
      />
      <Show when={rules().quiet}>
        {(quiet) => (
          <div class="grid grid-cols-2 gap-4">
            <TimeField
              label="From"
              value={quiet().from}
              onTime={(from) => live.queue.change({ quiet: { from, to: quiet().to } })}
            />
            <TimeField
              label="To"
              value={quiet().to}
              onTime={(to) => live.queue.change({ quiet: { from: quiet().from, to } })}
            />
          </div>
        )}
      </Show>
      <Switch
        label="Only while nobody uses the workstation"
        hint="A job begins when the machine has been left alone for a while."
        checked={rules().onlyWhenIdle}
        onChange={(onlyWhenIdle) => live.queue.change({ onlyWhenIdle })}
      />
      <Choice
        label="Keep files in between for"
        hint="What a video was made of, so that a change makes only a part of it again. Videos are always kept."
        value={String(keepDays())}
        options={choices()}
        onChoose={(count) => live.queue.change({ keepDays: Number(count) })}
      />
    </Dialog>
  );
}

function daysWords(count: number): string {
  if (count === 365) return 'a year';
  if (count === 7) return 'a week';
  return count === 1 ? 'a day' : `${count} days`;
}

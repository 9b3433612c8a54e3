// What happened at the door, newest first, by day. The workstation writes the sentences; here they are put in order.
import {
  AUDIT_PAGE,
  type AuditEntry,
  type auditKinds,
  type DeviceRecord,
} from '@myspinbot/shared/wire/pairing.ts';
import {
  Ban,
  CircleAlert,
  DoorOpen,
  Download,
  type IconNode,
  KeyRound,
  PenLine,
  QrCode,
  ShieldCheck,
  Trash2,
  UserX,
} from 'lucide';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { EventRow } from '../parts/event-row.tsx';
import { Section } from '../parts/section.tsx';
import { useToasts } from '../parts/toast.tsx';
import { createAnswer, failureOf } from './answer.ts';
import { AnswerShown } from './answer-shown.tsx';
import { useDesk } from './desk.ts';
import { auditBy, dayWords, timeWords } from './device-words.ts';
import type { Rounds } from './rounds.ts';

const signs: Readonly<Record<(typeof auditKinds)[number], IconNode>> = {
  invited: QrCode,
  paired: DoorOpen,
  'pairing-failed': CircleAlert,
  removed: UserX,
  changed: PenLine,
  'token-made': KeyRound,
  'token-removed': Trash2,
  refused: Ban,
  downloaded: Download,
  'authority-rotated': ShieldCheck,
};
/** What somebody should look at: said by the sign and by the words. */
const warning: ReadonlySet<AuditEntry['kind']> = new Set(['pairing-failed', 'refused']);

export function Audit(props: { devices: readonly DeviceRecord[]; rounds: Rounds }) {
  const live = useLive();
  const desk = useDesk();
  const toasts = useToasts();
  const newest = createAnswer(() => live.devices.audit(), props.rounds);
  const [older, setOlder] = createSignal<readonly AuditEntry[]>([]);
  /** Undefined until older ones were asked for. */
  const [oldestPage, setOldestPage] = createSignal<readonly AuditEntry[]>();
  const isAll = () => (oldestPage() ?? newest.value() ?? []).length < AUDIT_PAGE;
  const [isBusy, setBusy] = createSignal(false);
  // A newer first page may overlap what was fetched after the one before it.
  const entries = createMemo(() => {
    const first = newest.value() ?? [];
    const last = first.at(-1)?.at ?? Number.POSITIVE_INFINITY;
    return [...first, ...older().filter((entry) => entry.at < last)];
  });
  const days = createMemo(() => {
    const grouped: { day: string; entries: AuditEntry[] }[] = [];
    for (const entry of entries()) {
      const day = dayWords(entry.at, desk.now());
      const open = grouped.at(-1);
      if (open?.day === day) open.entries.push(entry);
      else grouped.push({ day, entries: [entry] });
    }
    return grouped;
  });
  const more = async () => {
    const last = entries().at(-1);
    if (last === undefined || isBusy()) return;
    setBusy(true);
    try {
      const page = await live.devices.audit(last.at);
      const fresh = page.filter((entry) => entry.at < last.at);
      setOldestPage(page);
      setOlder([...older(), ...fresh]);
    } catch (error) {
      const failure = failureOf(error);
      toasts.show(`${failure.message} ${failure.hint}`);
    } finally {
      setBusy(false);
    }
  };
  const by = (entry: AuditEntry) => {
    const known = props.devices.find((device) => device.id === entry.who);
    return auditBy(known === undefined || entry.name !== null ? entry : { ...entry, name: known.name });
  };
  return (
    <Section title="What happened">
      <AnswerShown answer={newest} what="What happened" below>
        {() => (
          <Show
            when={entries().length > 0}
            fallback={
              <p class="text-small text-ink-soft">
                Nothing yet. Who pairs, fails or is removed is written here.
              </p>
            }
          >
            <For each={days()}>
              {(day) => (
                <div class="grid gap-2">
                  <h3>{day.day}</h3>
                  <ul class="grid gap-3">
                    <For each={day.entries}>
                      {(entry) => (
                        <EventRow
                          shape={signs[entry.kind]}
                          warning={warning.has(entry.kind)}
                          time={timeWords(entry.at)}
                          words={entry.what}
                          by={by(entry)}
                        />
                      )}
                    </For>
                  </ul>
                </div>
              )}
            </For>
            <Show when={!isAll()}>
              <Button tone="quiet" class="justify-self-start" busy={isBusy()} onClick={() => void more()}>
                Show more
              </Button>
            </Show>
          </Show>
        )}
      </AnswerShown>
    </Section>
  );
}

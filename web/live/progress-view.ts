// Awareness of the workspace room as a store: which jobs run now, how far they are, and why the queue rests. Peers are not trusted to be
// well-formed: a state that does not decode is no state.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { Rest } from '@myspinbot/shared/job/rules.ts';
import { type JobProgress, presenceSchema } from '@myspinbot/shared/wire/presence.ts';
import { type Accessor, batch, createSignal } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { Awareness } from 'y-protocols/awareness';

export interface ProgressView {
  progress(id: JobId): JobProgress | undefined;
  /** Ids of the agents that are connected now. */
  agents: Accessor<readonly string[]>;
  /** Why nothing new is begun there; undefined while the queue works, or while nobody says. */
  rest: Accessor<Rest | undefined>;
  follow(awareness: Awareness): () => void;
}

export function createProgressView(): ProgressView {
  const [running, set] = createStore<Record<JobId, JobProgress>>({});
  const [agents, setAgents] = createSignal<readonly string[]>([], {
    equals: (a, b) => a.length === b.length && a.every((id, index) => id === b[index]),
  });

  const [rest, setRest] = createSignal<Rest | undefined>(undefined, {
    equals: (a, b) => a?.why === b?.why && a?.until === b?.until,
  });

  const show = (awareness: Awareness) => {
    const now = new Map<JobId, JobProgress>();
    const present: string[] = [];
    let resting: Rest | undefined;
    for (const state of awareness.getStates().values()) {
      const parsed = presenceSchema.safeParse((state as { presence?: unknown }).presence);
      if (!parsed.success || parsed.data.kind !== 'agent') continue;
      present.push(parsed.data.id);
      for (const progress of parsed.data.jobs) now.set(progress.job, progress);
      const said = parsed.data.rest;
      if (said !== undefined) {
        resting = said.until === undefined ? { why: said.why } : { why: said.why, until: said.until };
      }
    }
    batch(() => {
      for (const id of Object.keys(running) as JobId[]) if (!now.has(id)) set(id, undefined as never);
      for (const [id, progress] of now) set(id, reconcile(progress));
      setAgents(present.sort());
      setRest(resting);
    });
  };

  return {
    progress: (id) => running[id],
    agents,
    rest,
    follow(awareness) {
      const changed = () => show(awareness);
      awareness.on('change', changed);
      changed();
      return () => awareness.off('change', changed);
    },
  };
}

// Awareness of the workspace room as a store: which jobs run now and how far they are. Peers are not trusted to be
// well-formed: a state that does not decode is no state.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { type JobProgress, presenceSchema } from '@myspinbot/shared/wire/presence.ts';
import { type Accessor, batch, createSignal } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { Awareness } from 'y-protocols/awareness';

export interface ProgressView {
  progress(id: JobId): JobProgress | undefined;
  /** Ids of the agents that are connected now. */
  agents: Accessor<readonly string[]>;
  follow(awareness: Awareness): () => void;
}

export function createProgressView(): ProgressView {
  const [running, set] = createStore<Record<JobId, JobProgress>>({});
  const [agents, setAgents] = createSignal<readonly string[]>([], {
    equals: (a, b) => a.length === b.length && a.every((id, index) => id === b[index]),
  });

  const show = (awareness: Awareness) => {
    const now = new Map<JobId, JobProgress>();
    const present: string[] = [];
    for (const state of awareness.getStates().values()) {
      const parsed = presenceSchema.safeParse((state as { presence?: unknown }).presence);
      if (!parsed.success || parsed.data.kind !== 'agent') continue;
      present.push(parsed.data.id);
      for (const progress of parsed.data.jobs) now.set(progress.job, progress);
    }
    batch(() => {
      for (const id of Object.keys(running) as JobId[]) if (!now.has(id)) set(id, undefined as never);
      for (const [id, progress] of now) set(id, reconcile(progress));
      setAgents(present.sort());
    });
  };

  return {
    progress: (id) => running[id],
    agents,
    follow(awareness) {
      const changed = () => show(awareness);
      awareness.on('change', changed);
      changed();
      return () => awareness.off('change', changed);
    },
  };
}

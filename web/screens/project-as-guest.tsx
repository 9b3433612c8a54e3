// A project as a guest sees it: what was made of it, and nothing to change.
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { createMemo, For, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { Section } from '../parts/section.tsx';
import { projectTitle } from './cast.ts';
import { PremierePoster } from './premiere-poster.tsx';
import { eachJob } from './shown-jobs.ts';

/** Older ones are in the history. */
const MOST = 100;

export function ProjectAsGuest(props: { id: ProjectId }) {
  const live = useLive();
  const title = () => projectTitle(live, props.id);
  const cover = live.assetUrl(() => live.projects.find((project) => project.id === props.id)?.cover);
  const done = createMemo(() =>
    [...eachJob(live, live.jobsOf(props.id), MOST)].filter((job) => job.run?.result !== undefined),
  );
  return (
    <div class="mx-auto grid max-w-page gap-10 p-4 tablet:p-8">
      <div class="flex items-center gap-4">
        <Medallion name={title()} src={cover()} seed={props.id} decorative />
        <div class="grid min-w-0 gap-1">
          <h1 dir="auto">{title()}</h1>
          <p class="text-small text-ink-soft">You are a guest of this project.</p>
        </div>
      </div>
      <Show
        when={done().length > 0}
        fallback={
          <EmptyState
            title="No premiere yet"
            text="When a video of this project is finished, it plays here."
          />
        }
      >
        <Section title="Premieres" note={String(done().length)}>
          <ul class="posters">
            <For each={done()}>{(job) => <PremierePoster job={job} />}</For>
          </ul>
        </Section>
      </Show>
    </div>
  );
}

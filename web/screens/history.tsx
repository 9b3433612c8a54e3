// The history: every job that was asked for, newest first, finished ones as posters above.
import { EyeOff } from 'lucide';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { type JobView, useLive } from '../live/live.ts';
import { Button, IconButton, LinkButton } from '../parts/button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { JobRow } from '../parts/job-row.tsx';
import { Section } from '../parts/section.tsx';
import { useToasts } from '../parts/toast.tsx';
import { projectTitle } from './cast.ts';
import { useDesk } from './desk.ts';
import { isOn, jobWords, phaseMark } from './job-words.ts';
import { PremierePoster } from './premiere-poster.tsx';
import { shownJobs } from './shown-jobs.ts';
import { agoWords } from './time-words.ts';
import { reachOf } from './workstation-words.ts';

/** Jobs shown at first and with every press on "Show more": a year of videos must not load at once. */
const PAGE = 24;

export default function History() {
  const live = useLive();
  const [shownDone, showDone] = createSignal(PAGE);
  const [shownStopped, showStopped] = createSignal(PAGE);
  const done = createMemo(() => shownJobs(live, live.premieres(), shownDone()));
  const stopped = createMemo(() => shownJobs(live, live.stopped(), shownStopped()));
  const isEmpty = () => live.line.length + live.counts().done + live.counts().stopped === 0;

  return (
    <div class="mx-auto grid max-w-page gap-10 p-4 tablet:p-8">
      <h1>History</h1>
      <Show
        when={!isEmpty()}
        fallback={
          <EmptyState
            title="No premieres yet"
            text={
              live.mayEdit()
                ? 'Every video you spin comes here, and stays until you take it out.'
                : 'Every video of the project you may see comes here.'
            }
            action={
              <LinkButton tone="quiet" href="/">
                To the stage
              </LinkButton>
            }
          />
        }
      >
        <Show when={live.line.length > 0}>
          <Section
            title="On now"
            note={
              <a class="link inline-flex min-h-11 items-center" href="/line">
                The line
              </a>
            }
          >
            <ul class="job-rows">
              <For each={live.line.slice(0, PAGE)}>{(job, index) => <Line job={job} before={index()} />}</For>
            </ul>
          </Section>
        </Show>
        <Show when={done().length > 0}>
          <Section title="Premieres" note={String(live.counts().done)}>
            <ul class="posters">
              <For each={done()}>{(job) => <PremierePoster job={job} />}</For>
            </ul>
            <More shown={shownDone()} of={live.counts().done} onMore={() => showDone(shownDone() + PAGE)} />
          </Section>
        </Show>
        <Show when={stopped().length > 0}>
          <Section title="Stopped along the way" note={String(live.counts().stopped)}>
            <ul class="job-rows">
              <For each={stopped()}>{(job) => <Line job={job} before={0} />}</For>
            </ul>
            <More
              shown={shownStopped()}
              of={live.counts().stopped}
              onMore={() => showStopped(shownStopped() + PAGE)}
            />
          </Section>
        </Show>
      </Show>
    </div>
  );
}

function More(props: { shown: number; of: number; onMore: () => void }) {
  return (
    <Show when={props.of > props.shown}>
      <Button tone="quiet" class="justify-self-start" onClick={() => props.onMore()}>
        Show more
      </Button>
    </Show>
  );
}

function Line(props: { job: JobView; before: number }) {
  const live = useLive();
  const desk = useDesk();
  const toasts = useToasts();
  const progress = () => live.progress(props.job.request.id);
  const cover = live.assetUrl(
    () => live.projects.find((project) => project.id === props.job.request.project)?.cover,
  );
  const words = () =>
    jobWords(props.job, progress(), reachOf(live), { before: props.before, rest: live.queue.rest() });
  const hide = () => {
    const id = props.job.request.id;
    live.hide(id, true);
    toasts.show('Taken out of the history.', () => live.hide(id, false));
  };
  return (
    <JobRow
      href={`/job/${props.job.request.id}`}
      name={projectTitle(live, props.job.request.project)}
      src={cover()}
      seed={props.job.request.project}
      state={phaseMark(props.job.phase)}
      progress={isOn(props.job.phase) ? (progress()?.fraction ?? 0) : undefined}
      words={
        isOn(props.job.phase)
          ? words().short
          : `${words().short} · ${agoWords(props.job.run?.finishedAt ?? props.job.request.requestedAt, desk.now())}`
      }
      actions={
        isOn(props.job.phase) || !live.mayEdit() ? undefined : (
          <IconButton shape={EyeOff} label="Take out of the history" onClick={hide} />
        )
      }
    />
  );
}

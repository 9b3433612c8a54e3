// Home: the cast on its shelf, what is on now, the last premieres, and the workstation in one line. With nobody
// cast yet, the stage waits with the sample in the light.
import { Camera, Sparkles } from 'lucide';
import { createMemo, createResource, For, lazy, Show, Suspense } from 'solid-js';
import type { JobView } from '../live/live.ts';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Proscenium } from '../parts/curtain.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { JobRow } from '../parts/job-row.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { Section } from '../parts/section.tsx';
import { Shelf, ShelfMember, ShelfNew } from '../parts/shelf.tsx';
import { WorkstationLine } from '../parts/workstation-line.tsx';
import { createCast, projectTitle, UNTITLED } from './cast.ts';
import { useDesk } from './desk.ts';
import { jobWords, phaseMark } from './job-words.ts';
import { OnItsWay, Refused } from './on-its-way.tsx';
import { PremierePoster } from './premiere-poster.tsx';
import { loadSample, SAMPLE_PORTRAIT } from './sample.ts';
import { shownJobs } from './shown-jobs.ts';
import { StandingCard } from './standing-card.tsx';
import { agoWords } from './time-words.ts';
import { reachOf, workstationWords } from './workstation-words.ts';

/** Loaded when something waits. */
const SharedWaiting = lazy(() => import('./shared-waiting.tsx'));

/** Jobs under "On now"; all of them are in the line. */
const ON_NOW = 6;
/** Posters on Home; the rest is in the history. */
const LAST = 6;

export function Home() {
  const live = useLive();
  const desk = useDesk();
  const cast = createCast();
  const done = createMemo(() => shownJobs(live, live.premieres(), LAST));

  return (
    <div class="mx-auto grid max-w-page gap-10 p-4 tablet:p-8">
      <StandingCard />
      <Refused />
      <Show when={live.shared.waiting()?.[0]}>
        {(share) => (
          <Suspense>
            <SharedWaiting share={share()} />
          </Suspense>
        )}
      </Show>
      <Show
        when={live.projects.length > 0}
        fallback={
          <Show
            when={live.mayEdit()}
            fallback={
              <EmptyState
                title="Nothing is playing yet"
                text="You are a guest here. The project you were invited to comes as soon as your workstation is within reach."
              />
            }
          >
            <FirstNight busy={cast.isBusy()} onSample={cast.startSample} onOwn={cast.startNew} />
          </Show>
        }
      >
        <Show when={live.line.length > 0}>
          <Section
            title="On now"
            note={
              <a class="link inline-flex min-h-11 items-center" href="/line">
                {live.line.length > ON_NOW ? `All ${live.line.length} in the line` : 'The line'}
              </a>
            }
          >
            <ul class="grid gap-x-8 wide:grid-cols-2">
              <For each={live.line.slice(0, ON_NOW)}>
                {(job, index) => <OnNowRow job={job} before={index()} />}
              </For>
            </ul>
          </Section>
        </Show>
        <Section title={live.mayEdit() ? 'Your cast' : 'You are a guest of'}>
          <Shelf label={live.mayEdit() ? 'Your cast' : 'The project you may see'}>
            <For each={live.projects}>
              {(project) => {
                const cover = live.assetUrl(() => project.cover);
                return (
                  <ShelfMember
                    href={`/project/${project.id}`}
                    name={project.title.trim() === '' ? UNTITLED : project.title}
                    src={cover()}
                    seed={project.id}
                    under={agoWords(project.updatedAt, desk.now())}
                  />
                );
              }}
            </For>
            <Show when={live.mayEdit()}>
              <ShelfNew label="Cast somebody" onNew={() => void cast.startNew()} />
            </Show>
          </Shelf>
        </Section>
        <Show when={done().length > 0}>
          <Section
            title="Last premieres"
            note={
              <a class="link inline-flex min-h-11 items-center" href="/history">
                All of them
              </a>
            }
          >
            <ul class="posters">
              <For each={done()}>{(job) => <PremierePoster job={job} />}</For>
            </ul>
          </Section>
        </Show>
      </Show>
      <div class="wide:hidden">
        <OnItsWay />
        <WorkstationLine words={workstationWords(reachOf(live), desk.now())} />
      </div>
    </div>
  );
}

function FirstNight(props: { busy: boolean; onSample: () => void; onOwn: () => void }) {
  const [sample] = createResource(() => loadSample().catch(() => undefined));
  // `latest` does not suspend: the stage stands before the sample's name is known.
  const name = () => sample.latest?.name;
  return (
    <Proscenium>
      <Medallion name={name() ?? 'The sample'} src={SAMPLE_PORTRAIT} size="large" decorative />
      <h1 class="heading text-title wide:text-display">
        <span class="inline-block">Your photo.</span> <span class="inline-block">Your words.</span>{' '}
        <span class="inline-block">It talks.</span>
      </h1>
      <p class="max-w-line text-small text-on-house-soft tablet:text-body">
        Made on your own machine, and it stays there. {name() ?? 'Our sample'} has learned the lines already.
      </p>
      <div class="grid justify-items-center gap-3 tablet:flex tablet:items-center">
        <Button tone="curtain" big icon={Sparkles} busy={props.busy} onClick={() => props.onSample()}>
          Start with {name() ?? 'the sample'}
        </Button>
        <Button tone="quiet" icon={Camera} onClick={() => props.onOwn()}>
          Use my photo
        </Button>
      </div>
    </Proscenium>
  );
}

function OnNowRow(props: { job: JobView; before: number }) {
  const live = useLive();
  const progress = () => live.progress(props.job.request.id);
  const cover = live.assetUrl(
    () => live.projects.find((project) => project.id === props.job.request.project)?.cover,
  );
  return (
    <JobRow
      href={`/job/${props.job.request.id}`}
      name={projectTitle(live, props.job.request.project)}
      src={cover()}
      seed={props.job.request.project}
      progress={progress()?.fraction ?? 0}
      state={phaseMark(props.job.phase)}
      words={
        jobWords(props.job, progress(), reachOf(live), { before: props.before, rest: live.queue.rest() })
          .short
      }
    />
  );
}

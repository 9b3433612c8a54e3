// The line: what is on now, then what waits, in the order of its turns, and what a person can do about each and about all
// of it. Everything works with the workstation away: it is told when it is back.
import { Pause, Play, SlidersHorizontal } from 'lucide';
import { createMemo, createSignal, For, lazy, Show, Suspense } from 'solid-js';
import { isOnStage, waiting } from '../live/line-desk.ts';
import { type JobView, useLive } from '../live/live.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { JobLine } from '../parts/job-row.tsx';
import { Notice } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { TurnList } from '../parts/turn-list.tsx';
import { projectTitle } from './cast.ts';
import { jobWords, phaseMark, seenPhase } from './job-words.ts';
import { createLineActions } from './line-actions.ts';
import { restWords, rulesWords } from './rest-words.ts';
import { turnsBefore } from './turns.ts';
import { reachOf } from './workstation-words.ts';

const Menu = lazy(() => import('../parts/menu.tsx').then((module) => ({ default: module.Menu })));
const LineRules = lazy(() => import('./line-rules.tsx'));

/** Rows shown at first and with every press on "Show more". */
const PAGE = 50;

export default function LineScreen() {
  const live = useLive();
  const [shown, setShown] = createSignal(PAGE);
  const next = createMemo(() => waiting(live.line));
  const held = createMemo(() => live.line.filter(isOnStage));
  const move = (id: string, to: number) => live.queue.move(id as JobView['request']['id'], to);

  return (
    <div class="mx-auto grid max-w-line gap-8 p-4 tablet:p-8">
      <Head />
      <Resting />
      <Show
        when={live.line.length > 0}
        fallback={
          <EmptyState
            title="Nobody waits"
            text="What you spin comes here and has its turn, one after the other."
            action={
              <LinkButton tone="quiet" href="/">
                To the stage
              </LinkButton>
            }
          />
        }
      >
        <Show when={held().length > 0}>
          <Section title="On now">
            <ul class="job-rows">
              <For each={held()}>
                {(job) => (
                  <li>
                    <Row job={job} />
                  </li>
                )}
              </For>
            </ul>
          </Section>
        </Show>
        <Show when={next().length > 0}>
          <Section title="Next" note={next().length > 1 ? String(next().length) : undefined}>
            <TurnList
              label="Next"
              items={next().slice(0, shown())}
              idOf={(job) => job.request.id}
              nameOf={(job) => projectTitle(live, job.request.project)}
              onMove={live.mayEdit() ? move : undefined}
            >
              {(job, index) => <Row job={job} place={{ index: index(), of: next().length }} />}
            </TurnList>
            <Show when={next().length > shown()}>
              <Button tone="quiet" class="justify-self-start" onClick={() => setShown(shown() + PAGE)}>
                Show more
              </Button>
            </Show>
          </Section>
        </Show>
      </Show>
    </div>
  );
}

function Head() {
  const live = useLive();
  const [isOpen, setOpen] = createSignal(false);
  const [wasOpen, setWasOpen] = createSignal(false);
  const isPaused = () => live.queue.rules().paused;
  const showRules = () => {
    setWasOpen(true);
    setOpen(true);
  };
  return (
    <div class="grid gap-2">
      <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1>The line</h1>
        <Show when={live.mayEdit()}>
          <div class="-mx-4 flex flex-wrap">
            {/* While it rests, the message below says how it goes on. */}
            <Show when={!isPaused()}>
              <Button tone="plain" icon={Pause} onClick={() => live.queue.pause()}>
                Pause the line
              </Button>
            </Show>
            <Button tone="plain" icon={SlidersHorizontal} onClick={showRules}>
              Rules
            </Button>
          </div>
        </Show>
      </div>
      <Show when={rulesWords(live.queue.rules())}>
        {(words) => <p class="figures text-small text-ink-soft">{words()}</p>}
      </Show>
      <Show when={live.mayEdit() && reachOf(live).state !== 'here' && live.line.length > 0}>
        <p class="text-small text-ink-soft">
          Your workstation is out of reach. What you decide here is kept, and told when it is back.
        </p>
      </Show>
      <Show when={wasOpen()}>
        <Suspense>
          <LineRules open={isOpen()} onClose={() => setOpen(false)} />
        </Suspense>
      </Show>
    </div>
  );
}

/** Why nothing new is begun, and what lifts it. */
function Resting() {
  const live = useLive();
  return (
    <Show when={live.queue.rest()}>
      {(rest) => {
        const words = () => restWords(rest());
        return (
          <Notice
            tone={rest().why === 'disk-full' ? 'error' : 'waiting'}
            title={words().title}
            next={words().next}
            actions={
              <Show when={words().action === 'go-on' && live.mayEdit()}>
                <Button tone="quiet" icon={Play} onClick={() => live.queue.goOn()}>
                  Let it go on
                </Button>
              </Show>
            }
          />
        );
      }}
    </Show>
  );
}

function Row(props: { job: JobView; place?: { index: number; of: number } }) {
  const live = useLive();
  const actions = createLineActions();
  const id = () => props.job.request.id;
  const progress = () => live.progress(id());
  const title = () => projectTitle(live, props.job.request.project);
  const cover = live.assetUrl(
    () => live.projects.find((project) => project.id === props.job.request.project)?.cover,
  );
  const words = () =>
    jobWords(props.job, progress(), reachOf(live), {
      before: turnsBefore(live.line, id()),
      rest: live.queue.rest(),
    });
  return (
    <JobLine
      href={`/job/${id()}`}
      name={title()}
      src={cover()}
      seed={props.job.request.project}
      progress={seenPhase(props.job) === 'paused' ? undefined : (progress()?.fraction ?? 0)}
      state={phaseMark(seenPhase(props.job))}
      words={words().short}
      actions={
        <Show when={live.mayEdit()}>
          <Suspense fallback={<span class="size-11" />}>
            <Menu label={`More for ${title()}`} actions={actions(props.job, props.place)} />
          </Suspense>
        </Show>
      }
    />
  );
}

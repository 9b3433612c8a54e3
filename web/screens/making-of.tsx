// The making of: the portrait in its ring, what is on now and what comes, who makes it, and the way out. Waiting
// is told as it is, with what happens next.
import type { StageRun } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import { createEffect, createMemo, on, Show } from 'solid-js';
import { type JobView, type MakingFilm, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Figures } from '../parts/figures.tsx';
import { FilmControls } from '../parts/film-controls.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { Notice } from '../parts/notice.tsx';
import { type ProgrammeStage, StageProgramme } from '../parts/programme.tsx';
import { Facts, Fold, Section } from '../parts/section.tsx';
import { useToasts } from '../parts/toast.tsx';
import { projectTitle } from './cast.ts';
import { useDesk } from './desk.ts';
import { engineWords } from './engine-words.ts';
import { NextSteps, stagesOf } from './job-next.tsx';
import { isLate, isOn, jobWords, phaseMark, seenPhase, stageWords } from './job-words.ts';
import { goesOn } from './leaving-words.ts';
import { TellMe } from './tell-when-done.tsx';
import { agoWords, tookWords } from './time-words.ts';
import { turnsBefore } from './turns.ts';
import { reachOf } from './workstation-words.ts';

export function MakingOf(props: { job: JobView; film: MakingFilm | undefined }) {
  const live = useLive();
  const toasts = useToasts();
  const desk = useDesk();
  const id = () => props.job.request.id;
  const progress = () => live.progress(id());
  const before = createMemo(() => turnsBefore(live.line, id()));
  const isGoingOn = () => goesOn(live.sending(), desk.install.state() === 'installed');
  const words = createMemo(() =>
    jobWords(props.job, progress(), reachOf(live), {
      before: before(),
      isGoingOn: isGoingOn(),
      rest: live.queue.rest(),
    }),
  );
  const cover = live.assetUrl(
    () =>
      live.projects.find((project) => project.id === props.job.request.project)?.cover ??
      props.job.request.assets.find((asset) => asset.type.startsWith('image/')),
  );
  const preview = live.assetUrl(() => progress()?.preview);
  // Silently and by itself, as a picture that moves; whoever wants no motion unasked presses the button.
  createEffect(
    on(
      () => props.film,
      (film) => {
        if (film !== undefined && !matchMedia('(prefers-reduced-motion: reduce)').matches) film.play();
      },
    ),
  );
  const shownFilm = () => (props.film?.hasPicture() === true ? props.film : undefined);
  const title = () => projectTitle(live, props.job.request.project);

  const names = () => stagesOf(props.job);
  const phase = () => seenPhase(props.job);
  const isPaused = () => props.job.wish.pausedAt !== undefined;

  const stages = (): ProgrammeStage[] => {
    const now = progress();
    return names().map((name) => {
      const run = props.job.run?.stages.find((stage) => stage.stage === name);
      const isNow = props.job.phase === 'running' && now?.stage === name && run?.state !== 'done';
      return {
        title: stageWords[name].title,
        state: isNow ? 'running' : (run?.state ?? 'waiting'),
        time: isNow ? `${Math.round(now.stageFraction * 100)} %` : stageTime(run),
      };
    });
  };
  const engineNow = () => {
    const stage = progress()?.stage;
    const engine = props.job.run?.stages.find((run) => run.stage === stage)?.engine;
    return engine === undefined ? undefined : engineWords(engine);
  };
  const runsOn = () => {
    const workstation = live.workstation();
    const name =
      workstation.state === 'here' && workstation.agent !== undefined
        ? workstation.agent.name
        : 'your workstation';
    const engine = engineNow();
    return engine === undefined ? name : `${engine} on ${name}`;
  };
  const does = () => {
    const stage = progress()?.stage;
    return stage === undefined ? undefined : stageWords[stage].does;
  };
  const cancel = () => {
    live.cancel(id());
    toasts.show('Cancelled.', () => live.retry(id()));
  };

  return (
    <div class="mx-auto grid max-w-page gap-8 p-4 tablet:p-8 wide:min-h-dvh wide:grid-cols-2 wide:content-center wide:gap-16">
      <div class="grid content-start justify-items-center gap-6 text-center">
        <Medallion
          name={
            preview() === undefined && shownFilm() === undefined ? title() : `${title()}, a preview so far`
          }
          src={preview() ?? cover()}
          film={shownFilm()?.video}
          seed={props.job.request.project}
          size="huge"
          state={phaseMark(props.job.phase)}
          progress={isOn(props.job.phase) ? (progress()?.fraction ?? 0) : undefined}
        />
        <div class="grid justify-items-center gap-1">
          <Show
            when={props.job.phase === 'running' && progress()}
            fallback={
              <h1 class="text-title" dir="auto">
                {title()}
              </h1>
            }
          >
            {(now) => (
              <>
                <p class="text-display" data-testid="percent">
                  {/* No figure that stands still: it would only look stuck. */}
                  <Show when={!isLate(now())} fallback="Not long now">
                    <Figures text={`${Math.round(now().fraction * 100)} %`} />
                  </Show>
                </p>
                <h1 class="text-lead" dir="auto">
                  {title()}
                </h1>
              </>
            )}
          </Show>
          <p class="text-small text-ink-soft" role="status">
            <Show
              when={props.job.phase === 'running'}
              fallback={`Asked for ${agoWords(props.job.request.requestedAt, desk.now())}`}
            >
              {words().title}
            </Show>
          </p>
        </div>
        <Show when={isOn(props.job.phase)}>
          <div class="grid justify-items-center gap-2">
            <Show when={live.mayEdit()}>
              <div class="flex flex-wrap justify-center gap-2">
                <Show when={phase() !== 'cancelling'}>
                  <Button tone="plain" onClick={() => live.queue.hold(id(), !isPaused())}>
                    {isPaused() ? 'Let it go on' : 'Pause the making'}
                  </Button>
                </Show>
                <Button tone="plain" held={phase() === 'cancelling'} onClick={cancel}>
                  Cancel
                </Button>
              </div>
            </Show>
            {/* As high as a button before there is one, so that nothing moves when the film comes. */}
            <Show when={props.job.phase === 'running'}>
              <div class="flex min-h-11 flex-wrap items-center justify-center gap-2">
                <Show when={shownFilm()}>
                  {(film) => (
                    <FilmControls
                      isPlaying={film().isPlaying()}
                      isMuted={film().isMuted()}
                      onPlay={() => film().play()}
                      onPause={() => film().pause()}
                      onMute={(muted) => film().mute(muted)}
                    />
                  )}
                </Show>
              </div>
            </Show>
          </div>
        </Show>
      </div>

      <div class="grid content-start gap-8">
        <Show
          when={props.job.phase === 'running'}
          fallback={
            <Notice
              tone={words().tone}
              title={words().title}
              next={words().next}
              kept={words().kept}
              actions={<NextSteps job={props.job} stages={names()} />}
            />
          }
        >
          <div class="grid gap-1 text-small text-ink-soft">
            {/* A line of its own height, so that the programme stands still while the stages change. */}
            <p class="font-semibold text-ink">{does() ?? 'Getting ready.'}</p>
            <p>{words().next}</p>
            <div class="-mx-4">
              <TellMe job={props.job} tone="plain" />
            </div>
          </div>
        </Show>
        <Section title="Programme" note={props.job.phase === 'running' ? `Made by ${runsOn()}` : undefined}>
          <StageProgramme stages={stages()} />
        </Section>
        <Fold title="What exactly happened">
          <Facts
            facts={[
              ['Job', id()],
              ['Asked for', new Date(props.job.request.requestedAt).toLocaleString('en-GB')],
              ...(props.job.run === undefined
                ? ([['Seen by the workstation', 'not yet']] as const)
                : ([
                    ['Seen by the workstation', new Date(props.job.run.queuedAt).toLocaleString('en-GB')],
                    ['Tries', String(props.job.run.attempt)],
                    ...(isEnded(props.job.run.state) && props.job.run.finishedAt !== undefined
                      ? ([['Ended', new Date(props.job.run.finishedAt).toLocaleString('en-GB')]] as const)
                      : []),
                    ...props.job.run.stages
                      .filter((stage) => stage.engine !== undefined)
                      .map((stage) => [stageWords[stage.stage].title, stage.engine!] as const),
                    ...(props.job.run.failure === undefined
                      ? []
                      : ([['Kind of failure', props.job.run.failure.code]] as const)),
                  ] as const)),
            ]}
          />
        </Fold>
      </div>
    </div>
  );
}

function stageTime(run: StageRun | undefined): string | undefined {
  if (run?.state === 'reused') return 'from before';
  if (run?.startedAt === undefined || run.finishedAt === undefined) return undefined;
  return tookWords(run.finishedAt - run.startedAt);
}

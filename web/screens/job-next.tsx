// What a person can do next with a job that is not on the stage: wait in line, look at the newer one, spin it again, from a
// stage they choose, or change something.
import { type StageName, stageNames } from '@myspinbot/shared/job/job.ts';
import { pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { makesVideo, shippedPipelines } from '@myspinbot/shared/pipeline/shipped.ts';
import { ArrowRight, ListOrdered, ListRestart, PenLine, RotateCw } from 'lucide';
import { lazy, Show, Suspense } from 'solid-js';
import { type JobView, useLive } from '../live/live.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { isOn, stageWords } from './job-words.ts';
import { TellMe } from './tell-when-done.tsx';

const Menu = lazy(() => import('../parts/menu.tsx').then((module) => ({ default: module.Menu })));

/** The stages of a job in the order in which they run: of its pipeline, else as far as the workstation has told. */
export function stagesOf({ request, run }: JobView): readonly StageName[] {
  const pipeline = shippedPipelines.get(request.pipeline);
  if (pipeline !== undefined) {
    const stages = [...new Set(pipelineOrder(pipeline).map((node) => node.stage))];
    // A look alone is trained by the same pipeline, where a voice without a clip is nothing.
    const isLookAlone = !makesVideo(pipeline.name) && request.options.voiceClip === undefined;
    return isLookAlone ? stages.filter((stage) => stage !== 'voice') : stages;
  }
  return run === undefined || run.stages.length === 0 ? stageNames : run.stages.map((stage) => stage.stage);
}

export function NextSteps(props: { job: JobView; stages: readonly StageName[] }) {
  const live = useLive();
  return (
    <Show
      when={!isOn(props.job.phase)}
      fallback={
        <>
          <LinkButton tone="quiet" icon={ListOrdered} href="/line">
            See the line
          </LinkButton>
          <TellMe job={props.job} tone="quiet" />
        </>
      }
    >
      <Show when={props.job.run?.supersededBy}>
        {(newer) => (
          <LinkButton tone="quiet" icon={ArrowRight} href={`/job/${newer()}`}>
            To the newer one
          </LinkButton>
        )}
      </Show>
      <Show when={live.mayEdit() && props.job.phase !== 'superseded'}>
        <Again job={props.job} stages={props.stages} />
      </Show>
    </Show>
  );
}

function Again(props: { job: JobView; stages: readonly StageName[] }) {
  const live = useLive();
  const id = () => props.job.request.id;
  const isProjectHere = () => live.projects.some((project) => project.id === props.job.request.project);
  // The same request would meet the same end: only a change helps. Of an old one the request is not here any more.
  const isVideo = () => makesVideo(props.job.request.pipeline);
  const mayHelp = () =>
    props.job.phase !== 'succeeded' && props.job.run?.failure?.retry !== 'never' && props.job.isOld !== true;
  return (
    <>
      <Show when={mayHelp()}>
        <Button tone="quiet" icon={RotateCw} onClick={() => live.retry(id())}>
          {isVideo() ? 'Spin it again' : 'Train it again'}
        </Button>
      </Show>
      <Show when={mayHelp() && isVideo() && props.job.run !== undefined}>
        <Suspense>
          <Menu
            label="Spin it again from a stage"
            text="Again from…"
            shape={ListRestart}
            actions={props.stages.map((stage) => ({
              label: stageWords[stage].title,
              icon: RotateCw,
              act: () => live.retry(id(), stage),
            }))}
          />
        </Suspense>
      </Show>
      <Show when={isProjectHere()}>
        <LinkButton
          tone="quiet"
          icon={PenLine}
          href={`/project/${props.job.request.project}${isVideo() ? '' : '#trained'}`}
        >
          {isVideo() ? 'Change something' : 'To the project'}
        </LinkButton>
      </Show>
    </>
  );
}

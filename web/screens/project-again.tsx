// Spinning a project again: what that makes anew, told before anything is asked for and without the workstation, and
// whether the last job makes room for the new one.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { changedStages } from '@myspinbot/shared/pipeline/changes.ts';
import { pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { makesVideo, shippedPipelines } from '@myspinbot/shared/pipeline/shipped.ts';
import type { SpinOptions } from '@myspinbot/shared/project/options.ts';
import { draftSpin } from '@myspinbot/shared/project/spin.ts';
import { type Accessor, createMemo, createSignal, Show } from 'solid-js';
import { type JobView, type OpenProject, useLive } from '../live/live.ts';
import { spinFields } from '../live/trained-desk.ts';
import { Tick } from '../parts/option-list.tsx';
import { Facts, Section } from '../parts/section.tsx';
import { type AgainWords, againWords, replaceWords } from './again-words.ts';
import { eachJob } from './shown-jobs.ts';

/** Jobs of a project that are looked through for the last that succeeded. */
const LOOKED_AT = 50;

export interface SpunBefore {
  /** Undefined where there is no video yet, something is missing, or everything is made anew. */
  words: Accessor<AgainWords | undefined>;
  /** The job that is offered to be replaced. */
  last: Accessor<{ job: JobView; label: string } | undefined>;
  isReplacing: Accessor<boolean>;
  setReplacing(is: boolean): void;
  /** What is asked for with the spin. */
  wish(): { supersedes?: JobId };
}

/** Owned by the caller's root. */
export function createSpunBefore(project: OpenProject): SpunBefore {
  const live = useLive();
  /** What a person said of a job; of another one they said nothing. */
  const [choice, setChoice] = createSignal<{ job: JobId; is: boolean }>();
  /** Those that make or made a video: what was trained beside them is nothing to be compared with or replaced. */
  function* jobs() {
    for (const job of eachJob(live, live.jobsOf(project.id), LOOKED_AT)) {
      if (makesVideo(job.request.pipeline) && (job.phase !== 'succeeded' || job.run?.result !== undefined))
        yield job;
    }
  }
  const made = createMemo(() => {
    // Of an old one nobody here knows any more how it was asked for.
    for (const job of jobs()) if (job.phase === 'succeeded') return job.isOld === true ? undefined : job;
    return undefined;
  });
  const words = createMemo(() => {
    const before = made();
    const was = before === undefined ? undefined : shippedPipelines.get(before.request.pipeline);
    const draft = draftSpin(spinFields(live.trained, project), project.script(), project.photos());
    if (before === undefined || was === undefined || !draft.ready) return undefined;
    const options = namedAs(draft.options, before);
    const pipeline = shippedPipelines.get(draft.pipeline) ?? was;
    const stages = pipelineOrder(pipeline).map(({ stage }) => stage);
    return againWords(stages, changedStages(pipeline, options, draft.options, was));
  });
  const offered = createMemo(() => {
    const [job] = jobs();
    const offer = job === undefined ? undefined : replaceWords(job.phase);
    return job === undefined || offer === undefined ? undefined : { job, ...offer };
  });
  const isReplacing = () => {
    const offer = offered();
    if (offer === undefined) return false;
    const said = choice();
    return said?.job === offer.job.request.id ? said.is : offer.isUsual;
  };
  return {
    words,
    last: offered,
    isReplacing,
    setReplacing(is) {
      const offer = offered();
      if (offer !== undefined) setChoice({ job: offer.job.request.id, is });
    },
    wish() {
      const offer = offered();
      return isReplacing() && offer !== undefined ? { supersedes: offer.job.request.id } : {};
    },
  };
}

/**
 * The options of an earlier job as if it had named the looks and voices that are named now: one that it made itself is the
 * same, however it came to it.
 */
function namedAs({ look, voice }: SpinOptions, { request, run }: JobView): SpinOptions {
  const had = (print: string | undefined) => run?.trained?.some((one) => one.fingerprint === print) === true;
  return { ...request.options, ...(had(look) ? { look } : {}), ...(had(voice) ? { voice } : {}) };
}

export function ProjectAgain(props: { before: SpunBefore }) {
  return (
    <Show when={props.before.words() !== undefined || props.before.last() !== undefined}>
      <Section title="This time">
        <Show when={props.before.words()}>
          {(words) => (
            <Show
              when={words().made}
              fallback={
                <p class="text-small text-ink-soft">
                  Nothing changed since the last video. Spin gives you the same one again, at once.
                </p>
              }
            >
              {(made) => (
                <Facts
                  facts={[
                    ['Made again', made()],
                    ['Used again', words().used ?? ''],
                  ]}
                />
              )}
            </Show>
          )}
        </Show>
        <Show when={props.before.last()}>
          {(last) => (
            <Tick
              label={last().label}
              checked={props.before.isReplacing()}
              onChange={props.before.setReplacing}
            />
          )}
        </Show>
      </Section>
    </Show>
  );
}

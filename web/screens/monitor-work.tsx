// What the workstation does: the queue with what is on and what comes, and the stages with their times.
import type { Monitor } from '@myspinbot/shared/wire/monitor.ts';
import { createMemo, For, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { FigureTable, Gauge, Gauges } from '../parts/gauges.tsx';
import { JobRow } from '../parts/job-row.tsx';
import { Notice } from '../parts/notice.tsx';
import { Facts, Section } from '../parts/section.tsx';
import { projectTitle } from './cast.ts';
import { phaseMark, stageWords } from './job-words.ts';
import {
  betweenWords,
  expectedWords,
  failedWords,
  figureWords,
  lineWords,
  queueWords,
  restTold,
  stageTimeWords,
  waitWords,
} from './monitor-words.ts';

export function QueueNow(props: { queue: Monitor['queue']; recent: readonly number[] }) {
  const line = createMemo(() => props.queue.line.map(({ job }) => job), undefined, {
    equals: (a, b) => a.join() === b.join(),
  });
  return (
    <Section title="Queue">
      <p aria-live="polite">{queueWords(props.queue)}</p>
      <Show when={restTold(props.queue.rest)}>
        {(told) => <Notice tone="waiting" title={told().title} next={told().next} />}
      </Show>
      <Show when={line().length > 0}>
        <ul class="job-rows" aria-label="In line">
          <For each={line()}>
            {(id) => <LineJob id={id} state={props.queue.line.find(({ job }) => job === id)?.state} />}
          </For>
        </ul>
      </Show>
      <Gauges>
        <Gauge
          name="Waiting"
          value={figureWords(props.queue.waiting)}
          note={`Longest wait: ${waitWords(props.queue.oldestWaitSeconds)}`}
          recent={props.recent}
          recentWords={betweenWords(props.recent, figureWords)}
          atLeast={2}
        />
        <Facts
          facts={[
            ['Done', figureWords(props.queue.succeeded)],
            ['Failed', figureWords(props.queue.failed)],
            ['Cancelled', figureWords(props.queue.cancelled)],
            ['Put off', figureWords(props.queue.putOff)],
          ]}
        />
      </Gauges>
    </Section>
  );
}

function LineJob(props: {
  id: Monitor['queue']['line'][number]['job'];
  state: Monitor['queue']['line'][number]['state'] | undefined;
}) {
  const live = useLive();
  const job = () => live.job(props.id);
  const project = () => {
    const asked = job()?.request.project;
    return live.projects.find((each) => each.id === asked);
  };
  const cover = live.assetUrl(() => project()?.cover);
  const progress = () => live.progress(props.id);
  const name = () => {
    const asked = job()?.request.project;
    return asked === undefined ? 'A job from elsewhere' : projectTitle(live, asked);
  };
  const doing = () => {
    const stage = progress()?.stage;
    return stage === undefined ? undefined : stageWords[stage].title;
  };
  return (
    <JobRow
      href={`/job/${props.id}`}
      name={name()}
      src={cover()}
      seed={project()?.id ?? props.id}
      progress={progress()?.fraction}
      state={job() === undefined ? undefined : phaseMark(job()!.phase)}
      words={props.state === undefined ? '' : lineWords(props.state, doing(), progress()?.fraction)}
    />
  );
}

export function StageTimes(props: { stages: Monitor['stages'] }) {
  const failed = () =>
    failedWords(props.stages.map(({ stage, failed }) => [stageWords[stage].title, failed] as const));
  return (
    <Section title="Stages">
      <Show
        when={props.stages.length > 0}
        fallback={
          <p class="text-small text-ink-soft">
            None ran since the workstation was started. Their times are listed here after the first video.
          </p>
        }
      >
        <FigureTable
          label="Stages"
          heads={['Stage', 'Average', 'Estimate', 'Made', 'Kept']}
          rows={props.stages.map((one) => [
            stageWords[one.stage].title,
            stageTimeWords(one.averageSeconds),
            expectedWords(one.realToExpected),
            figureWords(one.runs),
            figureWords(one.reused),
          ])}
        />
        <Show when={failed()}>{(words) => <p class="text-small">{words()}</p>}</Show>
        <p class="text-fine text-ink-faint">
          Estimate: 2× took twice as long as was expected. Kept: what it makes was there already.
        </p>
      </Show>
    </Section>
  );
}

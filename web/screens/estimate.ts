// How long a video will be and how long it will take: from the text's length, and from this workstation's own
// past jobs. Nothing is guessed where nothing was measured.
import type { ProjectFields } from '@myspinbot/shared/project/project.ts';
import type { JobView } from '../live/live.ts';

/** Letters spoken in a second, spaces counted: 150 words a minute of about six letters. */
const LETTERS_PER_SECOND = 15;

/** Milliseconds of speech; undefined when it cannot be known yet. */
export function speechMs(
  fields: Pick<ProjectFields, 'mode' | 'seconds'>,
  script: string,
  recordingMs: number | undefined,
): number | undefined {
  switch (fields.mode) {
    case 'text': {
      const letters = script.trim().length;
      return letters === 0 ? undefined : Math.max(1000, (letters / LETTERS_PER_SECOND) * 1000);
    }
    case 'recording':
      return recordingMs;
    case 'topic':
      return fields.seconds * 1000;
  }
}

/** Milliseconds to make `ms` of video of this size: the median of the last jobs of that size; undefined before one. */
export function makingMs(jobs: readonly JobView[], size: string, ms: number): number | undefined {
  const factors = jobs
    .flatMap((job) => {
      const run = job.run;
      if (run?.result === undefined || run.startedAt === undefined || run.finishedAt === undefined) return [];
      if (`${run.result.width}x${run.result.height}` !== size || run.result.durationMs <= 0) return [];
      // A job served from artifacts says nothing of the next one.
      if (run.stages.some((stage) => stage.stage === 'portrait' && stage.state === 'reused')) return [];
      return [(run.finishedAt - run.startedAt) / run.result.durationMs];
    })
    .slice(0, 5)
    .sort((one, other) => one - other);
  const middle = factors[Math.floor(factors.length / 2)];
  return middle === undefined ? undefined : middle * ms;
}

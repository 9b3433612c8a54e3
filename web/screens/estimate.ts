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

/** So many of the last jobs are asked: a machine's pace changes with what is installed on it. */
const ASKED = 5;

/** Milliseconds to make `ms` of video of this size: the median of the last jobs of that size; undefined before one. */
export function makingMs(jobs: Iterable<JobView>, size: string, ms: number): number | undefined {
  const factors: number[] = [];
  for (const job of jobs) {
    const factor = paceOf(job, size);
    if (factor !== undefined) factors.push(factor);
    if (factors.length === ASKED) break;
  }
  factors.sort((one, other) => one - other);
  const middle = factors[Math.floor(factors.length / 2)];
  return middle === undefined ? undefined : middle * ms;
}

/** Milliseconds of work for one of video; undefined where a job says nothing of the next one. */
function paceOf({ run }: JobView, size: string): number | undefined {
  if (run?.result === undefined || run.startedAt === undefined || run.finishedAt === undefined)
    return undefined;
  if (`${run.result.width}x${run.result.height}` !== size || run.result.durationMs <= 0) return undefined;
  // It was served from artifacts.
  if (run.stages.some((stage) => stage.stage === 'portrait' && stage.state === 'reused')) return undefined;
  return (run.finishedAt - run.startedAt) / run.result.durationMs;
}

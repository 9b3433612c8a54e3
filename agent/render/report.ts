// How a render tells what it does: a bar on a terminal, plain lines in a pipe, JSON lines for programs.
// It knows words and columns; it does not know how a job runs.

import type { FailureRecord } from '@myspinbot/shared/failure/failure.ts';
import type { JobResult, StageName } from '@myspinbot/shared/job/job.ts';

export interface Report {
  stage(stage: StageName, state: 'running' | 'done' | 'reused', engine: string | undefined): void;
  /** `fraction` 0..1 of the whole job. */
  progress(stage: StageName, fraction: number, leftMs: number | undefined): void;
  note(sentence: string): void;
  done(files: { video: string; vtt?: string; srt?: string }, result: JobResult, tookMs: number): void;
  failed(failure: FailureRecord): void;
}

/** Where words go; `columns` is undefined when it is not a terminal. */
export interface Screen {
  write(text: string): void;
  readonly columns: number | undefined;
}

const doing: Readonly<Record<StageName, string>> = {
  script: 'Writing the words',
  look: 'Looking at the photo',
  voice: 'Listening to the voice',
  speech: 'Speaking',
  timing: 'Timing every sound',
  portrait: 'Filming',
  upscale: 'Enlarging',
  finish: 'Finishing',
};

/** One JSON object a line; the last one is `done` or `failed`. */
export function jsonReport(out: Screen): Report {
  const line = (event: string, fields: object) => out.write(`${JSON.stringify({ event, ...fields })}\n`);
  return {
    stage: (stage, state, engine) => line('stage', { stage, state, engine }),
    progress: (stage, fraction, leftMs) => line('progress', { stage, fraction: round(fraction), leftMs }),
    note: (sentence) => line('note', { sentence }),
    done: (files, result, tookMs) =>
      line('done', {
        ...files,
        durationMs: result.durationMs,
        width: result.width,
        height: result.height,
        engines: result.engines,
        tookMs: Math.round(tookMs),
      }),
    failed: (failure) => line('failed', failure),
  };
}

/** A bar that redraws itself on a terminal; without one, a line a stage. */
export function textReport(out: Screen): Report {
  let drawn = false;
  const clear = () => {
    if (drawn) out.write('\r\x1b[K');
    drawn = false;
  };
  const say = (text: string) => {
    clear();
    out.write(`${text}\n`);
  };
  return {
    stage(stage, state) {
      if (out.columns === undefined && state !== 'done') {
        say(state === 'reused' ? `${doing[stage]}: as before` : `${doing[stage]} ...`);
      }
    },
    progress(stage, fraction, leftMs) {
      if (out.columns === undefined) return;
      const left = leftMs === undefined ? '' : `  ${duration(leftMs)} left`;
      const label = `${doing[stage]}`.padEnd(22);
      const room = Math.max(10, Math.min(40, out.columns - label.length - left.length - 10));
      const full = Math.round(room * fraction);
      const bar = '█'.repeat(full) + '░'.repeat(room - full);
      const percent = `${Math.floor(fraction * 100)}%`.padStart(4);
      out.write(`\r\x1b[K${`${label} ${bar} ${percent}${left}`.slice(0, out.columns - 1)}`);
      drawn = true;
    },
    note: (sentence) => say(`· ${sentence}`),
    done(files, result, tookMs) {
      say(
        `${files.video}  ${(result.durationMs / 1000).toFixed(1)} s, ${result.width}x${result.height}, made in ${duration(tookMs)}`,
      );
      if (files.vtt !== undefined) say(`${files.vtt}, ${files.srt}  captions`);
    },
    failed: (failure) => say(`${failure.message}\n${failure.hint}`),
  };
}

function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function round(fraction: number): number {
  return Math.round(fraction * 1000) / 1000;
}

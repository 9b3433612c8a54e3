// What is told before a project is spun again: which stages are made anew and which are used again, and whether the last
// job can be replaced by this one. Pure; it knows what changed, not what the workstation still keeps.
import type { StageName } from '@myspinbot/shared/job/job.ts';
import type { JobPhase } from '@myspinbot/shared/job/life.ts';
import { stageWords } from './job-words.ts';

export interface AgainWords {
  /** For the bar, in few words. */
  short: string;
  made: string | undefined;
  used: string | undefined;
}

/** Undefined when everything is made anew: that is what is expected. */
export function againWords(all: readonly StageName[], changed: readonly StageName[]): AgainWords | undefined {
  const used = all.filter((stage) => !changed.includes(stage));
  if (used.length === 0) return undefined;
  return {
    short:
      changed.length === 0
        ? 'Nothing changed since the last video.'
        : `${changed.length} of ${all.length} stages are made again.`,
    made: changed.length === 0 ? undefined : stagesWords(all.filter((stage) => changed.includes(stage))),
    used: stagesWords(used),
  };
}

/** "The face, the voice and the reading". */
export function stagesWords(stages: readonly StageName[]): string {
  const names = stages.map((stage, index) => {
    const { title } = stageWords[stage];
    return index === 0 ? title : `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  });
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** How the offer to replace a job is put, and whether most people would; undefined when it cannot be replaced. */
export function replaceWords(phase: JobPhase): { label: string; isUsual: boolean } | undefined {
  switch (phase) {
    case 'failed':
      return { label: 'Take the place of the one that did not work', isUsual: true };
    case 'cancelled':
    case 'cancelled-before-start':
      return { label: 'Take the place of the one you cancelled', isUsual: true };
    case 'waiting-for-workstation':
    case 'waiting-for-assets':
    case 'queued':
      return { label: 'Take the place of the one that still waits', isUsual: false };
    case 'paused':
      return { label: 'Take the place of the one you paused', isUsual: false };
    case 'claimed':
    case 'running':
    case 'cancelling':
    case 'succeeded':
    case 'superseded':
      return undefined;
  }
}

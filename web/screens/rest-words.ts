// Why the line rests, and what a person can do about it. Pure, and exhaustive: a new reason does not compile until it has
// its sentence.
import type { QueueRules, Rest } from '@myspinbot/shared/job/rules.ts';
import { timeWords } from './time-words.ts';

export interface RestWords {
  /** A few words for lists. */
  short: string;
  title: string;
  next: string;
  /** What a person can do: lift it, or change the rules that made it. */
  action: 'go-on' | 'rules' | undefined;
}

export function restWords({ why, until }: Rest): RestWords {
  switch (why) {
    case 'paused':
      return {
        short: 'The line is paused',
        title: 'The line is paused',
        next: 'Nothing new is begun until somebody lets it go on. What is on now is finished.',
        action: 'go-on',
      };
    case 'quiet-hours': {
      const end = until === undefined ? undefined : timeWords(until);
      return {
        short: end === undefined ? 'Quiet hours' : `Quiet hours until ${end}`,
        title: end === undefined ? 'Quiet hours' : `Quiet hours until ${end}`,
        next: 'Nothing new is begun before they end. "Run it now" in the menu of a job does not wait for that.',
        action: 'rules',
      };
    }
    case 'machine-busy':
      return {
        short: 'The workstation is in use',
        title: 'Somebody is using the workstation',
        next: 'Jobs begin when it is left alone. "Run it now" in the menu of a job does not wait for that.',
        action: 'rules',
      };
    case 'restored':
      return {
        short: 'Restored from a backup',
        title: 'The workstation was restored from a backup',
        next: 'Look whether you still want what waits here. Nothing of it is begun until you let it go on.',
        action: 'go-on',
      };
    case 'disk-full':
      return {
        short: 'No room on the workstation',
        title: "The workstation's disk is full",
        next: 'Make room there, and the line goes on by itself. Files in between can be kept for fewer days.',
        action: 'rules',
      };
    default:
      return unknownReason(why);
  }
}

function unknownReason(why: never): never {
  throw new Error(`no words for the rest ${String(why)}`);
}

/** The rules that make jobs wait, in a line; undefined when there are none. */
export function rulesWords({ quiet, onlyWhenIdle }: QueueRules): string | undefined {
  const parts = [
    quiet === null ? undefined : `Quiet from ${quiet.from} to ${quiet.to}`,
    onlyWhenIdle ? 'only while nobody uses the workstation' : undefined,
  ].filter((part) => part !== undefined);
  const words = parts.join(', ');
  return words === '' ? undefined : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

// How the workstation is doing, in words. Pure, and exhaustive: a new reason to rest or a new state of a job does not
// compile until it has its sentence.
import type { JobRun } from '@myspinbot/shared/job/job.ts';
import type { Monitor } from '@myspinbot/shared/wire/monitor.ts';
import type { Access } from '../live/live.ts';
import { bytesWords, lengthWords, tookWords } from './time-words.ts';

/** What is not known. */
const UNKNOWN = '–';

/** Owners and members; a guest sees one project, and not how the rest of the house is doing. */
export function seesMonitor(access: Access): boolean {
  return access.state === 'paired' && access.role !== 'guest';
}

type Rest = NonNullable<Monitor['queue']['rest']>;

const restWords: Readonly<Record<Rest['why'], { title: string; next: string }>> = {
  paused: {
    title: 'The queue is paused',
    next: 'Whatever runs goes on; nothing new is begun until somebody lets it.',
  },
  'quiet-hours': { title: 'Quiet hours', next: 'Nothing new is begun now. It goes on by itself.' },
  'machine-busy': {
    title: 'Somebody uses the workstation',
    next: 'Nothing new is begun meanwhile. It goes on by itself when the machine is idle.',
  },
  restored: {
    title: 'The folder of the workstation was restored or copied',
    next: 'Its jobs may run where they came from. Look there first, then let them go on here.',
  },
  'disk-full': {
    title: 'The disk of the workstation is full',
    next: 'Delete what is not needed any more. The queue goes on by itself when there is room.',
  },
};

/** Why nothing new is begun; undefined while the queue works. */
export function restTold(rest: Monitor['queue']['rest']): { title: string; next: string } | undefined {
  if (rest === null) return undefined;
  const { title, next } = restWords[rest.why];
  return rest.until === undefined
    ? { title, next }
    : { title: `${title} until ${hourWords(rest.until)}`, next };
}

/** "07:00". */
function hourWords(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** "Working on 1 job, 2 wait.": the state of the queue in one sentence. */
export function queueWords({ line, waiting }: Monitor['queue']): string {
  const held = line.filter(({ state }) => isWorkedOn(state)).length;
  const waits = waiting ?? 0;
  if (held === 0 && waits === 0) return 'Nothing to do.';
  if (held === 0) return `${countWords(waits, 'job waits', 'jobs wait')}.`;
  const now = `Working on ${countWords(held, 'job', 'jobs')}`;
  return waits === 0 ? `${now}.` : `${now}, ${countWords(waits, 'waits', 'wait')}.`;
}

function isWorkedOn(state: JobRun['state']): boolean {
  return state === 'claimed' || state === 'running' || state === 'cancelling';
}

const stateWords: Readonly<Record<JobRun['state'], string>> = {
  'waiting-for-assets': 'Waits for its files',
  queued: 'In line',
  claimed: 'Beginning',
  running: 'On now',
  paused: 'Held',
  cancelling: 'Ending',
  cancelled: 'Cancelled',
  failed: 'Failed',
  succeeded: 'Done',
  superseded: 'Replaced by a newer one',
};

export function lineWords(state: JobRun['state'], doing: string | undefined, fraction: number | undefined) {
  if (state !== 'running' || doing === undefined || fraction === undefined) return stateWords[state];
  return `${doing}, ${Math.round(fraction * 100)} %`;
}

function countWords(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "3". */
export function figureWords(count: number | null): string {
  return count === null ? UNKNOWN : String(Math.round(count));
}

/** "340 MB". */
export function sizeWords(bytes: number | null): string {
  return bytes === null ? UNKNOWN : bytesWords(Math.round(bytes));
}

/** "24 MB/s". */
export function speedWords(bytesPerSecond: number | null): string {
  if (bytesPerSecond === null) return UNKNOWN;
  // Bytes by the dozen are beats of the link and nothing to count.
  return bytesPerSecond < 1000 ? '0 KB/s' : `${bytesWords(Math.round(bytesPerSecond))}/s`;
}

/** "42 s". */
export function stageTimeWords(seconds: number | null): string {
  return seconds === null ? UNKNOWN : tookWords(seconds * 1000);
}

/** "4 min 20 s"; "none" while nothing waits. */
export function waitWords(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  return seconds < 1 ? 'none' : lengthWords(seconds * 1000);
}

/** "1.4×": it took so many times what was expected. */
export function expectedWords(realToExpected: number | null): string {
  if (realToExpected === null) return UNKNOWN;
  return realToExpected < 0.1 ? '<0.1×' : `${realToExpected.toFixed(1)}×`;
}

/** "Failed: The performance, once; The finish, 3 times."; undefined where all is well. */
export function failedWords(
  stages: readonly (readonly [title: string, times: number])[],
): string | undefined {
  const failed = stages.filter(([, times]) => times > 0);
  if (failed.length === 0) return undefined;
  return `Failed: ${failed.map(([title, times]) => `${title}, ${times === 1 ? 'once' : `${times} times`}`).join('; ')}.`;
}

/** "21 %". */
export function shareWords(share: number | null): string {
  return share === null ? UNKNOWN : `${Math.round(share * 100)} %`;
}

type Card = Monitor['gpus']['cards'][number];

/** "NVIDIA GeForce RTX 4080 SUPER: 1.4 of 16.0 GiB taken". As cards are sold: their GB are 2^30 bytes. */
export function cardWords({ name, memoryUsedBytes: used, memorySizeBytes: size }: Card): string {
  if (used === null || size === null) return name;
  return `${name}: ${(used / 2 ** 30).toFixed(1)} of ${(size / 2 ** 30).toFixed(1)} GiB taken`;
}

/** 0..1 of its memory; 0 where it is not told. */
export function cardShare({ memoryUsedBytes: used, memorySizeBytes: size }: Card): number {
  return used === null || size === null || size === 0 ? 0 : Math.min(1, used / size);
}

/** "84 of 320 W". */
export function powerWords({ watts, wattsLimit }: Card): string {
  if (watts === null) return UNKNOWN;
  return wattsLimit === null
    ? `${Math.round(watts)} W`
    : `${Math.round(watts)} of ${Math.round(wattsLimit)} W`;
}

/** "12 ms", "1.4 s". */
export function holdUpWords(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

/** "between 2 % and 40 %". */
export function betweenWords(values: readonly number[], words: (value: number) => string): string {
  if (values.length === 0) return 'not known yet';
  const [low, high] = [words(Math.min(...values)), words(Math.max(...values))];
  return low === high ? low : `between ${low} and ${high}`;
}

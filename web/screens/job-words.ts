// What a person is told of a job: every phase in words, with what is kept and what happens next. Pure, and
// exhaustive: a new phase does not compile until it has its sentence.
import type { JobRun, StageName } from '@myspinbot/shared/job/job.ts';
import { isHeld, type JobPhase } from '@myspinbot/shared/job/life.ts';
import type { Rest } from '@myspinbot/shared/job/rules.ts';
import { makesVideo } from '@myspinbot/shared/pipeline/shipped.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { JobView } from '../live/live.ts';
import type { MedallionProps } from '../parts/medallion.tsx';
import type { NoticeTone } from '../parts/notice.tsx';
import { leavingWords } from './leaving-words.ts';
import { restWords } from './rest-words.ts';
import { bytesWords, leftWords, rangeWords, timeWords } from './time-words.ts';
import { trainingWords } from './trained-words.ts';
import type { Reach } from './workstation-words.ts';

export interface JobWords {
  /** A few words for lists and badges. */
  short: string;
  title: string;
  next: string;
  kept: string;
  tone: NoticeTone;
}

const KEPT_HERE = 'Your photos, your words and this request are kept on this device.';
const KEPT_PROJECT = 'The project is as you left it.';

/** What is around a job and decides how its waiting is told. */
export interface Around {
  /** How many jobs run or wait before this one. */
  before?: number;
  /** Whether its files go on being sent when the app is left. */
  isGoingOn?: boolean;
  /** Why nothing new is begun. */
  rest?: Rest | undefined;
}

export function jobWords(
  job: JobView,
  progress: JobProgress | undefined,
  workstation: Reach,
  around: Around = {},
): JobWords {
  const words = phaseWords(job, progress, workstation, around);
  return makesVideo(job.request.pipeline) ? words : { ...words, ...trainingWords(seenPhase(job)) };
}

function phaseWords(
  job: JobView,
  progress: JobProgress | undefined,
  workstation: Reach,
  { before = 0, isGoingOn = false, rest }: Around,
): JobWords {
  const isHere = workstation.state === 'here';
  const phase = seenPhase(job);
  switch (phase) {
    case 'waiting-for-workstation':
      if (isHere) {
        return {
          short: 'Starting',
          title: 'Handing it to your workstation',
          next: 'It takes the job in a moment.',
          kept: KEPT_HERE,
          tone: 'waiting',
        };
      }
      if (workstation.state === 'unpaired') {
        return {
          short: 'Waiting to be paired',
          title: 'Waiting until this device is paired',
          next: 'Pair it with your workstation. The job begins by itself then.',
          kept: KEPT_HERE,
          tone: 'waiting',
        };
      }
      return {
        short: 'Waiting for the workstation',
        title:
          workstation.state === 'looking' ? 'Looking for your workstation' : 'Waiting for your workstation',
        next: 'Start MySpinBot there. The job begins by itself as soon as this app can reach it.',
        kept: KEPT_HERE,
        tone: 'waiting',
      };
    case 'waiting-for-assets':
      return {
        short: 'Sending files',
        title: 'Sending your files to the workstation',
        next: isHere
          ? `${job.uploadLeft > 0 ? `${bytesWords(job.uploadLeft)} still to go.` : 'Almost there.'} ${leavingWords(isGoingOn)}`
          : 'The workstation is out of reach. Sending goes on from where it stopped when it is back.',
        kept: KEPT_HERE,
        tone: 'waiting',
      };
    case 'queued':
      return waitWords(job.run, isHere) ?? turnWords(before, job.wish.now === true ? undefined : rest);
    case 'claimed':
      return {
        short: 'Taken',
        title: 'Your workstation has taken it',
        next: 'It begins in a moment. You can close this page.',
        kept: KEPT_PROJECT,
        tone: 'info',
      };
    case 'running': {
      const isPausing = job.wish.pausedAt !== undefined;
      return {
        short: isPausing ? 'Pausing' : runningShort(progress),
        title: runningTitle(progress, isHere, isPausing),
        next: [
          triesWords(job.run),
          smallerWords(job.run),
          isHere
            ? 'You can close this page: it goes on without you.'
            : 'The workstation goes on without this page. You see more when this app reaches it again.',
        ]
          .filter((part) => part !== undefined)
          .join(' '),
        kept: KEPT_PROJECT,
        tone: 'info',
      };
    }
    case 'paused':
      return {
        short: 'Paused',
        title: 'You paused this one',
        next: 'It waits until you let it go on. What was finished by then is used again.',
        kept: KEPT_PROJECT,
        tone: 'waiting',
      };
    case 'cancelling':
      return {
        short: 'Stopping',
        title: 'Stopping',
        next: isHere
          ? 'The workstation is putting this job down.'
          : 'The workstation is told as soon as this app can reach it.',
        kept: KEPT_PROJECT,
        tone: 'waiting',
      };
    case 'cancelled':
      return {
        short: 'Cancelled',
        title: 'You cancelled this one',
        next: 'Spin it again whenever you like. What was finished by then is used again.',
        kept: KEPT_PROJECT,
        tone: 'info',
      };
    case 'cancelled-before-start':
      return {
        short: 'Cancelled',
        title: 'You cancelled it before it began',
        next: 'Spin it again whenever you like.',
        kept: KEPT_PROJECT,
        tone: 'info',
      };
    case 'failed':
      return {
        short: 'Did not work',
        title: job.run?.failure?.message ?? 'The workstation could not finish this video.',
        next:
          job.run?.failure?.hint ?? 'Try it again. If it stops again, its log on the workstation says more.',
        kept: `${KEPT_PROJECT} Nothing you made was lost.`,
        tone: 'error',
      };
    case 'superseded':
      return {
        short: 'Replaced by a newer one',
        title: 'A newer one took its place',
        next: 'You asked for another video instead of this one.',
        kept: KEPT_PROJECT,
        tone: 'info',
      };
    case 'succeeded':
      return {
        short: 'Done',
        title: 'Your video is ready',
        next: 'Watch it, share it, or change something and spin again.',
        kept: 'The video is in your history.',
        tone: 'done',
      };
    default:
      return unknownPhase(phase);
  }
}

/** The phase with what a person wished since: their word counts at once, also where nobody has heard it yet. */
export function seenPhase({ phase, wish, run }: JobView): JobPhase {
  if (!isOn(phase)) return phase;
  if (run !== undefined && wish.cancelledAt !== undefined) return 'cancelling';
  if (wish.pausedAt === undefined) return phase === 'paused' ? 'queued' : phase;
  return run !== undefined && isHeld(run.state) ? phase : 'paused';
}

/** Why a job waits although it is its turn. */
function waitWords(run: JobRun | undefined, isHere: boolean): JobWords | undefined {
  const waits = run?.waits;
  if (waits === undefined) return undefined;
  const said = waits.failure?.message;
  if (waits.why === 'disk-full') {
    return {
      short: 'No room on the workstation',
      title: "The workstation's disk is full",
      next: `Make room there, and it goes on by itself${isHere ? '' : ' as soon as the workstation is on'}.`,
      kept: 'What was finished by then is kept.',
      tone: 'error',
    };
  }
  const at = waits.until === undefined ? undefined : timeWords(waits.until);
  return {
    short: at === undefined ? 'Tried again soon' : `Tried again at ${at}`,
    title: 'It stopped, and is tried again by itself',
    next: [
      said,
      at === undefined ? 'The next try begins soon.' : `The next try begins at ${at}.`,
      smallerWords(run),
    ]
      .filter((part) => part !== undefined)
      .join(' '),
    kept: 'What was finished by then is used again.',
    tone: 'waiting',
  };
}

function turnWords(before: number, rest: Rest | undefined): JobWords {
  if (rest !== undefined) {
    const { title, next } = restWords(rest);
    return { short: restWords(rest).short, title, next, kept: KEPT_PROJECT, tone: 'waiting' };
  }
  return {
    short: before > 0 ? `In line, ${before} before it` : 'Next in line',
    title: before > 0 ? 'Waiting its turn' : 'Next in line',
    next:
      before > 0
        ? `${before === 1 ? 'One job is' : `${before} jobs are`} before it. You can close this page.`
        : 'It starts in a moment. You can close this page.',
    kept: KEPT_PROJECT,
    tone: 'waiting',
  };
}

/**
 * Whether it takes longer than it ever did on this machine: the range of what is left is used up, and the estimate is only
 * a polite guess.
 */
export function isLate(progress: JobProgress | undefined): boolean {
  if (progress?.leftMs === undefined || progress.leftRangeMs === undefined) return false;
  const [low, high] = progress.leftRangeMs;
  return high <= progress.leftMs + 1 && low < progress.leftMs - 1;
}

const LONGER = 'Longer than usual';

function runningShort(progress: JobProgress | undefined): string {
  if (progress === undefined) return 'In the making';
  if (isLate(progress)) return LONGER;
  const percent = `${Math.round(progress.fraction * 100)} %`;
  return progress.leftMs === undefined ? percent : `${percent}, ${leftWords(progress.leftMs)}`;
}

function runningTitle(progress: JobProgress | undefined, isHere: boolean, isPausing: boolean): string {
  if (!isHere) return 'In the making, out of sight';
  if (isPausing) return 'Pausing';
  if (isLate(progress)) return `${LONGER}. It is still at work.`;
  if (progress?.leftMs === undefined) return 'In the making';
  const left = capital(leftWords(progress.leftMs));
  const range =
    progress.leftRangeMs === undefined ? undefined : rangeWords(progress.leftMs, progress.leftRangeMs);
  return range === undefined ? left : `${left}, ${range}`;
}

/** That it was tried again by itself; undefined when it was not. */
function triesWords(run: JobRun | undefined): string | undefined {
  const tries = run?.tries ?? 0;
  if (tries === 0) return undefined;
  return `It stopped ${tries === 1 ? 'once' : `${tries} times`} and was begun again by itself.`;
}

export function smallerWords(run: JobRun | undefined): string | undefined {
  return run?.smaller === true ? 'Memory ran out, so it is made with smaller settings.' : undefined;
}

function unknownPhase(phase: never): never {
  throw new Error(`no words for the phase ${String(phase)}`);
}

/** How the medallion shows a phase: no ring for what is over and done. */
export function phaseMark(phase: JobPhase): MedallionProps['state'] {
  switch (phase) {
    case 'waiting-for-workstation':
    case 'waiting-for-assets':
    case 'queued':
    case 'paused':
    case 'cancelling':
      return 'waiting';
    case 'claimed':
    case 'running':
      return 'running';
    case 'failed':
      return 'failed';
    case 'cancelled':
    case 'cancelled-before-start':
    case 'superseded':
    case 'succeeded':
      return undefined;
    default:
      return unknownPhase(phase);
  }
}

/** Whether a job is on now or still to come. */
export function isOn(phase: JobPhase): boolean {
  const mark = phaseMark(phase);
  return mark === 'running' || mark === 'waiting';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The stages as a programme names them, and what each does while it is on. */
export const stageWords: Readonly<Record<StageName, { title: string; does: string }>> = {
  script: { title: 'The lines', does: 'Reading the script.' },
  look: { title: 'The face', does: 'Finding the face and measuring it.' },
  voice: { title: 'The voice', does: 'Listening to how the voice sounds.' },
  speech: { title: 'The reading', does: 'Speaking the lines.' },
  timing: { title: 'The cues', does: 'Finding when each sound is said.' },
  portrait: { title: 'The performance', does: 'Moving mouth, eyes and head, picture by picture.' },
  upscale: { title: 'The enlargement', does: 'Making the picture larger.' },
  finish: { title: 'The finish', does: 'Adding sound and captions.' },
};

// What a person is told of a job: every phase in words, with what is kept and what happens next. Pure, and
// exhaustive: a new phase does not compile until it has its sentence.
import type { StageName } from '@myspinbot/shared/job/job.ts';
import type { JobPhase } from '@myspinbot/shared/job/life.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { JobView } from '../live/live.ts';
import type { MedallionProps } from '../parts/medallion.tsx';
import type { NoticeTone } from '../parts/notice.tsx';
import { leavingWords } from './leaving-words.ts';
import { bytesWords, leftWords } from './time-words.ts';
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

export function jobWords(
  job: JobView,
  progress: JobProgress | undefined,
  workstation: Reach,
  /** How many jobs run or wait before this one. */
  before: number,
  /** Whether its files go on being sent when the app is left. */
  isGoingOn = false,
): JobWords {
  const isHere = workstation.state === 'here';
  switch (job.phase) {
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
    case 'running': {
      const left = progress?.leftMs === undefined ? undefined : leftWords(progress.leftMs);
      const percent = progress === undefined ? undefined : `${Math.round(progress.fraction * 100)} %`;
      return {
        short: [percent ?? 'In the making', left].filter((part) => part !== undefined).join(', '),
        title: isHere
          ? left === undefined
            ? 'In the making'
            : capital(left)
          : 'In the making, out of sight',
        next: isHere
          ? 'You can close this page: it goes on without you.'
          : 'The workstation goes on without this page. You see more when this app reaches it again.',
        kept: KEPT_PROJECT,
        tone: 'info',
      };
    }
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
    case 'succeeded':
      return {
        short: 'Done',
        title: 'Your video is ready',
        next: 'Watch it, share it, or change something and spin again.',
        kept: 'The video is in your history.',
        tone: 'done',
      };
    default:
      return unknownPhase(job.phase);
  }
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
    case 'cancelling':
      return 'waiting';
    case 'running':
      return 'running';
    case 'failed':
      return 'failed';
    case 'cancelled':
    case 'cancelled-before-start':
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
  finish: { title: 'The finish', does: 'Adding sound and captions.' },
};

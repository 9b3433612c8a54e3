// What a person is told while something is on its way to the workstation: how much is left, what becomes of it when the
// screen locks or the app is closed, and why something was not taken. Pure, and true for what this browser can do.
import type { Refusal } from '@myspinbot/shared/transfer/session.ts';
import type { Sending } from '../live/sending.ts';
import { goesOn, leavingWords } from './leaving-words.ts';
import { bytesWords } from './time-words.ts';
import type { Reach } from './workstation-words.ts';

/** Undefined when nothing is on its way, or nothing may leave this device. */
export function sendingWords(
  sending: Sending,
  reach: Reach,
  isInstalled: boolean,
): { title: string; next: string } | undefined {
  if (sending.files === 0 || reach.state === 'unpaired') return undefined;
  const what = sending.files === 1 ? 'a file' : `${sending.files} files`;
  const left = sending.leftBytes === 0 ? 'almost there' : `${bytesWords(sending.leftBytes)} left`;
  if (reach.state === 'here') {
    return { title: `Sending ${what}: ${left}`, next: leavingWords(goesOn(sending, isInstalled)) };
  }
  return {
    title: `${what === 'a file' ? 'A file waits' : `${what} wait`}: ${left}`,
    next: 'Paused: your workstation is out of reach. It goes on when the app is open and meets it again.',
  };
}

/** Why the workstation would not take a file, and what to do about it. */
export function refusedWords(refused: Sending['refused'][number]): { title: string; next: string } {
  const name = refused.name ?? 'A file';
  const { title, next } = words[refused.why];
  const again = isTriedAgain.has(refused.why) ? ' It is tried again when you open the app anew.' : '';
  return { title: title(name), next: `${refused.hint ?? next}${again}` };
}

const words: Readonly<Record<Refusal, { title(name: string): string; next: string }>> = {
  'no-space': {
    title: (name) => `Your workstation has no room for ${name}.`,
    next: 'Free some space there.',
  },
  'too-large': {
    title: (name) => `${name} is larger than your workstation takes.`,
    next: 'Take it out of its project and add a smaller or shorter one.',
  },
  'bad-hash': {
    title: (name) => `${name} arrived damaged, so your workstation did not take it.`,
    next: 'When that happens again, take it out of its project and add it anew.',
  },
  busy: {
    title: (name) => `Your workstation had no time for ${name}.`,
    next: 'Nothing is lost.',
  },
  'not-allowed': {
    title: (name) => `Your workstation does not take ${name} from this device.`,
    next: 'Ask an owner to make this device a member.',
  },
  'unknown-asset': {
    title: (name) => `${name} is not on this device any more, so it could not be sent.`,
    next: 'Take it out of its project and add it anew.',
  },
};

const isTriedAgain: ReadonlySet<Refusal> = new Set(['no-space', 'bad-hash', 'busy', 'not-allowed']);

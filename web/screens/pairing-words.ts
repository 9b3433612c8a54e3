// What a person is told while a device is paired: the code in its groups, the key of the workstation, and every way
// in which it can go wrong with what to do next.
import type { Failure } from '@myspinbot/shared/failure/failure.ts';
import { OtherKey } from '../identity/other-key.ts';
import type { NoticeTone } from '../parts/notice.tsx';
import { failureOf } from './answer.ts';

/** The command that shows a code and a QR on the workstation itself. */
export const PAIR_COMMAND = 'npx myspinbot pair';

/** "12-345-678" as far as it was typed; everything that is no digit falls out. */
export function groupCode(typed: string): string {
  const digits = typed.replace(/\D/g, '').slice(0, 8);
  return [digits.slice(0, 2), digits.slice(2, 5), digits.slice(5)].filter((part) => part !== '').join('-');
}

export interface TroubleWords {
  tone: NoticeTone;
  title: string;
  next: string;
  kept?: string;
  /** Somebody may be listening: said above everything else. */
  isSerious: boolean;
  /** The fingerprint of the other key, where it is known. */
  answeredWith?: string | undefined;
  /** Whether the same invitation may still work. */
  mayTryAgain: boolean;
}

/** What went wrong with a pairing. The workstation's own sentence says which code was wrong and how many tries are left. */
export function pairingTrouble(thrown: unknown): TroubleWords {
  const failure: Failure = failureOf(thrown);
  switch (failure.code) {
    case 'refused':
      return {
        tone: 'error',
        title: 'This is not the workstation you were invited to',
        next: 'It answered with another key. Somebody in this network may stand in between. Do not go on here: make a new code on the workstation itself, and compare the key it shows.',
        kept: 'Nothing was handed over. What is on this device is untouched.',
        isSerious: true,
        answeredWith: failure.cause instanceof OtherKey ? failure.cause.fingerprint : undefined,
        mayTryAgain: false,
      };
    case 'engine-missing':
      return {
        tone: 'waiting',
        title: failure.message,
        next: failure.hint,
        kept: 'This invitation has not been used up.',
        isSerious: false,
        mayTryAgain: true,
      };
    case 'wrong-code':
    case 'too-often':
      return {
        tone: failure.code === 'too-often' ? 'waiting' : 'error',
        title: failure.message,
        next: failure.hint,
        isSerious: false,
        mayTryAgain: failure.retry === 'soon',
      };
    default:
      return {
        tone: 'error',
        title: failure.message,
        next: failure.hint,
        isSerious: false,
        mayTryAgain: true,
      };
  }
}

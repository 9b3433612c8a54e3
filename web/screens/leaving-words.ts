// What becomes of bytes on their way when the screen locks or the app is closed: as it is, for what this browser can do.
import type { Sending } from '../live/sending.ts';

/** Whether the browser really goes on without a page: only for an installed app does it do so dependably. */
export function goesOn(sending: Pick<Sending, 'goesOn'>, isInstalled: boolean): boolean {
  return sending.goesOn && isInstalled;
}

/** What happens to bytes on their way when the person leaves. */
export function leavingWords(isGoingOn: boolean): string {
  return isGoingOn
    ? 'You can leave the app: it goes on in the background for a few minutes, and the rest when you are back.'
    : 'Keep the app open until this is sent.';
}

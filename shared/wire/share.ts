// What a phone's share sheet, the app's service worker, the agent and the screen agree on when something is shared to
// the app: the names of a share's parts, how much it may be, and why none of it was taken.

/** The names in the form that the system posts to the share address. */
export const shareFields = { title: 'title', text: 'text', files: 'files' } as const;

/** More than a project takes photos, so that a person can choose. */
export const MAX_SHARED_FILES = 20;
/** Of one share, files and words together: an hour of sound, or many minutes of film. */
export const MAX_SHARE_BYTES = 1024 * 1024 * 1024;
/** Any page can post a form at the share address: what waits for an answer stays within bounds. */
export const MAX_WAITING_SHARES = 8;
export const MAX_WAITING_BYTES = 2 * MAX_SHARE_BYTES;

/** Why nothing of a share was taken; the screen has a sentence for each. */
export const shareProblems = [
  /** It reached the workstation, because the app's own worker was not there to take it. */
  'not-ready',
  'nothing',
  'too-large',
  'too-many-waiting',
  'no-room',
  'unreadable',
  /** A page of another site posted it. */
  'foreign',
] as const;
export type ShareProblem = (typeof shareProblems)[number];

/** The screen's address with the reason in it. */
export function shareProblemAddress(address: string, problem: ShareProblem): string {
  return `${address}?problem=${problem}`;
}

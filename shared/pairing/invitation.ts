// How an invitation is written down: as a link (its fragment never leaves the browser) and as a code to type.
//
//   link   <address>/#pair=<invitation>.<secret>.<fingerprint>
//          invitation   which of the open invitations, 2 digits
//          secret       128 bits, base64url: the password of the exchange
//          fingerprint  SHA-256 of the agent's key (SPKI), base64url
//   code   12-345-678   the invitation, and 6 digits that are the password of the exchange instead
//
// An invitation has both passwords; each attempt with either counts.
import { fromBase64Url } from './bytes.ts';

export interface InvitationLink {
  invitation: string;
  secret: string;
  fingerprint: string;
}

/** Attempts at one invitation; each guess at the code has one chance in 333 333 in all. */
export const MAX_ATTEMPTS = 3;
/** How long an invitation lasts. */
export const INVITATION_MS = 120_000;

/**
 * Trusting a certificate takes longer than an invitation lasts: whoever shows one makes a fresh one when it has ended
 * unused, as long as somebody looks. Not for ever, and not often: every one is three more guesses.
 */
export const SHOWING_MS = 900_000;
export const MAX_SHOWN = 8;

/** Whether a fresh invitation may take the place of one that ended. */
export function mayShowAnother(shown: { since: number; count: number }, now: number): boolean {
  return shown.count < MAX_SHOWN && Math.abs(now - shown.since) < SHOWING_MS;
}

/** Where the page about trust sends a new device: it has no invitation yet, and asks for the code. */
export const ARRIVAL = '#pair';

const FRAGMENT = /^#?pair=(\d{2})\.([\w-]{22})\.([\w-]{43})$/;

export function fragmentOf({ invitation, secret, fingerprint }: InvitationLink): string {
  return `#pair=${invitation}.${secret}.${fingerprint}`;
}

/** Reads a URL's fragment, or a whole link that was pasted; undefined when it is none. */
export function parseLink(text: string): InvitationLink | undefined {
  const trimmed = text.trim();
  const match = FRAGMENT.exec(trimmed.slice(Math.max(0, trimmed.indexOf('#'))));
  if (match === null) return undefined;
  const [, invitation, secret, fingerprint] = match;
  if (fromBase64Url(secret!) === undefined || fromBase64Url(fingerprint!) === undefined) return undefined;
  return { invitation: invitation!, secret: secret!, fingerprint: fingerprint! };
}

export function formatCode(invitation: string, digits: string): string {
  return `${invitation}-${digits.slice(0, 3)}-${digits.slice(3)}`;
}

/** Reads a typed code, however it was grouped; undefined unless it has eight digits. */
export function parseCode(text: string): { invitation: string; digits: string } | undefined {
  const plain = text.replace(/[\s\-–—.]/g, '');
  if (!/^\d{8}$/.test(plain)) return undefined;
  return { invitation: plain.slice(0, 2), digits: plain.slice(2) };
}

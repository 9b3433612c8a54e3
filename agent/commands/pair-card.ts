// An invitation as it stands in a terminal: two pictures and a code, side by side where that fits. It knows no agent and
// no cursor.
import { fingerprintStart } from '@myspinbot/shared/pairing/fingerprint.ts';
import { parseLink } from '@myspinbot/shared/pairing/invitation.ts';
import type { Invitation } from '@myspinbot/shared/wire/pairing.ts';
import { type QrLook, qrLines, widthOf } from './terminal-qr.ts';

const GAP = '   ';

export interface CardOptions extends QrLook {
  /** Of the terminal; 80 where nobody knows. */
  columns: number;
  /** Of the authority that the new device will be shown. */
  sha256: string | undefined;
}

/** Everything but how long it lasts. */
export function cardOf(invitation: Invitation, options: CardOptions): string {
  const { columns, sha256 } = options;
  const [link] = invitation.links;
  const [trustLink] = invitation.trustLinks;
  if (link === undefined || trustLink === undefined) {
    return 'This agent is for its own machine alone. Start it without --local to pair other devices.';
  }
  const first = [
    '1. New here: scan this, and',
    'trust the workstation once',
    ...qrLines(trustLink, options),
    trustLink,
    ...(sha256 === undefined ? [] : ['It is asked to trust SHA-256:', ...groupsOf(sha256)]),
  ];
  const second = ['2. Pair: scan this, or', `type the code  ${invitation.code}`, ...qrLines(link, options)];
  return [
    ...(widest(first) + GAP.length + widest(second) <= columns
      ? beside(first, second)
      : [...first, '', ...second]),
    lastLine(link, invitation.trustLinks.slice(1), columns),
  ].join('\n');
}

/** "Code 12-345-678 for one member: 1:43 left, 3 tries". */
export function standOf({ code, role, expiresInMs, attemptsLeft }: Invitation): string {
  const seconds = Math.ceil(expiresInMs / 1000);
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const tries = attemptsLeft === 1 ? 'one try' : `${attemptsLeft} tries`;
  return `Code ${code} for one ${role}: ${left} left, ${tries}. Ctrl+C ends it.`;
}

/** What the app shows of the key, to be compared, and as many other addresses as stand beside it. */
function lastLine(link: string, others: readonly string[], columns: number): string {
  const key = parseLink(link)?.fingerprint;
  let line = key === undefined ? '' : `Its key begins with ${fingerprintStart(key)}.`;
  for (const [at, other] of others.entries()) {
    const longer = at === 0 ? `${line} New here, also at ${other}`.trim() : `${line} ${other}`;
    if (longer.length > columns) break;
    line = longer;
  }
  return line;
}

/** As wide as the picture above it. */
function groupsOf(sha256: string): string[] {
  return (sha256.match(/.{1,24}/g) ?? []).map((group) => group.replace(/:$/, ''));
}

function widest(lines: readonly string[]): number {
  return Math.max(...lines.map(widthOf));
}

function beside(left: readonly string[], right: readonly string[]): string[] {
  const width = widest(left);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const first = left[row] ?? '';
    return `${first}${' '.repeat(width - widthOf(first))}${GAP}${right[row] ?? ''}`.trimEnd();
  });
}

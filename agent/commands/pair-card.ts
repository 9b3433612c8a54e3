// An invitation as it stands in a terminal: two pictures and a code, side by side where that fits. It knows no agent and
// no cursor.
import { fingerprintStart } from '@myspinbot/shared/pairing/fingerprint.ts';
import { parseLink } from '@myspinbot/shared/pairing/invitation.ts';
import type { Invitation } from '@myspinbot/shared/wire/pairing.ts';
import { qrLines, widthOf } from './terminal-qr.ts';

const GAP = '   ';

export interface CardOptions {
  /** Of the terminal; 80 where nobody knows. */
  columns: number;
  /** Whether it shows 256 colours. */
  isColoured: boolean;
  /** Of the authority that the new device will be shown. */
  sha256: string | undefined;
}

/** Everything but how long it lasts. */
export function cardOf(invitation: Invitation, { columns, isColoured, sha256 }: CardOptions): string {
  const [link] = invitation.links;
  const [trustLink] = invitation.trustLinks;
  if (link === undefined || trustLink === undefined) {
    return 'This agent is for its own machine alone. Start it without --local to pair other devices.';
  }
  const first = [
    '1. New here: scan this, and',
    'trust the workstation once',
    ...qrLines(trustLink, isColoured),
    trustLink,
  ];
  const second = [
    '2. Pair: scan this, or',
    `type the code  ${invitation.code}`,
    ...qrLines(link, isColoured),
  ];
  const key = parseLink(link)?.fingerprint;
  const others = invitation.trustLinks.slice(1, 4);
  return [
    ...(widest(first) + GAP.length + widest(second) <= columns
      ? beside(first, second)
      : [...first, '', ...second]),
    '',
    ...(others.length > 0 ? [`New here, also at: ${others.join(' ')}`] : []),
    ...(key === undefined ? [] : [`Its key begins with  ${fingerprintStart(key)}`]),
    ...(sha256 === undefined ? [] : [`What it is asked to trust, SHA-256:`, sha256]),
    `For one ${invitation.role === 'owner' ? 'device' : invitation.role} in the same network.`,
  ].join('\n');
}

/** "12-345-678, 1:43 left, 3 tries". */
export function standOf({ code, expiresInMs, attemptsLeft }: Invitation): string {
  const seconds = Math.ceil(expiresInMs / 1000);
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return `Code ${code}: ${left} left, ${attemptsLeft === 1 ? 'one try' : `${attemptsLeft} tries`}. Ctrl+C takes it back.`;
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

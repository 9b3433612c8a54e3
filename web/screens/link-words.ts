// The ways files move, in words. Pure.
import type { LinkKind } from '@myspinbot/shared/transfer/link.ts';
import type { LinkState } from '../live/live.ts';
import { bytesWords } from './time-words.ts';

export const linkTitle: Readonly<Record<LinkKind, string>> = {
  socket: 'Socket',
  direct: 'Direct',
  http: 'Requests',
};

export const linkWhy: Readonly<Record<LinkKind | 'best', string>> = {
  best: 'Each way is measured while something large moves, and the fastest that works is used.',
  socket: 'A connection of its own beside the one for your edits. Usually the fastest.',
  direct: 'Peer to peer, by WebRTC. Works where sockets are blocked; slower in most browsers.',
  http: 'One request for every megabyte. The slowest to get going, and it works nearly everywhere.',
};

/** "Direct, 62 MB/s": what is in use now. */
export function linkWords(link: LinkState): string {
  if (link === undefined) return 'Nothing moves now.';
  const speed = link.bytesPerSecond === undefined ? '' : `, ${bytesWords(link.bytesPerSecond)}/s`;
  return `${linkTitle[link.kind]}${speed}`;
}

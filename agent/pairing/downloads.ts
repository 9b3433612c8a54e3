// Which files went to whom, as the log tells it: once an hour for each file and asker, whatever pieces of it they ask
// for and by whatever way. It does not know how a file travels.
import { type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import type { AssetRef, AssetType } from '@myspinbot/shared/asset/asset.ts';
import type { Clock } from '../clock.ts';
import { lasts } from './freshness.ts';

/** A film that is watched in pieces, with pauses, is one download. */
const SAME_MS = 3600_000;
/** Files and askers remembered; the oldest is forgotten first, and would be noted once more. */
const REMEMBERED = 10_000;

export interface Downloads {
  /** What is to be noted; undefined when it was noted within the hour. */
  words(file: Pick<AssetRef, 'hash' | 'type'>, who: Principal | undefined): string | undefined;
}

export function createDownloads(clock: Pick<Clock, 'now'>): Downloads {
  /** When each was noted, oldest first. */
  const noted = new Map<string, number>();
  return {
    words({ hash, type }, who) {
      const key = `${who === undefined ? '' : principalId(who)} ${hash}`;
      const at = noted.get(key);
      const now = clock.now();
      if (at !== undefined && lasts(at, SAME_MS, now)) return undefined;
      noted.delete(key);
      noted.set(key, now);
      if (noted.size > REMEMBERED) noted.delete(noted.keys().next().value!);
      return kindOf(type);
    },
  };
}

function kindOf(type: AssetType): string {
  if (type.startsWith('video/')) return 'A video';
  if (type.startsWith('image/')) return 'A picture';
  if (type.startsWith('audio/')) return 'A recording';
  return type.startsWith('text/') ? 'Captions' : 'A file';
}

// What was shared to the app and waits, as the screens see it, and the verbs for it. Where the rows lie is the vault's
// business; what becomes of a share is decided on the screen.
import type { AssetType } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { liveQuery } from 'dexie';
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { ShareRow } from '../vault/database.ts';
import { itemWaits, type Shares, WORDS } from '../vault/shares.ts';

export interface SharedFile {
  kind: 'file';
  item: number;
  name: string;
  type: AssetType;
  bytes: number;
}

/** Something shared in one go: what of it still waits. */
export interface Share {
  id: string;
  at: number;
  title: string;
  /** Undefined when there are none, or they do not wait any more. */
  words: { kind: 'words'; item: number; text: string } | undefined;
  files: readonly SharedFile[];
  /** What was shared with it and could not be kept. */
  leftOut: ShareRow['leftOut'];
}

export interface SharedDesk {
  /** Newest first; undefined until it is known. */
  waiting(): readonly Share[] | undefined;
  /** Throws Failure `not-found`. */
  file(share: string, item: number): Promise<File>;
  /** An address to show a file at, for as long as the owner lives. */
  url(share: string, item: number): Accessor<string | undefined>;
  /** These items wait no longer, once everything written so far is durable. */
  used(share: string, items: readonly number[]): Promise<void>;
  throwAway(share: string, items: readonly number[]): Promise<void>;
  /** Takes either of the two back. */
  bringBack(share: string, items: readonly number[]): Promise<void>;
}

export function createSharedDesk(world: {
  shares: Shares;
  urls: { create(blob: Blob): string; revoke(url: string): void };
  /** Resolves when everything written so far is on disk. */
  flush(): Promise<void>;
}): SharedDesk & { close(): void } {
  const { shares, urls } = world;
  const [waiting, setWaiting] = createSignal<readonly Share[]>();
  const watch = liveQuery(shares.waiting).subscribe({
    next: (rows) => setWaiting(rows.map(shown)),
    // Nothing is shown of a store that cannot be read; `saved` says so.
    error: () => undefined,
  });
  // What was thrown away on an earlier visit cannot be brought back any more.
  void shares.tidy().catch(() => undefined); // Tried again at the next start.

  const file = async (share: string, item: number): Promise<File> => {
    const row = waiting()?.find(({ id }) => id === share);
    const blob = await shares.file(share, item);
    if (blob === undefined) throw gone();
    const name = row?.files.find((each) => each.item === item)?.name ?? 'shared';
    return new File([blob], name, { type: blob.type });
  };
  return {
    waiting,
    file,
    url(share, item) {
      const [url, setUrl] = createSignal<string>();
      let isLeft = false;
      onCleanup(() => {
        isLeft = true;
        const made = url();
        if (made !== undefined) urls.revoke(made);
      });
      shares.file(share, item).then(
        (blob) => {
          if (!isLeft && blob !== undefined) setUrl(urls.create(blob));
        },
        () => undefined, // No picture; using it says why.
      );
      return url;
    },
    async used(share, items) {
      await world.flush();
      await shares.put(share, items, 'gone');
    },
    throwAway: (share, items) => shares.put(share, items, 'gone'),
    bringBack: (share, items) => shares.put(share, items, 'waiting'),
    close: () => watch.unsubscribe(),
  };
}

function shown(row: ShareRow): Share {
  const hasWords = row.text !== '' && itemWaits(row, WORDS);
  return {
    id: row.id,
    at: row.at,
    title: row.title,
    words: hasWords ? { kind: 'words', item: WORDS, text: row.text } : undefined,
    files: row.files.flatMap((file, item) =>
      itemWaits(row, item) ? [{ kind: 'file' as const, item, ...file }] : [],
    ),
    leftOut: row.leftOut,
  };
}

function gone(): Failure {
  return new Failure({
    code: 'not-found',
    message: 'What you shared is not on this device any more.',
    hint: 'Share it again.',
  });
}

// Things shared to the app, in memory, for tests of screens. Never part of the app.
import type { AssetType } from '@myspinbot/shared/asset/asset.ts';
import { createStore } from 'solid-js/store';
import type { Share, SharedDesk } from './shared-desk.ts';

export interface FakeShare {
  files?: readonly { name: string; type: AssetType }[];
  text?: string;
  leftOut?: Share['leftOut'];
}

interface Kept {
  share: Share;
  gone: number[];
}

const WORDS = -1;

/** The desk, and the hand that shares. */
export function createFakeSharedDesk(at: () => number): {
  desk: SharedDesk;
  share(share: FakeShare): string;
} {
  const [kept, set] = createStore<Kept[]>([]);
  const put = async (id: string, change: (gone: readonly number[]) => number[]) =>
    set(
      (one) => one.share.id === id,
      'gone',
      (gone) => change(gone),
    );
  const left = ({ share, gone }: Kept): Share => ({
    ...share,
    words: gone.includes(WORDS) ? undefined : share.words,
    files: share.files.filter(({ item }) => !gone.includes(item)),
  });
  const leave = (id: string, items: readonly number[]) => put(id, (gone) => [...gone, ...items]);
  return {
    desk: {
      waiting: () =>
        kept
          .map(left)
          .filter(({ words, files }) => words !== undefined || files.length > 0)
          .reverse(),
      async file(id, item) {
        const file = kept.find(({ share }) => share.id === id)?.share.files[item];
        return new File(['shared'], file?.name ?? '', { type: file?.type ?? '' });
      },
      url: () => () => 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>',
      used: leave,
      throwAway: leave,
      bringBack: (id, items) => put(id, (gone) => gone.filter((item) => !items.includes(item))),
    },
    share({ files = [], text, leftOut = [] }) {
      const id = `share-${kept.length}`;
      set(kept.length, {
        gone: [],
        share: {
          id,
          at: at(),
          title: '',
          words: text === undefined ? undefined : { kind: 'words', item: WORDS, text },
          files: files.map((file, item) => ({ kind: 'file', item, bytes: 6, ...file })),
          leftOut,
        },
      });
      return id;
    },
  };
}

// Object URLs of assets, counted: one URL per asset however many pictures show it, revoked when nobody does, so
// that a long session does not hold every film it ever showed. An absent asset is asked for and appears when it came.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { type Accessor, createSignal } from 'solid-js';
import type { Clock } from '../link/clock.ts';
import type { AssetStore } from '../vault/assets.ts';

/** A list that is drawn anew lets go and takes again; the URL outlives that. */
const LINGER_MS = 5000;

export interface AssetUrls {
  /** The URL's accessor and the way to let go of it. */
  take(hash: AssetHash): { url: Accessor<string | undefined>; release(): void };
  /** The asset was let go of: its URL ends. It is not asked for again, and shown again when it comes. */
  forget(hash: AssetHash): void;
  /** How many URLs exist now. */
  count(): number;
  close(): void;
}

interface Shown {
  users: number;
  url: Accessor<string | undefined>;
  stopArrival: (() => void) | undefined;
  stopLinger: (() => void) | undefined;
  forget(): void;
  /** Whoever shows it from now on opens it: what was let go of is asked for again. */
  open(): void;
  drop(): void;
}

export function createAssetUrls(world: {
  store: Pick<AssetStore, 'blob' | 'want'>;
  /** Calls back when the asset has come into the store. */
  onArrival(hash: AssetHash, arrived: () => void): () => void;
  clock: Clock;
  urls: { create(blob: Blob): string; revoke(url: string): void };
}): AssetUrls {
  const shown = new Map<AssetHash, Shown>();
  let open = 0;

  const show = (hash: AssetHash): Shown => {
    const [url, setUrl] = createSignal<string | undefined>();
    let dropped = false;
    let isForgotten = false;
    const entry: Shown = {
      users: 0,
      url,
      stopArrival: undefined,
      stopLinger: undefined,
      forget() {
        const made = url();
        if (made === undefined) return;
        revoke(made);
        isForgotten = true;
        expect();
      },
      open() {
        if (!isForgotten) return;
        isForgotten = false;
        world.store.want([hash]).catch(() => undefined); // As below.
      },
      drop() {
        dropped = true;
        entry.stopArrival?.();
        entry.stopLinger?.();
        const made = url();
        if (made !== undefined) revoke(made);
      },
    };
    const revoke = (made: string) => {
      world.urls.revoke(made);
      open--;
      setUrl(undefined);
    };
    const read = async (): Promise<boolean> => {
      const blob = await world.store.blob(hash);
      if (blob === undefined) return false;
      if (dropped || url() !== undefined) return true;
      open++;
      isForgotten = false;
      setUrl(world.urls.create(blob));
      return true;
    };
    const expect = () => {
      entry.stopArrival?.();
      entry.stopArrival = world.onArrival(hash, () => {
        read().then(
          (isHere) => {
            if (isHere) entry.stopArrival?.();
          },
          () => undefined, // The store cannot be read: there is no picture, and the saved state says why.
        );
      });
    };
    const begin = async () => {
      if ((await read()) || dropped) return;
      expect();
      // On the screen: somebody waits for it.
      await world.store.want([hash], 'watching');
    };
    begin().catch(() => undefined); // As above.
    return entry;
  };

  return {
    take(hash) {
      let entry = shown.get(hash);
      if (entry === undefined) {
        entry = show(hash);
        shown.set(hash, entry);
      }
      const mine = entry;
      mine.open();
      mine.users++;
      mine.stopLinger?.();
      mine.stopLinger = undefined;
      let released = false;
      return {
        url: mine.url,
        release() {
          if (released) return;
          released = true;
          mine.users--;
          if (mine.users > 0) return;
          mine.stopLinger = world.clock.after(LINGER_MS, () => {
            shown.delete(hash);
            mine.drop();
          });
        },
      };
    },
    forget(hash) {
      shown.get(hash)?.forget();
    },
    count: () => open,
    close() {
      for (const entry of shown.values()) entry.drop();
      shown.clear();
    },
  };
}

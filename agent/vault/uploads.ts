// Uploads in blocks: which are open, who shares them, and what becomes of them at the end. It does not know where
// a finished asset lies: that is given to it.
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AssetHash,
  type AssetRef,
  assetRefSchema,
  blockCount,
  blockRange,
} from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { removeQuietly, requireSpace, sha256 } from './durable.ts';
import { openPartial, type Partial } from './partial.ts';
import type { Receiving } from './port.ts';
import type { Unfinished } from './unfinished.ts';

export interface Uploads {
  receive(asset: AssetRef, blocks: readonly string[], by?: string): Promise<Receiving>;
}

interface Shared {
  partial: Promise<Partial>;
  users: number;
  /** Nothing in the folder is worth keeping. */
  over: boolean;
  /** By whoever of them was first; the others wait for the same end. */
  finishing: Promise<AssetRef> | undefined;
}

export function createUploads(vault: {
  /** Folder of the partial uploads. */
  dir: string;
  unfinished: Pick<Unfinished, 'opened' | 'closed'>;
  ref(hash: AssetHash): AssetRef | undefined;
  /** Makes a verified file visible under its hash and remembers its blocks. */
  commit(file: FileHandle, from: string, asset: AssetRef, blocks: readonly string[]): Promise<AssetRef>;
}): Uploads {
  /** Open now; senders of the same offer share one. */
  const open = new Map<string, Shared>();
  /** Being let go of and perhaps removed: whoever wants the same folder waits for that. */
  const closing = new Map<string, Promise<void>>();

  return {
    async receive(asset, blocks, by) {
      const { hash, bytes } = assetRefSchema.parse(asset);
      if (blocks.length !== blockCount(bytes) || !blocks.every((one) => /^[0-9a-f]{64}$/.test(one))) {
        throw new Failure({
          code: 'bad-input',
          message: `The list of blocks does not fit a file of ${bytes} bytes.`,
          hint: 'Send the file again.',
        });
      }
      // Two offers of one hash may lie about its blocks in different ways: each has a folder of its own.
      const folder = join(vault.dir, `${hash}-${sha256(Buffer.from(blocks.join())).slice(0, 16)}`);
      while (closing.has(folder)) await closing.get(folder);
      // Another sender was faster: there is nothing to keep.
      const here = vault.ref(hash);
      if (here !== undefined && !open.has(folder)) return nothingMissing(here);
      vault.unfinished.opened(folder);
      const shared: Shared = open.get(folder) ?? {
        partial: openRoomy(folder, asset, blocks, by),
        users: 0,
        over: false,
        finishing: undefined,
      };
      open.set(folder, shared);
      shared.users++;
      let partial: Partial;
      try {
        partial = await shared.partial;
      } catch (cause) {
        if (open.get(folder) === shared) open.delete(folder);
        if (!open.has(folder)) await vault.unfinished.closed(folder);
        throw cause;
      }

      const finish = async (): Promise<AssetRef> => {
        const here = vault.ref(hash);
        if (here !== undefined) return here;
        try {
          const kept = await vault.commit(await partial.whole(), partial.data, asset, blocks);
          shared.over = true;
          return kept;
        } catch (cause) {
          const lied = cause instanceof Failure && cause.code === 'bad-input';
          // Every block fits its list, yet the whole is another file.
          if (lied && partial.missing().length === 0) shared.over = true;
          throw cause;
        }
      };
      let released = false;
      return {
        missing: () => partial.missing(),
        block: (index, piece) => partial.block(index, piece),
        finish() {
          shared.finishing ??= finish().finally(() => {
            shared.finishing = undefined;
          });
          return shared.finishing;
        },
        async close() {
          if (released) return;
          released = true;
          shared.users--;
          if (shared.users > 0) return;
          if (open.get(folder) === shared) open.delete(folder);
          const ending = (async () => {
            try {
              // Whoever lets go may do so while the whole is being looked at and moved.
              await shared.finishing?.catch(() => {});
              await partial.close();
            } finally {
              // Also when it was another upload that brought it.
              if (shared.over || vault.ref(hash) !== undefined) await removeQuietly(folder);
              await vault.unfinished.closed(folder);
              closing.delete(folder);
            }
          })();
          closing.set(
            folder,
            ending.catch(() => {}),
          );
          await ending;
        },
      };
    },
  };
}

/** What is given to a sender of an asset that came into the vault a moment ago. */
function nothingMissing(ref: AssetRef): Receiving {
  return { missing: () => [], block: async () => true, finish: async () => ref, close: async () => {} };
}

/** Opens a partial asset and makes sure that what is missing fits on the disk. */
async function openRoomy(
  folder: string,
  asset: AssetRef,
  list: readonly string[],
  by: string | undefined,
): Promise<Partial> {
  const partial = await openPartial(folder, asset, list, by);
  try {
    const missing = partial.missing().map((index) => blockRange(asset.bytes, index));
    await requireSpace(
      folder,
      missing.reduce((sum, { start, end }) => sum + end - start, 0),
    );
    return partial;
  } catch (cause) {
    await partial.close();
    throw cause;
  }
}

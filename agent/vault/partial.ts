// An upload in progress: a folder with the bytes so far, a bitmap of the blocks that are durable, and the offer.
// A bit is set on disk only after its block is on disk, so after kill -9 the bitmap never promises too much. Blocks
// that come while the disk is waited for are made durable together with the next wait. It does not know where a
// finished asset goes.
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AssetRef, assetRefSchema, BLOCK_BYTES, blockRange } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { z } from 'zod';
import {
  hashFile,
  hashRest,
  onDisk,
  ownFolder,
  removeQuietly,
  sha256,
  syncDir,
  writeAtomic,
} from './durable.ts';

const offerSchema = z.object({
  ref: assetRefSchema,
  blocks: z.array(z.string()),
  /** Who began it. */
  by: z.string().max(100).default(''),
});
export type Offer = z.infer<typeof offerSchema>;

export interface Partial {
  readonly dir: string;
  readonly data: string;
  missing(): number[];
  block(index: number, bytes: Uint8Array): Promise<boolean>;
  /** The checked file, still open; damaged blocks are missing again and Failure `bad-input` is thrown. */
  whole(): Promise<FileHandle>;
  /** Waits for a running call, then lets go of the files. */
  close(): Promise<void>;
}

/** Opens or re-opens the partial asset in `dir`; whatever does not fit the offer is started anew. */
export async function openPartial(
  dir: string,
  ref: AssetRef,
  blocks: readonly string[],
  by = '',
): Promise<Partial> {
  const bitmapBytes = Math.ceil(blocks.length / 8);
  const data = join(dir, 'data');
  const bitmapFile = join(dir, 'bitmap');
  const { file, map, bitmap } = await onDisk(async () => {
    if (!(await matches(dir, ref, blocks))) {
      await removeQuietly(dir);
      await ownFolder(dir);
      await writeAtomic(
        join(dir, 'offer.json'),
        join(dir, 'offer.temp'),
        JSON.stringify({ ref, blocks, by }),
      );
    }
    const file = await open(data, await mode(data), 0o600);
    const map = await open(bitmapFile, await mode(bitmapFile), 0o600);
    await syncDir(dir);
    const bitmap = new Uint8Array(bitmapBytes);
    const { bytesRead } = await map.read(bitmap, 0, bitmapBytes, 0);
    bitmap.fill(0, bytesRead);
    const { size } = await file.stat();
    for (let index = 0; index < blocks.length; index++) {
      // A file cut short (a power cut, a full disk) has fewer blocks than its bitmap says.
      if (blockRange(ref.bytes, index).end > size) clear(bitmap, index);
    }
    return { file, map, bitmap };
  });

  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  /** Blocks that are not durable yet. */
  const underWay = new Set<Promise<unknown>>();
  /** One at a time; a write may go on beside it. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const writeBitmap = async () => {
    await map.write(bitmap, 0, bitmapBytes, 0);
    await map.datasync();
  };
  const fits = (index: number, bytes: Uint8Array) => {
    const { start, end } = blockRange(ref.bytes, index);
    return bytes.length === end - start && sha256(bytes) === blocks[index];
  };
  /** Of the whole, as far as its blocks came one after the other: at the end only the rest is read again. */
  const whole = createHash('sha256');
  let hashedBlocks = 0;
  /** Written and not yet durable; they share the next wait for the disk. */
  let written: number[] = [];
  let syncing: Promise<void> | undefined;
  const makeDurable = (index: number): Promise<void> => {
    written.push(index);
    syncing ??= inTurn(async () => {
      syncing = undefined;
      const together = written;
      written = [];
      await file.datasync();
      for (const one of together) set(bitmap, one);
      await writeBitmap();
    });
    return syncing;
  };

  return {
    dir,
    data,
    missing: () => blocks.flatMap((_, index) => (isSet(bitmap, index) ? [] : [index])),
    block(index, bytes) {
      const keeping = onDisk(async () => {
        if (index < 0 || index >= blocks.length || !fits(index, bytes)) return false;
        if (index === hashedBlocks) {
          whole.update(bytes);
          hashedBlocks++;
        }
        if (isSet(bitmap, index)) return true;
        if (closed) throw new Error('the partial asset is closed');
        await file.write(bytes, 0, bytes.length, blockRange(ref.bytes, index).start);
        await makeDurable(index);
        return true;
      });
      underWay.add(keeping);
      return keeping.finally(() => underWay.delete(keeping));
    },
    whole: () =>
      inTurn(() =>
        onDisk(async () => {
          const found = await hashRest(file, whole.copy(), Math.min(ref.bytes, hashedBlocks * BLOCK_BYTES));
          if (found.hash === ref.hash && found.bytes === ref.bytes) return file;
          const { blocks: hashes } = await hashFile(file, { blocks: true });
          let damaged = 0;
          for (let index = 0; index < blocks.length; index++) {
            if (isSet(bitmap, index) && hashes[index] === blocks[index]) continue;
            clear(bitmap, index);
            damaged++;
          }
          await file.truncate(ref.bytes);
          await writeBitmap();
          throw new Failure({
            code: 'bad-input',
            message:
              damaged > 0
                ? `${damaged} blocks of the upload are missing or damaged.`
                : 'The bytes that were sent are not the file that was announced.',
            hint: 'Send the file again.',
            retry: damaged > 0 ? 'soon' : 'never',
          });
        }),
      ),
    async close() {
      if (closed) return void (await last);
      closed = true;
      await Promise.allSettled(underWay);
      await inTurn(() => Promise.all([file.close(), map.close()]));
    },
  };
}

/** Whether the folder holds a partial upload of exactly this offer. */
async function matches(dir: string, ref: AssetRef, blocks: readonly string[]): Promise<boolean> {
  const offer = await readOffer(dir);
  return (
    offer !== undefined &&
    offer.ref.hash === ref.hash &&
    offer.ref.bytes === ref.bytes &&
    offer.blocks.length === blocks.length &&
    offer.blocks.every((hash, index) => hash === blocks[index])
  );
}

/** What the folder is a partial upload of; undefined when its offer cannot be read. */
export async function readOffer(dir: string): Promise<Offer | undefined> {
  try {
    return offerSchema.parse(JSON.parse(await readFile(join(dir, 'offer.json'), 'utf8')));
  } catch {
    // Absent or half-written: there is no upload to go on with.
    return undefined;
  }
}

async function mode(path: string): Promise<'r+' | 'w+'> {
  try {
    await (await open(path, 'r')).close();
    return 'r+';
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 'w+';
    throw cause;
  }
}

function isSet(bitmap: Uint8Array, index: number): boolean {
  return (bitmap[index >> 3]! & (1 << (index & 7))) !== 0;
}

function set(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3]! |= 1 << (index & 7);
}

function clear(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3]! &= ~(1 << (index & 7));
}

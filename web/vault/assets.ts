// Assets on this device: whole ones (one Blob each, with the hashes of their blocks), ones that are arriving
// (block by block, so that a reload resumes), the outbox and the list of what is wanted. It has the shape a
// transfer session asks of a store. It does not know links.
import { type AssetHash, type AssetRef, BLOCK_BYTES, blockRange } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type BlockBuffers, createBlockBuffers } from '@myspinbot/shared/transfer/block-buffers.ts';
import type { PartialAsset, TransferStore } from '@myspinbot/shared/transfer/store.ts';
import { type Urgency, urgencies } from '@myspinbot/shared/wire/transfer.ts';
import { type BlockCommits, createBlockCommits } from './block-commits.ts';
import { type BlockHasher, hereHasher } from './block-hasher.ts';
import type { AppDatabase, PieceRow, RefusedNote } from './database.ts';

export interface AssetStore extends TransferStore {
  ref(hash: AssetHash): Promise<AssetRef | undefined>;
  has(hash: AssetHash): Promise<boolean>;
  /** Undefined while the asset is not here whole. */
  blob(hash: AssetHash): Promise<Blob | undefined>;
  /** Keeps a whole, hashed asset and queues it for the workstation, in one commit. */
  keep(ref: AssetRef, blocks: readonly string[], blob: Blob): Promise<void>;

  /** Queues assets that are here for the workstation (again); those that are queued or not here are left out. */
  send(hashes: readonly AssetHash[]): Promise<void>;
  /** How many bytes of a queued asset the workstation is not known to have. */
  left(hash: AssetHash, bytes: number): Promise<void>;
  sent(hash: AssetHash): Promise<void>;
  sendRefused(hash: AssetHash, note: RefusedNote): Promise<void>;

  /**
   * Asks for assets that somebody wants to see, or more urgently than before; those that are here already are left
   * out. Default: usual. Throws Failure `disk-full` when there is not even room for the wish.
   */
  want(hashes: readonly AssetHash[], urgency?: Urgency): Promise<void>;
  /** The same ahead of time: those that a person took off this device are left out, too. */
  prefetch(hashes: readonly AssetHash[], urgency?: Urgency): Promise<void>;
  wantRefused(hash: AssetHash, note: RefusedNote): Promise<void>;
  unwant(hash: AssetHash): Promise<void>;
}

/** `hasher`: where blocks that come are hashed. */
export function openAssetStore(
  db: AppDatabase,
  now: () => number,
  hasher: BlockHasher = hereHasher,
): AssetStore {
  const buffers = createBlockBuffers();
  const blocksOf = async (hash: AssetHash): Promise<string[]> => {
    const row = await db.assets.get(hash);
    if (row === undefined) throw absent(hash);
    return row.blocks;
  };
  const commits = createBlockCommits<PieceRow>((pieces) =>
    db.transaction('rw', db.pieces, () => db.pieces.bulkPut(pieces)),
  );
  /** The Blob being read now, so that a 200-block upload does not look it up 200 times. */
  let reading: { hash: AssetHash; blob: Blob } | undefined;

  const ref = async (hash: AssetHash): Promise<AssetRef | undefined> => {
    const row = await db.assets.get(hash);
    return row === undefined ? undefined : plainRef(row);
  };

  const askFor = async (hashes: readonly AssetHash[], urgency: Urgency): Promise<void> => {
    for (const hash of hashes) {
      if ((await db.assets.where('hash').equals(hash).count()) > 0) continue;
      const before = await db.wanted.get(hash);
      // Whoever waits most for it counts, not who asked last.
      const most = urgencies.find((one) => one === urgency || one === before?.urgency) ?? urgency;
      // There was no room for it: asking again makes none, and the note is what says so.
      const isAsked =
        before !== undefined && (before.refused === undefined || before.refused.why === 'no-space');
      if (!isAsked) await db.wanted.put({ hash, askedAt: now(), urgency: most });
      else if (before.urgency !== most) await db.wanted.update(hash, { urgency: most });
    }
  };

  return {
    ref,
    has: async (hash) => (await db.assets.where('hash').equals(hash).count()) > 0,
    blob: async (hash) => (await db.blobs.get(hash))?.blob,
    blocks: blocksOf,

    async readBlock(hash, index) {
      if (reading?.hash !== hash) {
        const row = await db.blobs.get(hash);
        if (row === undefined) throw absent(hash);
        reading = { hash, blob: row.blob };
      }
      const { start, end } = blockRange(reading.blob.size, index);
      return new Uint8Array(await reading.blob.slice(start, end).arrayBuffer());
    },

    keep: (kept, blocks, blob) =>
      storing(() =>
        db.transaction('rw', db.assets, db.blobs, db.outbox, db.freed, async () => {
          await db.freed.delete(kept.hash);
          await db.assets.put({ ...kept, blocks: [...blocks], keptAt: now() });
          await db.blobs.put({ hash: kept.hash, blob });
          await db.outbox.put({ hash: kept.hash, left: kept.bytes, addedAt: now() });
        }),
      ),

    send: (hashes) =>
      db.transaction('rw', db.assets, db.outbox, async () => {
        for (const hash of hashes) {
          const row = await db.assets.get(hash);
          if (row === undefined || (await db.outbox.get(hash)) !== undefined) continue;
          await db.outbox.put({ hash, left: row.bytes, addedAt: now() });
        }
      }),
    async left(hash, bytes) {
      // It moves: an earlier refusal is over.
      await db.outbox.update(hash, (row) => {
        row.left = bytes;
        delete row.refused;
      });
    },
    async sent(hash) {
      await db.outbox.delete(hash);
    },
    async sendRefused(hash, note) {
      await db.outbox.update(hash, { refused: note });
    },

    want: (hashes, urgency = 'usual') =>
      storing(() =>
        db.transaction('rw', db.assets, db.wanted, db.freed, async () => {
          await db.freed.bulkDelete([...hashes]);
          await askFor(hashes, urgency);
        }),
      ),
    prefetch: (hashes, urgency = 'ahead') =>
      storing(() =>
        db.transaction('rw', db.assets, db.wanted, db.freed, async () => {
          const freed = new Set((await db.freed.bulkGet([...hashes])).flatMap((row) => row?.hash ?? []));
          await askFor(
            hashes.filter((hash) => !freed.has(hash)),
            urgency,
          );
        }),
      ),
    async wantRefused(hash, note) {
      const write = () => db.wanted.update(hash, { refused: note });
      try {
        await write();
      } catch (cause) {
        if (!isQuotaError(cause)) throw cause;
        // So full that the note itself has no room: what came of the file goes, which does not fit anyway.
        await db.transaction('rw', db.partials, db.pieces, async () => {
          await piecesOf(db, hash).delete();
          await db.partials.delete(hash);
        });
        await write();
      }
    },
    async unwant(hash) {
      await db.wanted.delete(hash);
    },

    buffers,
    receive: (asset, blocks) => openPartial(db, commits, asset, [...blocks], now, hasher, buffers),
  };
}

async function openPartial(
  db: AppDatabase,
  commits: BlockCommits<PieceRow>,
  asset: AssetRef,
  blocks: string[],
  now: () => number,
  hasher: BlockHasher,
  buffers: BlockBuffers,
): Promise<PartialAsset> {
  const { hash } = asset;
  const allPieces = () => piecesOf(db, hash);
  const missing = new Set(blocks.keys());
  await storing(() =>
    db.transaction('rw', db.partials, db.pieces, async () => {
      const before = await db.partials.get(hash);
      const sameBlocks =
        before !== undefined &&
        before.blocks.length === blocks.length &&
        before.blocks.every((block, index) => block === blocks[index]);
      if (!sameBlocks) await allPieces().delete();
      await db.partials.put({ hash, ref: plainRef(asset), blocks });
      for (const [, index] of await allPieces().primaryKeys()) missing.delete(index);
    }),
  );

  return {
    missing: () => [...missing].sort((a, b) => a - b),
    async block(index, bytes) {
      const hashed = await hasher.hash(bytes);
      try {
        if (hashed.hash !== blocks[index]) return false;
        // A row keeps the whole buffer of a view. What is given whole is copied by the database itself.
        const isWhole = hashed.bytes.buffer.byteLength === hashed.bytes.length;
        await storing(() =>
          commits.put({ hash, index, bytes: isWhole ? hashed.bytes : hashed.bytes.slice() }),
        );
        missing.delete(index);
        return true;
      } finally {
        if (hashed.bytes !== bytes) buffers.give(hashed.bytes);
      }
    },
    async finish() {
      const parts: Blob[] = [];
      // Read in runs: a long film must not lie in memory as a whole while it is put together.
      for (let first = 0; first < blocks.length; first += RUN_BLOCKS) {
        const rows = await db.pieces
          .where('[hash+index]')
          .between([hash, first], [hash, first + RUN_BLOCKS], true, false)
          .toArray();
        parts.push(new Blob(rows.map((row) => row.bytes as Uint8Array<ArrayBuffer>)));
      }
      const blob = new Blob(parts, { type: asset.type });
      // Heavy, and only where assets arrive: in the worker, which has it already.
      const { hashBlob } = await import('./hashing.ts');
      const whole = await hashBlob(blob);
      if (whole.hash !== hash || blob.size !== asset.bytes) {
        const damaged = blocks.flatMap((block, index) => (whole.blocks[index] === block ? [] : [index]));
        const lost = damaged.length > 0 ? damaged : [...blocks.keys()];
        await db.pieces.bulkDelete(lost.map((index) => [hash, index]));
        // Blocks that all match and a whole that does not: the offer lied, and nothing can mend that.
        if (damaged.length > 0) for (const index of damaged) missing.add(index);
        throw new Failure({
          code: 'bad-input',
          message: `The file ${asset.name ?? hash.slice(0, 12)} arrived damaged.`,
          hint: 'Open it again: it is fetched anew.',
          retry: 'soon',
        });
      }
      await storing(() =>
        db.transaction('rw', [db.assets, db.blobs, db.partials, db.pieces, db.wanted], async () => {
          await db.blobs.put({ hash, blob });
          await db.assets.put({ ...plainRef(asset), blocks, keptAt: now() });
          await db.partials.delete(hash);
          await allPieces().delete();
          await db.wanted.delete(hash);
        }),
      );
      return plainRef(asset);
    },
    // Every block was durable when it was taken; there is nothing to let go of.
    close: async () => undefined,
  };
}

function piecesOf(db: AppDatabase, hash: AssetHash) {
  return db.pieces.where('[hash+index]').between([hash, -1], [hash, Infinity]);
}

/** 16 MiB at a time. */
const RUN_BLOCKS = (16 * 1024 * 1024) / BLOCK_BYTES;

function plainRef({ hash, bytes, type, name }: AssetRef): AssetRef {
  return { hash, bytes, type, ...(name === undefined ? {} : { name }) };
}

function absent(hash: AssetHash): Failure {
  return new Failure({
    code: 'not-found',
    message: `The file ${hash.slice(0, 12)} is not on this device.`,
    hint: 'Open the app while the workstation is on: it is fetched from there.',
  });
}

/** Runs a commit; a full disk becomes the sentence a person can act on. */
async function storing<T>(commit: () => PromiseLike<T>): Promise<T> {
  try {
    return await commit();
  } catch (cause) {
    if (!isQuotaError(cause)) throw cause;
    throw new Failure({
      code: 'disk-full',
      message: 'This device has no room left for the file.',
      hint: 'Make room (Settings, Storage) or free space elsewhere on this device, then try again.',
      retry: 'soon',
      cause,
    });
  }
}

function isQuotaError(cause: unknown): boolean {
  for (let error = cause; error instanceof Error; error = (error as { inner?: unknown }).inner) {
    if (error.name === 'QuotaExceededError' || /quota/i.test(error.message)) return true;
  }
  return false;
}

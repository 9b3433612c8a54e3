// @vitest-environment node
import 'fake-indexeddb/auto';
import { type AssetHash, type AssetRef, BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { createTransferSession, type TransferSession } from '@myspinbot/shared/transfer/session.ts';
import type { TransferStore } from '@myspinbot/shared/transfer/store.ts';
import { TRANSFER_CREDITS } from '@myspinbot/shared/wire/transfer.ts';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { openAssetStore } from '../vault/assets.ts';
import { blockHash } from '../vault/block-hash.ts';
import { AppDatabase } from '../vault/database.ts';
import { hashBlob } from '../vault/hashing.ts';
import { createHandClock } from './hand-clock.ts';
import { watchTransferLists } from './transfer-lists.ts';
import { createTransferPump, type TransferSocket } from './transfer-pump.ts';

// Many small assets of one block and some of several: fake-indexeddb copies every value, so sizes stay modest.
const sizes = [0, 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 17];

let count = 0;
const open: AppDatabase[] = [];
function database(name = `pump-${count++}`): AppDatabase {
  const db = new AppDatabase(name);
  open.push(db);
  return db;
}
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

function bytesOf(size: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = seed + 1;
  for (let at = 0; at < size; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[at] = state >> 16;
  }
  return bytes;
}

/** The workstation's side: the same session on a store in memory that survives every cut. */
function workstation() {
  const whole = new Map<AssetHash, { ref: AssetRef; bytes: Uint8Array; blocks: string[] }>();
  const partial = new Map<AssetHash, Map<number, Uint8Array<ArrayBuffer>>>();
  /** Blocks kept, again and again: what is sent twice shows here. */
  let kept = 0;
  const store: TransferStore = {
    ref: (hash) => whole.get(hash)?.ref,
    blocks: async (hash) => whole.get(hash)!.blocks,
    readBlock: async (hash, index) =>
      whole.get(hash)!.bytes.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES),
    async receive(ref, blocks) {
      const pieces = partial.get(ref.hash) ?? new Map<number, Uint8Array<ArrayBuffer>>();
      partial.set(ref.hash, pieces);
      return {
        missing: () => blocks.flatMap((_, index) => (pieces.has(index) ? [] : [index])),
        async block(index, bytes) {
          if ((await blockHash(bytes)) !== blocks[index]) return false;
          pieces.set(index, bytes.slice());
          kept++;
          return true;
        },
        async finish() {
          const bytes = new Uint8Array(
            await new Blob(blocks.map((_, index) => pieces.get(index)!)).arrayBuffer(),
          );
          expect(await blockHash(bytes)).toBe(ref.hash);
          whole.set(ref.hash, { ref, bytes, blocks: [...blocks] });
          return ref;
        },
        close: async () => undefined,
      };
    },
  };
  return {
    whole,
    kept: () => kept,
    async keep(bytes: Uint8Array<ArrayBuffer>): Promise<AssetHash> {
      const { hash, blocks } = await hashBlob(new Blob([bytes]));
      whole.set(hash, { ref: { hash, bytes: bytes.length, type: 'video/mp4' }, bytes, blocks });
      return hash;
    },
    /** A socket to it that breaks after so many frames (either way); undefined = never. */
    connect(cutAfter: () => number | undefined): TransferSocket {
      let frames = cutAfter();
      let session: TransferSession | undefined;
      let isOpen = false;
      const passes = () => {
        if (!isOpen) return false;
        if (frames !== undefined && frames-- <= 0) {
          cut();
          return false;
        }
        return true;
      };
      const cut = () => {
        if (!isOpen) return;
        isOpen = false;
        void session?.close();
        queueMicrotask(() => socket.onclose?.());
      };
      const socket: TransferSocket = {
        binaryType: 'blob',
        onopen: null,
        onclose: null,
        onmessage: null,
        send(frame) {
          const copy = typeof frame === 'string' ? frame : frame.slice();
          queueMicrotask(() => {
            if (passes()) session?.receive(copy);
          });
        },
        close: cut,
      };
      queueMicrotask(() => {
        isOpen = true;
        session = createTransferSession({
          store,
          send(frame) {
            const data = typeof frame === 'string' ? frame : frame.slice().buffer;
            queueMicrotask(() => {
              if (passes()) socket.onmessage?.({ data });
            });
          },
        });
        session.open();
        socket.onopen?.();
      });
      return socket;
    },
  };
}

async function until(what: () => Promise<boolean>, turn: () => void): Promise<void> {
  for (let at = 0; at < 3000; at++) {
    if (await what()) return;
    turn();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error('waited 3000 turns');
}

test('whatever is cut, whenever: everything arrives whole, both ways, and little is sent twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 8 }),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      async (cuts, reloads) => {
        const there = workstation();
        const name = `cut-${count++}`;
        const clock = createHandClock();
        let db = database(name);
        const outgoing = await Promise.all(
          sizes.map(async (size, seed) => {
            const blob = new Blob([bytesOf(size, seed)]);
            const { hash, blocks } = await hashBlob(blob);
            await openAssetStore(db, clock.now).keep({ hash, bytes: size, type: 'image/png' }, blocks, blob);
            return hash;
          }),
        );
        const incoming = await Promise.all(sizes.map((size, seed) => there.keep(bytesOf(size, 100 + seed))));
        await openAssetStore(db, clock.now).want(incoming);

        let connection = 0;
        const startPump = () =>
          createTransferPump({
            store: openAssetStore(db, clock.now),
            lists: watchTransferLists(db, (cause) => {
              throw cause;
            }),
            connect: () => there.connect(() => cuts[connection++]),
            clock,
          });
        let pump = startPump();
        pump.reach(true);
        let reloaded = 0;
        await until(
          async () => {
            // A page that is loaded anew between two connections: another database connection, another pump.
            if (reloaded < connection && reloads[reloaded] === true) {
              reloaded = connection;
              await pump.close();
              db.close();
              db = database(name);
              pump = startPump();
              pump.reach(true);
            }
            return (await db.outbox.count()) === 0 && (await db.wanted.count()) === 0;
          },
          () => clock.turn(5000),
        );
        await pump.close();

        for (const hash of outgoing) expect(there.whole.has(hash)).toBe(true);
        const store = openAssetStore(db, clock.now);
        for (const hash of incoming) {
          const blob = await store.blob(hash);
          expect((await hashBlob(blob!)).hash).toBe(hash);
        }
        expect(await db.pieces.count()).toBe(0);
        expect(await db.partials.count()).toBe(0);
        const blocks = sizes.reduce((sum, size) => sum + Math.ceil(size / BLOCK_BYTES), 0);
        // What was in flight at a cut may be sent twice, and nothing else.
        expect(there.kept()).toBeLessThanOrEqual(blocks + TRANSFER_CREDITS * (connection - 1));
      },
    ),
    { numRuns: 14 },
  );
}, 120_000);

test('the workstation pushes nothing onto this device that nobody asked for', async () => {
  const there = workstation();
  const hash = await there.keep(bytesOf(100, 1));
  const db = database();
  const clock = createHandClock();
  let push: ((frame: string) => void) | undefined;
  const sent: string[] = [];
  const pump = createTransferPump({
    store: openAssetStore(db, clock.now),
    lists: watchTransferLists(db, () => undefined),
    clock,
    connect() {
      const socket: TransferSocket = {
        binaryType: 'blob',
        onopen: null,
        onclose: null,
        onmessage: null,
        send: (frame) => void sent.push(String(frame)),
        close: () => undefined,
      };
      push = (frame) => socket.onmessage?.({ data: frame });
      queueMicrotask(() => socket.onopen?.());
      return socket;
    },
  });
  pump.reach(true);
  await Promise.resolve();
  push?.(JSON.stringify({ type: 'transfer/hello', version: 1 }));
  const { ref, blocks } = there.whole.get(hash)!;
  push?.(JSON.stringify({ type: 'transfer/offer', asset: ref, blocks }));
  await until(
    async () => sent.some((frame) => frame.includes('transfer/refuse')),
    () => undefined,
  );
  expect(await db.partials.count()).toBe(0);
  await pump.close();
});

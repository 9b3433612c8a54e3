// @vitest-environment node
import 'fake-indexeddb/auto';
import { type AssetHash, type AssetRef, BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { createFragments } from '@myspinbot/shared/transfer/fragments.ts';
import type { FrameLink, LinkKind } from '@myspinbot/shared/transfer/link.ts';
import { memoryLinks } from '@myspinbot/shared/transfer/memory-link.ts';
import { createTransferSession, type TransferSession } from '@myspinbot/shared/transfer/session.ts';
import type { TransferStore } from '@myspinbot/shared/transfer/store.ts';
import { encodeTransfer, TRANSFER_CREDITS, TRANSFER_VERSION } from '@myspinbot/shared/wire/transfer.ts';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { openAssetStore } from '../vault/assets.ts';
import { blockHash } from '../vault/block-hash.ts';
import { AppDatabase } from '../vault/database.ts';
import { hashBlob } from '../vault/hashing.ts';
import { createHandClock } from './hand-clock.ts';
import type { Dials, LinkState } from './link-line.ts';
import { watchTransferLists } from './transfer-lists.ts';
import { createTransferPump } from './transfer-pump.ts';

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
  const fragments = createFragments();
  let last: TransferSession | undefined;
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
    /** A link to it that breaks after so many frames (either way); undefined = never. */
    connect(cutAfter: number | undefined, kind: LinkKind = 'socket'): FrameLink {
      let frames = cutAfter;
      const [here, there] = memoryLinks(kind);
      const counted = (link: FrameLink): FrameLink => ({
        ...link,
        async send(frame) {
          if (frames !== undefined && frames-- <= 0) link.close('cut');
          await link.send(frame);
        },
      });
      const older = last;
      const session = createTransferSession({
        store,
        fragments,
        send: (frame) => counted(there).send(frame),
        meet: () => older?.close(),
        onEvent(event) {
          if (event.type === 'violation') there.close(event.why);
        },
      });
      last = session;
      there.onClose(() => void session.close());
      session.open();
      there.onFrame((frame) => session.receive(frame));
      return counted(here);
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
            dials: { socket: async () => there.connect(cuts[connection++]) },
            from: 'pump000001',
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
  const [here, agent] = memoryLinks();
  const sent: string[] = [];
  agent.onFrame((frame) => void sent.push(String(frame)));
  const pump = createTransferPump({
    store: openAssetStore(db, clock.now),
    lists: watchTransferLists(db, () => undefined),
    clock,
    from: 'pump000001',
    dials: { socket: async () => here },
  });
  pump.reach(true);
  await agent.send(encodeTransfer({ type: 'transfer/hello', version: TRANSFER_VERSION }));
  const { ref, blocks } = there.whole.get(hash)!;
  await agent.send(encodeTransfer({ type: 'transfer/offer', asset: ref, blocks }));
  await until(
    async () => sent.some((frame) => frame.includes('transfer/refuse')),
    () => undefined,
  );
  expect(await db.partials.count()).toBe(0);
  await pump.close();
});

/** A pump with one large asset to send, and what it did. */
async function sending(blocks: number, dials: (there: ReturnType<typeof workstation>) => Dials) {
  const there = workstation();
  const db = database();
  const clock = createHandClock();
  const store = openAssetStore(db, clock.now);
  const bytes = bytesOf(blocks * BLOCK_BYTES, 7);
  const blob = new Blob([bytes]);
  const { hash, blocks: list } = await hashBlob(blob);
  await store.keep({ hash, bytes: bytes.length, type: 'image/png' }, list, blob);
  const states: LinkState[] = [];
  const troubles: string[] = [];
  const pump = createTransferPump({
    store,
    lists: watchTransferLists(db, () => undefined),
    dials: dials(there),
    clock,
    from: 'pump000001',
    onLink: (state) => void states.push(state),
    onTrouble: (what, cause) => void troubles.push(`${what}: ${cause}`),
  });
  return { there, db, clock, store, hash, pump, states, troubles };
}

test('when a link dies the transfer goes on over another one at once, and nothing that came is sent again', async () => {
  let direct = 0;
  const { there, db, clock, pump, hash, states } = await sending(6, (to) => ({
    socket: async () => to.connect(8),
    direct: async () => to.connect(direct++ === 0 ? 10 : undefined, 'direct'),
  }));
  pump.reach(true);
  await until(
    async () => (await db.outbox.count()) === 0,
    // Only so much time as passes between two retries of one kind: nobody waits for the dead link.
    () => clock.turn(5),
  );
  expect(there.whole.has(hash)).toBe(true);
  expect(there.kept()).toBe(6);
  const kinds = states.flatMap((state) => (state === undefined ? [] : [state.kind]));
  expect(kinds[0]).toBe('socket');
  expect(kinds).toContain('direct');
  await pump.close();
});

test('a link that does not open is passed over, and what went wrong is told', async () => {
  const { db, clock, pump, states, troubles } = await sending(2, (to) => ({
    socket: () => new Promise<FrameLink>(() => undefined),
    http: async () => {
      throw new Error('no way through');
    },
    direct: async () => to.connect(undefined, 'direct'),
  }));
  pump.reach(true);
  await until(
    async () => (await db.outbox.count()) === 0,
    () => clock.turn(100),
  );
  expect(states.at(-1)?.kind).toBe('direct');
  expect(troubles.join()).toMatch(/did not open in time.*no way through/);
  await pump.close();
});

test('a forced link is used and no other, and the best one again afterwards', async () => {
  const { db, clock, pump, states } = await sending(2, (to) => ({
    socket: async () => to.connect(undefined),
    http: async () => to.connect(undefined, 'http'),
  }));
  pump.force('http');
  pump.reach(true);
  await until(
    async () => (await db.outbox.count()) === 0,
    () => clock.turn(100),
  );
  expect(new Set(states.map((state) => state?.kind))).toEqual(new Set(['http']));
  pump.force(undefined);
  await until(
    async () => states.at(-1)?.kind === 'socket',
    () => clock.turn(10),
  );
  await pump.close();
});

test('paused, nothing moves; afterwards it goes on where it was', async () => {
  const { there, db, clock, pump, hash, states } = await sending(5, (to) => ({
    socket: async () => to.connect(undefined),
  }));
  pump.reach(true);
  await until(
    async () => there.kept() > 0,
    () => undefined,
  );
  pump.pause(true);
  await until(
    async () => states.at(-1) === undefined,
    () => clock.turn(10),
  );
  const { length } = states;
  for (let turn = 0; turn < 20; turn++) clock.turn(1000);
  expect(states).toHaveLength(length);
  pump.pause(false);
  await until(
    async () => (await db.outbox.count()) === 0,
    () => clock.turn(10),
  );
  expect(there.whole.has(hash)).toBe(true);
  expect(there.kept()).toBe(5);
  await pump.close();
});

test('a file that vanished on this device says what to do, and the others go on', async () => {
  const { db, clock, pump, hash, store, there } = await sending(2, (to) => ({
    socket: async () => to.connect(undefined),
  }));
  const other = new Blob([bytesOf(100, 3)]);
  const { hash: second, blocks } = await hashBlob(other);
  await store.keep({ hash: second, bytes: 100, type: 'image/png' }, blocks, other);
  await db.blobs.delete(hash);
  pump.reach(true);
  await until(
    async () => there.whole.has(second) && (await db.outbox.get(hash))?.refused !== undefined,
    () => clock.turn(10),
  );
  expect((await db.outbox.get(hash))?.refused?.hint).toMatch(/Add it to the project again/);
  await pump.close();
});

test('after a break of a moment it comes back to the better link, with nothing to move as well', async () => {
  let sockets = 0;
  let cut: (() => void) | undefined;
  const { pump, clock, states } = await sending(0, (to) => ({
    async socket() {
      const link = to.connect(undefined);
      if (sockets++ === 0) cut = () => link.close('cut');
      return link;
    },
    http: async () => to.connect(undefined, 'http'),
  }));
  pump.reach(true);
  const isOn = (kind: LinkKind) =>
    until(
      async () => states.at(-1)?.kind === kind,
      () => clock.turn(5),
    );
  await isOn('socket');
  cut?.();
  await isOn('http');
  await isOn('socket');
  expect(sockets).toBe(2);
  await pump.close();
});

test('a refusal for which the device has no room is noted when there is', async () => {
  const there = workstation();
  const db = database();
  const clock = createHandClock();
  const store = openAssetStore(db, clock.now);
  const gone = `${'0'.repeat(63)}1` as AssetHash;
  await store.want([gone]);
  let tries = 0;
  let isFull = true;
  const pump = createTransferPump({
    store: {
      ...store,
      async wantRefused(hash, note) {
        tries++;
        if (isFull) throw new DOMException('no room', 'QuotaExceededError');
        await store.wantRefused(hash, note);
      },
    },
    lists: watchTransferLists(db, () => undefined),
    clock,
    from: 'pump000001',
    dials: { socket: async () => there.connect(undefined) },
  });
  pump.reach(true);
  await until(
    async () => tries > 2,
    () => clock.turn(1000),
  );
  isFull = false;
  await until(
    async () => (await db.wanted.get(gone))?.refused?.why === 'unknown-asset',
    () => clock.turn(1000),
  );
  const last = tries;
  clock.turn(60_000);
  await pump.close();
  expect(tries).toBe(last);
});

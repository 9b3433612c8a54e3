// What a transfer over any link must do, whatever the link is made of: a pair of queues in a test, a WebSocket, a data
// channel, plain requests. A session with a store in memory on this side, the workstation on the other. Plain cases
// that throw, so that any test runner can run them.
import { type AssetHash, type AssetRef, BLOCK_BYTES } from '../asset/asset.ts';
import { decodePiece } from '../wire/block-frame.ts';
import { createFragments } from './fragments.ts';
import type { FrameLink } from './link.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { createTransferSession, type TransferEvent, type TransferSession } from './session.ts';
import { type ContractCase, noise } from './store-contract.ts';

export interface TransferContractWorld {
  /** A new link to the same workstation. */
  connect(): Promise<FrameLink>;
  there: {
    put(bytes: Uint8Array): Promise<AssetRef>;
    /** SHA-256 of what is kept under the hash; undefined when nothing is. */
    kept(hash: AssetHash): Promise<string | undefined>;
  };
  sha256(bytes: Uint8Array): string;
  /** Another one for every link to the same workstation: what is there already is not sent. */
  seed?: number;
}

interface Device {
  session: TransferSession;
  store: MemoryStore;
  link: FrameLink;
  events: TransferEvent[];
  /** Payload bytes that went out, and blocks begun from their first byte. */
  sent: { bytes: number; blocks: number };
}

export function transferContract(world: TransferContractWorld): ContractCase[] {
  const { sha256, there } = world;
  const cases: ContractCase[] = [];
  const add = (name: string, run: () => Promise<void>) => cases.push({ name, run });
  /** Every case has bytes of its own, so that nothing is there from another. */
  let seed = (world.seed ?? 1) * 1000;
  const fresh = (length: number) => noise(length, ++seed);

  const join = async (
    store: MemoryStore = createMemoryStore(sha256),
    more: Partial<Parameters<typeof createTransferSession>[0]> = {},
  ): Promise<Device> => {
    const link = await world.connect();
    const events: TransferEvent[] = [];
    const sent = { bytes: 0, blocks: 0 };
    const session = createTransferSession({
      store,
      frameBytes: link.frameBytes,
      send(frame) {
        const piece = typeof frame === 'string' ? undefined : decodePiece(frame);
        if (piece !== undefined) sent.bytes += piece.bytes.length;
        if (piece?.offset === 0) sent.blocks++;
        return link.send(frame);
      },
      onEvent: (event) => events.push(event),
      ...more,
    });
    link.onClose(() => void session.close());
    session.open();
    link.onFrame((frame) => session.receive(frame));
    return { session, store, link, events, sent };
  };
  const leave = async ({ session, link }: Device) => {
    link.close();
    await session.close();
  };

  for (const length of [0, 1, BLOCK_BYTES, 3 * BLOCK_BYTES + 17]) {
    add(`${length} bytes go there and come back`, async () => {
      const bytes = fresh(length);
      const device = await join();
      const ref = device.store.put(bytes);
      same((await device.session.offer(ref.hash)).outcome, 'done', 'the way there');
      same(await there.kept(ref.hash), ref.hash, 'what is kept there');
      same(device.sent.bytes, length, 'bytes that were sent');
      await leave(device);
      const other = await join();
      same((await other.session.ask(ref.hash)).outcome, 'done', 'the way back');
      same(sha256(other.store.bytes(ref.hash)!), ref.hash, 'what came back');
      await leave(other);
    });
  }

  add('several move at once, both ways', async () => {
    const device = await join();
    const mine = [1, 2, 3, 4, 5, 6].map((blocks) =>
      device.store.put(fresh((blocks % 3) * BLOCK_BYTES + blocks)),
    );
    const theirs: AssetRef[] = [];
    for (const blocks of [0, 1, 2]) theirs.push(await there.put(fresh(blocks * BLOCK_BYTES + 7)));
    const ends = await Promise.all([
      ...mine.map(({ hash }) => device.session.offer(hash)),
      ...theirs.map(({ hash }) => device.session.ask(hash, 'watching')),
    ]);
    for (const { outcome } of ends) same(outcome, 'done', 'the outcome');
    for (const { hash } of mine) same(await there.kept(hash), hash, 'what is kept there');
    for (const { hash } of theirs) same(sha256(device.store.bytes(hash)!), hash, 'what came');
    await leave(device);
  });

  add('what is there already is not sent', async () => {
    const bytes = fresh(2 * BLOCK_BYTES);
    await there.put(bytes);
    const device = await join();
    const ref = device.store.put(bytes);
    same((await device.session.offer(ref.hash)).outcome, 'done', 'the outcome');
    same(device.sent.bytes, 0, 'bytes that were sent');
    await leave(device);
  });

  add('what is not there is refused, and the link goes on', async () => {
    const device = await join();
    const end = await device.session.ask(sha256(fresh(9)) as AssetHash);
    same(end.outcome === 'refused' ? end.why : end.outcome, 'unknown-asset', 'the answer');
    const ref = device.store.put(fresh(5));
    same((await device.session.offer(ref.hash)).outcome, 'done', 'another one afterwards');
    await leave(device);
  });

  add('a block that was damaged on the way is sent again, and no other', async () => {
    const device = await join();
    const ref = device.store.put(fresh(4 * BLOCK_BYTES));
    let reads = 0;
    device.store.whenRead = (bytes) => {
      if (++reads === 2) bytes[4711] = bytes[4711]! ^ 1;
      return bytes;
    };
    same((await device.session.offer(ref.hash)).outcome, 'done', 'the outcome');
    same(device.sent.blocks, 5, 'blocks that were sent');
    same(await there.kept(ref.hash), ref.hash, 'what is kept there');
    await leave(device);
  });

  add('what lies about its hash is not kept', async () => {
    const device = await join();
    const ref = device.store.put(fresh(2 * BLOCK_BYTES));
    const lie = sha256(fresh(3)) as AssetHash;
    const store: MemoryStore = {
      ...device.store,
      ref: () => ({ ...ref, hash: lie }),
      blocks: () => device.store.blocks(ref.hash),
      readBlock: (_hash, index) => device.store.readBlock(ref.hash, index),
    };
    await leave(device);
    const liar = await join(store);
    const end = await liar.session.offer(lie);
    same(end.outcome === 'refused' ? end.why : end.outcome, 'bad-hash', 'the answer');
    same(await there.kept(lie), undefined, 'what is kept there');
    await leave(liar);
  });

  add('after a cut it goes on, both ways, and nothing that is kept is sent again', async () => {
    const store = createMemoryStore(sha256);
    const mine = store.put(fresh(6 * BLOCK_BYTES + 3));
    const theirs = await there.put(fresh(6 * BLOCK_BYTES + 3));
    const fragments = createFragments();
    let sent = 0;
    let kept = 0;
    for (let round = 0; ; round++) {
      if (round > 40) throw new Error('it does not come to an end');
      const device = await join(store, {
        fragments,
        from: `contract${seed}`,
        onEvent(event) {
          if (event.type !== 'progress' || event.doneBytes === event.totalBytes) return;
          kept = event.direction === 'out' ? Math.max(kept, event.doneBytes) : kept;
          // Cut as soon as something new has moved, again and again.
          if (event.doneBytes > round * 1.5 * BLOCK_BYTES) device.link.close();
        },
      });
      const [out, back] = await Promise.all([
        device.session.offer(mine.hash),
        device.session.ask(theirs.hash),
      ]);
      sent += device.sent.blocks;
      await leave(device);
      if (out.outcome === 'done' && back.outcome === 'done') break;
    }
    same(await there.kept(mine.hash), mine.hash, 'what is kept there');
    same(sha256(store.bytes(theirs.hash)!), theirs.hash, 'what came');
    if (sent > 7 + 5 * 8) throw new Error(`${sent} blocks were sent for 7`);
  });

  add('a cancelled one ends on both sides, and can be taken up again', async () => {
    const device = await join(createMemoryStore(sha256), { fragments: createFragments() });
    const ref = await there.put(fresh(5 * BLOCK_BYTES));
    const got = device.session.ask(ref.hash);
    device.session.cancel(ref.hash);
    same((await got).outcome, 'cancelled', 'the outcome');
    same((await device.session.ask(ref.hash)).outcome, 'done', 'once more');
    same(sha256(device.store.bytes(ref.hash)!), ref.hash, 'what came');
    await leave(device);
  });

  add('a link that was closed tells so, once, and takes nothing more', async () => {
    const link = await world.connect();
    let told = 0;
    await new Promise<void>((resolve) => {
      link.onClose(() => {
        told++;
        resolve();
      });
      link.close();
      link.close();
    });
    let late = 0;
    link.onClose(() => late++);
    same([told, late], [1, 1], 'how often it was told');
    let threw = false;
    try {
      await link.send('{}');
    } catch {
      threw = true;
    }
    same(threw, true, 'that sending fails');
  });

  return cases;
}

function same(found: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`);
}

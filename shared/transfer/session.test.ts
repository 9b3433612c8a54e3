// Two sessions joined by a link that the test turns by hand: frames lie in a queue until they are delivered, so
// every order, break and lie can be made. Seeds are printed by fast-check when a run fails.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AssetHash, BLOCK_BYTES } from '../asset/asset.ts';
import { Failure } from '../failure/failure.ts';
import { decodePiece, encodePiece, MAX_PIECE_BYTES } from '../wire/block-frame.ts';
import {
  encodeTransfer,
  TRANSFER_CREDITS,
  TRANSFER_VERSION,
  type TransferMessage,
} from '../wire/transfer.ts';
import { createFragments } from './fragments.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { createTransferSession, type TransferEvent, type TransferSession } from './session.ts';
import { describeAsset, noise, transferStoreContract } from './store-contract.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
type Frame = string | Uint8Array;

/** Lets everything that waits for promises alone run: no timers are in the session. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

interface End {
  session: TransferSession;
  store: MemoryStore;
  events: TransferEvent[];
  /** Frames this end sent that were not delivered yet. */
  outbox: Frame[];
  /** Blocks begun from their first byte. */
  sentBlocks: number;
}

function end(
  store = createMemoryStore(sha256),
  options: Partial<Parameters<typeof createTransferSession>[0]> = {},
): End {
  const events: TransferEvent[] = [];
  const one: End = { store, events, outbox: [], sentBlocks: 0, session: undefined as never };
  one.session = createTransferSession({
    store,
    send(frame) {
      one.outbox.push(frame);
      if (typeof frame !== 'string' && decodePiece(frame)?.offset === 0) one.sentBlocks++;
    },
    onEvent: (event) => events.push(event),
    ...options,
  });
  return one;
}

/** A block in as many frames as it needs. */
function framesOf(hash: AssetHash, index: number, bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += MAX_PIECE_BYTES) {
    frames.push(
      encodePiece({ hash, index, offset, bytes: bytes.subarray(offset, offset + MAX_PIECE_BYTES) }),
    );
  }
  return frames;
}

const payload = (frame: Frame) => (typeof frame === 'string' ? 0 : decodePiece(frame)!.bytes.length);

/** Delivers until nobody has anything to say. */
async function run(a: End, b: End): Promise<void> {
  for (;;) {
    await settle();
    if (a.outbox.length === 0 && b.outbox.length === 0) return;
    for (const frame of a.outbox.splice(0)) b.session.receive(frame);
    for (const frame of b.outbox.splice(0)) a.session.receive(frame);
  }
}

function joined(): [End, End] {
  const [a, b] = [end(), end()];
  a.session.open();
  b.session.open();
  return [a, b];
}

const violations = (one: End) => one.events.filter((event) => event.type === 'violation');

describe('the memory store', () => {
  for (const { name, run: check } of transferStoreContract({
    open: async () => createMemoryStore(sha256),
    sha256,
  })) {
    test(name, check);
  }
});

describe('a transfer session', () => {
  test.each([0, 1, BLOCK_BYTES, 9 * BLOCK_BYTES + 3])('gives an asset of %i bytes', async (length) => {
    const [a, b] = joined();
    const bytes = noise(length, 2);
    const ref = a.store.put(bytes);
    const given = a.session.offer(ref.hash);
    await run(a, b);
    expect(await given).toEqual({ outcome: 'done', ref });
    expect(sha256(b.store.bytes(ref.hash)!)).toBe(ref.hash);
    expect(b.events.filter((event) => event.type === 'ended')).toHaveLength(1);
  });

  test('gets an asset it asks for, and several at once in both directions', async () => {
    const [a, b] = joined();
    const theirs = [1, 2, 3, 4, 5, 6, 7].map((seed) => b.store.put(noise(BLOCK_BYTES + seed, seed)));
    const mine = [11, 12, 13].map((seed) => a.store.put(noise(2 * BLOCK_BYTES + seed, seed)));
    const ends = [
      ...theirs.map(({ hash }) => a.session.ask(hash)),
      ...mine.map(({ hash }) => a.session.offer(hash)),
    ];
    await run(a, b);
    expect((await Promise.all(ends)).map(({ outcome }) => outcome)).toEqual(ends.map(() => 'done'));
    for (const { hash } of theirs) expect(a.store.bytes(hash)).toBeDefined();
    for (const { hash } of mine) expect(b.store.bytes(hash)).toBeDefined();
    expect(violations(a).concat(violations(b))).toEqual([]);
  });

  test('what is asked before hello waits for it', async () => {
    const a = end();
    const b = end();
    const ref = b.store.put(noise(10));
    a.session.open();
    const got = a.session.ask(ref.hash);
    expect(a.outbox).toHaveLength(1);
    b.session.open();
    await run(a, b);
    expect((await got).outcome).toBe('done');
  });

  test('what is here already is not sent', async () => {
    const [a, b] = joined();
    const bytes = noise(3 * BLOCK_BYTES);
    const ref = a.store.put(bytes);
    b.store.put(bytes);
    const given = a.session.offer(ref.hash);
    await run(a, b);
    expect((await given).outcome).toBe('done');
    expect(a.sentBlocks).toBe(0);
  });

  test('an unknown asset is refused', async () => {
    const [a, b] = joined();
    const got = a.session.ask(describeAsset(noise(5), sha256).ref.hash);
    await run(a, b);
    expect(await got).toEqual({ outcome: 'refused', why: 'unknown-asset', hint: undefined });
  });

  test('no more than the credits are in flight', async () => {
    const [a, b] = joined();
    const ref = a.store.put(noise(12 * BLOCK_BYTES));
    void a.session.offer(ref.hash);
    // Hello and offer cross, the want comes back; then nothing is acknowledged.
    for (let turn = 0; turn < 3; turn++) {
      await settle();
      for (const frame of a.outbox.splice(0)) if (typeof frame === 'string') b.session.receive(frame);
      for (const frame of b.outbox.splice(0)) a.session.receive(frame);
    }
    await settle();
    expect(a.sentBlocks).toBe(TRANSFER_CREDITS);
  });

  test('one flipped bit is noticed and only that block is fetched again', async () => {
    const [a, b] = joined();
    const ref = a.store.put(noise(6 * BLOCK_BYTES));
    let reads = 0;
    a.store.whenRead = (bytes) => {
      if (++reads === 3) bytes[77] = bytes[77]! ^ 0x10;
      return bytes;
    };
    const given = a.session.offer(ref.hash);
    await run(a, b);
    expect((await given).outcome).toBe('done');
    expect(a.sentBlocks).toBe(7);
    expect(sha256(b.store.bytes(ref.hash)!)).toBe(ref.hash);
  });

  test('a link that damages block after block is given up', async () => {
    const [a, b] = joined();
    const ref = a.store.put(noise(6 * BLOCK_BYTES));
    a.store.whenRead = (bytes) => bytes.fill(0);
    const given = a.session.offer(ref.hash);
    await run(a, b);
    expect(await given).toMatchObject({ outcome: 'refused', why: 'bad-hash' });
    expect(violations(b)).toEqual([]);
  });

  test('a full disk is told with its hint, and other assets go on', async () => {
    const [a, b] = joined();
    const first = a.store.put(noise(2 * BLOCK_BYTES, 1));
    const second = a.store.put(noise(2 * BLOCK_BYTES, 2));
    let kept = 0;
    b.store.beforeKeep = () => {
      if (++kept === 2) throw new Failure({ code: 'disk-full', message: 'Full.', hint: 'Free some space.' });
    };
    const ends = await (async () => {
      const given = [a.session.offer(first.hash), a.session.offer(second.hash)];
      await run(a, b);
      return Promise.all(given);
    })();
    expect(ends).toContainEqual({ outcome: 'refused', why: 'no-space', hint: 'Free some space.' });
    expect(ends.map(({ outcome }) => outcome)).toContain('done');
    expect(violations(a).concat(violations(b))).toEqual([]);
  });

  test('an asset nobody admits is refused before any byte', async () => {
    const a = end();
    const b = end(createMemoryStore(sha256), { admit: () => ({ why: 'too-large', hint: 'Smaller.' }) });
    a.session.open();
    b.session.open();
    const given = a.session.offer(a.store.put(noise(3 * BLOCK_BYTES)).hash);
    await run(a, b);
    expect(await given).toEqual({ outcome: 'refused', why: 'too-large', hint: 'Smaller.' });
    expect(a.sentBlocks).toBe(0);
  });

  test.each(['holder', 'wanter'] as const)('a %s can cancel in the middle', async (who) => {
    const [a, b] = joined();
    const ref = a.store.put(noise(8 * BLOCK_BYTES));
    const given = a.session.offer(ref.hash);
    for (let turn = 0; turn < 4; turn++) {
      await settle();
      for (const frame of a.outbox.splice(0)) b.session.receive(frame);
      for (const frame of b.outbox.splice(0)) a.session.receive(frame);
    }
    await settle();
    (who === 'holder' ? a : b).session.cancel(ref.hash);
    await run(a, b);
    expect(await given).toEqual({ outcome: 'cancelled' });
    expect(violations(a).concat(violations(b))).toEqual([]);
    // And it can be offered again, with what was kept not sent again.
    const before = a.sentBlocks;
    const again = a.session.offer(ref.hash);
    await run(a, b);
    expect((await again).outcome).toBe('done');
    expect(a.sentBlocks - before).toBeLessThan(8);
  });

  test('a link cut at any frame resumes, and no byte that arrived is sent again', async () => {
    const bytes = noise(10 * BLOCK_BYTES + 1);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (cuts, asks) => {
          const stores = [createMemoryStore(sha256), createMemoryStore(sha256)] as const;
          const ref = stores[0].put(bytes);
          const fragments = createFragments();
          let arrived = 0;
          for (const cut of [...cuts, Number.POSITIVE_INFINITY]) {
            const [a, b] = [end(stores[0]), end(stores[1], { fragments })];
            a.session.open();
            b.session.open();
            const ended = asks ? b.session.ask(ref.hash) : a.session.offer(ref.hash);
            let left = cut;
            while (left > 0) {
              await settle();
              if (a.outbox.length + b.outbox.length === 0) break;
              for (const [from, to] of [
                [a, b],
                [b, a],
              ] as const) {
                while (from.outbox.length > 0 && left-- > 0) {
                  arrived += payload(from.outbox[0]!);
                  to.session.receive(from.outbox.shift()!);
                }
              }
            }
            await Promise.all([a.session.close(), b.session.close()]);
            expect(['done', 'interrupted']).toContain((await ended).outcome);
            expect(violations(a).concat(violations(b))).toEqual([]);
          }
          expect(sha256(stores[1].bytes(ref.hash)!)).toBe(ref.hash);
          expect(arrived).toBe(bytes.length);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  test('without what came before the cut, at most the blocks in flight are sent again', async () => {
    const stores = [createMemoryStore(sha256), createMemoryStore(sha256)] as const;
    const bytes = noise(6 * BLOCK_BYTES);
    const ref = stores[0].put(bytes);
    let begun = 0;
    for (const cut of [5, 9, Number.POSITIVE_INFINITY]) {
      const [a, b] = [end(stores[0]), end(stores[1])];
      a.session.open();
      b.session.open();
      void a.session.offer(ref.hash);
      for (let left = cut; left > 0; ) {
        await settle();
        if (a.outbox.length + b.outbox.length === 0) break;
        while (a.outbox.length > 0 && left-- > 0) b.session.receive(a.outbox.shift()!);
        while (b.outbox.length > 0) a.session.receive(b.outbox.shift()!);
      }
      await Promise.all([a.session.close(), b.session.close()]);
      begun += a.sentBlocks;
    }
    expect(sha256(stores[1].bytes(ref.hash)!)).toBe(ref.hash);
    expect(begun).toBeLessThanOrEqual(6 + 2 * TRANSFER_CREDITS);
  });

  test('who is waited for goes first, and equals take turns', async () => {
    const [a, b] = joined();
    const film = b.store.put(noise(8 * BLOCK_BYTES, 1));
    const other = b.store.put(noise(8 * BLOCK_BYTES, 2));
    const prefetch = b.store.put(noise(4 * BLOCK_BYTES, 3));
    const photo = b.store.put(noise(2 * BLOCK_BYTES, 4));
    const got = [
      a.session.ask(prefetch.hash, 'ahead'),
      a.session.ask(film.hash),
      a.session.ask(other.hash),
      a.session.ask(photo.hash, 'watching'),
    ];
    const order: string[] = [];
    const names = new Map([
      [film.hash, 'film'],
      [other.hash, 'other'],
      [prefetch.hash, 'prefetch'],
      [photo.hash, 'photo'],
    ]);
    for (;;) {
      await settle();
      if (a.outbox.length === 0 && b.outbox.length === 0) break;
      for (const frame of b.outbox.splice(0)) {
        if (typeof frame !== 'string') order.push(names.get(decodePiece(frame)!.hash)!);
        a.session.receive(frame);
      }
      for (const frame of a.outbox.splice(0)) b.session.receive(frame);
    }
    expect((await Promise.all(got)).map(({ outcome }) => outcome)).toEqual(got.map(() => 'done'));
    // Nothing is begun but the photo while pieces of it may be sent.
    const last = (name: string) => order.lastIndexOf(name);
    expect(last('photo')).toBeLessThan(last('prefetch'));
    expect(last('photo')).toBeLessThan(last('film'));
    const equals = order.filter((name) => name === 'film' || name === 'other');
    const turns = equals.filter((name, at) => at > 0 && name !== equals[at - 1]).length;
    expect(turns).toBeGreaterThan(equals.length / 2);
  });

  test('asked again by somebody who waits, it becomes urgent', async () => {
    const [a, b] = joined();
    await run(a, b);
    const ref = b.store.put(noise(3 * BLOCK_BYTES, 1));
    const asked = a.session.ask(ref.hash, 'ahead');
    expect(a.session.ask(ref.hash, 'watching')).toBe(asked);
    void a.session.ask(ref.hash, 'usual');
    expect(a.outbox).toEqual(
      (['ahead', 'watching'] as const).map((urgency) =>
        encodeTransfer({ type: 'transfer/ask', hash: ref.hash, urgency }),
      ),
    );
    await run(a, b);
    expect((await asked).outcome).toBe('done');
    expect(violations(a).concat(violations(b))).toEqual([]);
  });

  test('pieces fit a link that takes small frames only', async () => {
    const store = createMemoryStore(sha256);
    const a = end(store, { frameBytes: 16 * 1024 });
    const b = end();
    a.session.open();
    b.session.open();
    const ref = store.put(noise(BLOCK_BYTES + 5));
    const given = a.session.offer(ref.hash);
    let largest = 0;
    for (;;) {
      await settle();
      if (a.outbox.length === 0 && b.outbox.length === 0) break;
      for (const frame of a.outbox.splice(0)) {
        if (typeof frame !== 'string') largest = Math.max(largest, frame.length);
        b.session.receive(frame);
      }
      for (const frame of b.outbox.splice(0)) a.session.receive(frame);
    }
    expect((await given).outcome).toBe('done');
    expect(largest).toBe(16 * 1024);
  });

  test('a file that became shorter while it was sent ends its transfer and nothing else', async () => {
    const [a, b] = joined();
    const ref = a.store.put(noise(3 * BLOCK_BYTES, 1));
    const other = a.store.put(noise(2 * BLOCK_BYTES, 2));
    let reads = 0;
    a.store.whenRead = (bytes) => (++reads === 2 ? bytes.subarray(0, 100) : bytes);
    const given = [a.session.offer(ref.hash), a.session.offer(other.hash)];
    await run(a, b);
    expect((await Promise.all(given)).map(({ outcome }) => outcome).sort()).toEqual(['cancelled', 'done']);
    expect(a.events.filter(({ type }) => type === 'store-failed')).toHaveLength(1);
    expect(violations(a).concat(violations(b))).toEqual([]);
  });

  test('nothing of a peer is looked at before its older session was met', async () => {
    let met: () => void = () => {};
    const froms: (string | undefined)[] = [];
    const a = end(createMemoryStore(sha256), { from: 'worker0001' });
    const b = end(createMemoryStore(sha256), {
      meet: (from) => {
        froms.push(from);
        return new Promise<void>((resolve) => {
          met = resolve;
        });
      },
    });
    a.session.open();
    b.session.open();
    const given = a.session.offer(a.store.put(noise(5)).hash);
    await run(a, b);
    expect(froms).toEqual(['worker0001']);
    expect(b.events).toEqual([]);
    met();
    await run(a, b);
    expect((await given).outcome).toBe('done');
  });

  test.each(['throws', 'rejects'])(
    'a link that %s when it is sent on is a link that is gone',
    async (how) => {
      const store = createMemoryStore(sha256);
      let broken = false;
      const session = createTransferSession({
        store,
        send() {
          if (!broken) return;
          if (how === 'throws') throw new Error('gone');
          return Promise.reject(new Error('gone'));
        },
      });
      session.open();
      session.receive(encodeTransfer({ type: 'transfer/hello', version: TRANSFER_VERSION }));
      const ref = store.put(noise(2 * BLOCK_BYTES));
      const given = session.offer(ref.hash);
      await settle();
      broken = true;
      session.receive(
        encodeTransfer({ type: 'transfer/want', hash: ref.hash, missing: [[0, 2]], credits: 2 }),
      );
      expect(await given).toEqual({ outcome: 'interrupted' });
    },
  );

  test('whoever closes it again waits as well until what has arrived is kept', async () => {
    let keep: () => void = () => {};
    const kept = new Promise<void>((resolve) => {
      keep = resolve;
    });
    const memory = createMemoryStore(sha256);
    const slow: MemoryStore = {
      ...memory,
      async receive(ref, list) {
        const partial = await memory.receive(ref, list);
        return {
          ...partial,
          async block(index, bytes) {
            await kept;
            return partial.block(index, bytes);
          },
        };
      },
    };
    const [a, b] = [end(), end(slow)];
    a.session.open();
    b.session.open();
    const ref = a.store.put(noise(2 * BLOCK_BYTES));
    void a.session.offer(ref.hash);
    await run(a, b);
    void b.session.close();
    let isClosed = false;
    const again = b.session.close().then(() => {
      isClosed = true;
    });
    await settle();
    expect(isClosed).toBe(false);
    keep();
    await again;
    const partial = await memory.receive(ref, await a.store.blocks(ref.hash));
    expect(partial.missing()).toEqual([]);
  });

  test('closing tells everybody who waits', async () => {
    const [a, b] = joined();
    const waiting = [
      a.session.ask('ef'.repeat(32) as AssetHash),
      b.session.offer(b.store.put(noise(9)).hash),
    ];
    await a.session.close();
    await b.session.close();
    expect(await Promise.all(waiting)).toEqual([{ outcome: 'interrupted' }, { outcome: 'interrupted' }]);
    expect(await a.session.ask('ef'.repeat(32) as AssetHash)).toEqual({ outcome: 'interrupted' });
  });
});

describe('a hostile peer', () => {
  const bytes = noise(6 * BLOCK_BYTES + 5);
  const { ref, blocks, block } = describeAsset(bytes, sha256);
  const hello = encodeTransfer({ type: 'transfer/hello', version: TRANSFER_VERSION });
  const offer = encodeTransfer({ type: 'transfer/offer', asset: ref, blocks });
  const say = (message: TransferMessage) => encodeTransfer(message);

  /** Plays frames against a fresh session and says what it saw. */
  async function play(frames: Frame[]): Promise<{ why: string | undefined; one: End }> {
    const one = end();
    one.session.open();
    for (const frame of frames) {
      one.session.receive(frame);
      await settle();
    }
    const [violation] = violations(one);
    return { why: violation?.type === 'violation' ? violation.why : undefined, one };
  }

  test.each<[string, Frame[], RegExp]>([
    ['speaks before hello', [offer], /before hello/],
    ['sends a block before hello', framesOf(ref.hash, 0, block(0)), /before hello/],
    ['says hello twice', [hello, hello], /twice/],
    ['sends no JSON', [hello, 'garbage'], /not JSON/],
    ['sends a malformed message', [hello, '{"type":"transfer/got"}'], /not a transfer message/],
    ['sends a frame that is no block', [hello, new Uint8Array(5)], /not a piece/],
    ['sends an unasked block', [hello, ...framesOf(ref.hash, 0, block(0))], /nobody wants/],
    [
      'lies about the number of blocks',
      [hello, say({ type: 'transfer/offer', asset: ref, blocks: blocks.slice(1) })],
      /does not fit/,
    ],
    ['offers the same thing twice', [hello, offer, offer], /twice/],
    ['sends an index past the end', [hello, offer, ...framesOf(ref.hash, 99, block(0))], /nobody wants/],
    [
      'sends a block twice',
      [hello, offer, ...framesOf(ref.hash, 0, block(0)), ...framesOf(ref.hash, 0, block(0))],
      /nobody wants/,
    ],
    [
      'leaves out a piece',
      [hello, offer, framesOf(ref.hash, 0, block(0))[0]!, framesOf(ref.hash, 0, block(0))[2]!],
      /out of order/,
    ],
    [
      'sends a piece twice',
      [hello, offer, framesOf(ref.hash, 0, block(0))[0]!, framesOf(ref.hash, 0, block(0))[0]!],
      /out of order/,
    ],
    ['sends too long a block', [hello, offer, ...framesOf(ref.hash, 6, noise(9))], /wrong length/],
    [
      'speaks another version',
      [encodeTransfer({ type: 'transfer/hello', version: TRANSFER_VERSION + 1 })],
      /load the app anew/,
    ],
  ])('that %s is cut off', async (_what, frames, why) => {
    expect((await play(frames)).why).toMatch(why);
  });

  test('that sends more than its credit is cut off', async () => {
    const one = end();
    one.session.open();
    one.session.receive(hello);
    one.session.receive(offer);
    await settle();
    // All at once: nothing can be acknowledged in between.
    for (let index = 0; index <= TRANSFER_CREDITS; index++) {
      for (const frame of framesOf(ref.hash, index, block(index))) one.session.receive(frame);
    }
    expect(violations(one)).toEqual([{ type: 'violation', why: 'more blocks than credits' }]);
  });

  test.each<[string, TransferMessage, RegExp]>([
    [
      'wants a block past the end',
      { type: 'transfer/want', hash: ref.hash, missing: [[6, 3]], credits: 4 },
      /past the end/,
    ],
    ['acknowledges what was not sent', { type: 'transfer/got', hash: ref.hash, index: 2 }, /not in flight/],
  ])('that %s is cut off', async (_what, message, why) => {
    const one = end();
    one.store.put(bytes);
    one.session.open();
    one.session.receive(hello);
    void one.session.offer(ref.hash);
    await settle();
    one.session.receive(say(message));
    expect(violations(one)).toMatchObject([{ why: expect.stringMatching(why) }]);
  });

  test('that never reads gets no more than its credits into our memory', async () => {
    const one = end();
    one.store.put(bytes);
    one.session.open();
    one.session.receive(hello);
    void one.session.offer(ref.hash);
    await settle();
    one.session.receive(say({ type: 'transfer/want', hash: ref.hash, missing: [[0, 7]], credits: 2 }));
    await settle();
    expect(one.sentBlocks).toBe(2);
  });

  test('that offers without end is told busy', async () => {
    const one = end();
    one.session.open();
    one.session.receive(hello);
    for (let seed = 0; seed < 40; seed++) {
      const many = describeAsset(noise(9, seed + 50), sha256);
      one.session.receive(say({ type: 'transfer/offer', asset: many.ref, blocks: many.blocks }));
    }
    await settle();
    expect(one.outbox.filter((frame) => typeof frame === 'string' && frame.includes('"busy"'))).toHaveLength(
      24,
    );
  });

  test('with any frames at all never makes the session throw', async () => {
    const frames = fc.array(
      fc.oneof(
        fc.constantFrom<Frame>(
          hello,
          offer,
          ...blocks.flatMap((_, index) => framesOf(ref.hash, index, block(index))),
        ),
        fc.string(),
        fc.uint8Array({ maxLength: 80 }),
        fc
          .record({ index: fc.nat({ max: 8 }), credits: fc.integer({ min: 1, max: 64 }) })
          .map(({ index, credits }) =>
            say({ type: 'transfer/want', hash: ref.hash, missing: [[index, 1]], credits }),
          ),
        fc.nat({ max: 8 }).map((index) => say({ type: 'transfer/got', hash: ref.hash, index })),
        fc
          .constantFrom<TransferMessage['type']>('transfer/ask', 'transfer/done', 'transfer/cancel')
          .map((type) => JSON.stringify({ type, hash: ref.hash })),
      ),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(frames, fc.boolean(), async (list, holds) => {
        const one = end();
        if (holds) one.store.put(bytes);
        one.session.open();
        one.session.receive(hello);
        for (const frame of list) one.session.receive(frame);
        await settle();
        await one.session.close();
        // Whatever was kept under a hash is what the hash says.
        const kept = one.store.bytes(ref.hash);
        if (kept !== undefined) expect(sha256(kept)).toBe(ref.hash);
        for (const frame of one.outbox)
          if (typeof frame !== 'string') expect(decodePiece(frame)).toBeDefined();
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

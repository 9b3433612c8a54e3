// What every link under a transfer must do, whatever carries it. Plain cases that throw, so that any test runner and a
// page can run them. It waits for nothing but what a link promises: no clock decides whether a case passes.
import { MAX_TRANSFER_TEXT } from '../wire/transfer.ts';
import type { FrameLink } from './link.ts';
import { type ContractCase, noise } from './store-contract.ts';

export interface OpenLinks {
  /** The two ends of one link that is open. */
  here: FrameLink;
  there: FrameLink;
  /** Lets go of everything behind it; both ends are gone when it resolves. */
  end(): Promise<void>;
}

type Frame = string | Uint8Array;

export function linkContract(name: string, open: () => Promise<OpenLinks>): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (what: string, run: (links: OpenLinks) => Promise<void>) => {
    cases.push({
      name: `${name}: ${what}`,
      async run() {
        const links = await open();
        try {
          await run(links);
        } finally {
          await links.end();
        }
      },
    });
  };
  /** The same from either end. */
  const bothWays = (what: string, run: (from: FrameLink, to: FrameLink) => Promise<void>) => {
    add(`${what}, to the one end`, ({ here, there }) => run(here, there));
    add(`${what}, to the other end`, ({ here, there }) => run(there, here));
  };

  bothWays('frames come in order, each as what it was', async (from, to) => {
    const frames: Frame[] = [];
    for (let at = 0; at < 60; at++) {
      frames.push(at % 3 === 0 ? `{"at":${at}}` : noise((at * 997) % 5000, at + 1));
    }
    const heard = collect(to, frames.length);
    for (const frame of frames) await from.send(frame);
    equal(await heard, frames);
  });

  bothWays('empty frames are frames', async (from, to) => {
    const frames: Frame[] = ['', new Uint8Array(0), 'x', new Uint8Array(0), '', new Uint8Array(1)];
    const heard = collect(to, frames.length);
    for (const frame of frames) await from.send(frame);
    equal(await heard, frames);
  });

  bothWays('the largest frames fit', async (from, to) => {
    const frames: Frame[] = [
      noise(to.frameBytes, 3),
      'a'.repeat(MAX_TRANSFER_TEXT),
      noise(from.frameBytes, 4),
      // Three bytes and four bytes a sign on most wires, and none of them may be torn.
      '€'.repeat(MAX_TRANSFER_TEXT),
      '🎬'.repeat(MAX_TRANSFER_TEXT / 2),
      `x${'🎬'.repeat(MAX_TRANSFER_TEXT / 2 - 1)}y`,
    ];
    const heard = collect(to, frames.length);
    for (const frame of frames) await from.send(frame);
    equal(await heard, frames);
  });

  bothWays('a frame that is too large is refused, and the link goes on', async (from, to) => {
    const heard = collect(to, 1);
    await refuses(() => from.send(noise(from.frameBytes + 1)), 'a frame of one byte more');
    await from.send('after');
    equal(await heard, ['after']);
  });

  bothWays(
    'only what a view shows is sent, and its buffer may be used again afterwards',
    async (from, to) => {
      const buffer = noise(40_000, 5);
      const frames = Array.from({ length: 12 }, (_, at) =>
        buffer.subarray(at * 1000, at * 1000 + 1500 + at).slice(),
      );
      const heard = collect(to, frames.length);
      const scratch = new Uint8Array(4000);
      for (const frame of frames) {
        scratch.fill(0xee);
        scratch.set(frame, 100);
        await from.send(scratch.subarray(100, 100 + frame.length));
      }
      scratch.fill(0);
      equal(await heard, frames);
    },
  );

  bothWays('a sender that waits for room gets all of 24 MiB across', async (from, to) => {
    const length = Math.min(from.frameBytes, 64 * 1024);
    const count = (24 * 1024 * 1024) / length;
    let at = 0;
    const whole = new Promise<void>((resolve, reject) => {
      to.onFrame((frame) => {
        const expected = numbered(at, length);
        if (!isSame(frame, expected)) reject(new Error(`frame ${at} is ${told(frame)}`));
        if (++at === count) resolve();
      });
      to.onClose((why) => reject(new Error(`closed after ${at} frames: ${why}`)));
    });
    // The sender may hear of the end first; then nobody waits for this one any more.
    whole.catch(() => undefined);
    for (let each = 0; each < count; each++) await from.send(numbered(each, length));
    await whole;
  });

  bothWays('a sender that does not wait loses no order', async (from, to) => {
    const length = Math.min(from.frameBytes, 16 * 1024);
    const frames: Frame[] = Array.from({ length: 512 }, (_, at) =>
      at % 7 === 0 ? `after ${at}` : numbered(at, length),
    );
    const heard = collect(to, frames.length);
    await Promise.all(frames.map((frame) => from.send(frame)));
    equal(await heard, frames);
  });

  add('both directions at once do not disturb each other', async ({ here, there }) => {
    const length = Math.min(here.frameBytes, there.frameBytes, 32 * 1024);
    const frames = (seed: number): Frame[] =>
      Array.from({ length: 150 }, (_, at) => (at % 5 === 0 ? `${seed}/${at}` : numbered(seed + at, length)));
    const pour = async (link: FrameLink, all: Frame[]) => {
      for (const frame of all) await link.send(frame);
    };
    const heard = [collect(there, 150), collect(here, 150)] as const;
    await Promise.all([pour(here, frames(1)), pour(there, frames(1000))]);
    equal(await heard[0], frames(1));
    equal(await heard[1], frames(1000));
  });

  bothWays('what came before there was a listener is handed over first', async (from, to) => {
    const early: Frame[] = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? `early ${at}` : noise(at)));
    for (const frame of early) await from.send(frame);
    // Its answer proves that the early ones are there: frames keep their order, both ways.
    const answered = collect(from, 1);
    await to.send('whoever listens late');
    await answered;
    const heard = collect(to, early.length + 1);
    await from.send('late');
    equal(await heard, [...early, 'late']);
  });

  bothWays('closing is told once at both ends, with a reason', async (from, to) => {
    const counts = { from: 0, to: 0 };
    const closed = [whenClosed(from, () => counts.from++), whenClosed(to, () => counts.to++)];
    from.close('the case is over');
    const whys = await Promise.all(closed);
    from.close();
    to.close('again');
    await Promise.resolve();
    same(counts, { from: 1, to: 1 }, 'how often it was told');
    for (const why of whys) same(typeof why === 'string' && why !== '', true, `a reason (${why})`);
  });

  bothWays('whoever asks late is told too that it is closed', async (from, to) => {
    const closed = whenClosed(to);
    from.close();
    await closed;
    await whenClosed(from);
    const late = new Promise<string>((resolve) => from.onClose(resolve));
    await late;
  });

  bothWays('nothing can be sent on a closed link', async (from, to) => {
    const closed = Promise.all([whenClosed(from), whenClosed(to)]);
    to.close();
    await closed;
    for (const link of [from, to]) {
      await refuses(() => link.send('late'), 'a text');
      await refuses(() => link.send(noise(10)), 'bytes');
    }
  });

  bothWays('whoever waits for room while it closes waits no longer', async (from, to) => {
    const length = Math.min(from.frameBytes, 64 * 1024);
    const sends = Array.from({ length: 128 }, async (_, at) => from.send(numbered(at, length)));
    const settled = Promise.allSettled(sends);
    const closed = Promise.all([whenClosed(from), whenClosed(to)]);
    from.close();
    await settled;
    await closed;
  });

  bothWays('no frame is told after the end', async (from, to) => {
    let isOver = false;
    let late = 0;
    to.onFrame(() => {
      if (isOver) late++;
    });
    const closed = Promise.all([whenClosed(from), whenClosed(to, () => (isOver = true))]);
    const sends = Array.from({ length: 40 }, async (_, at) => from.send(numbered(at, 5000)));
    const settled = Promise.allSettled(sends);
    to.close();
    await settled;
    await closed;
    same(late, 0, 'frames after the end');
  });

  cases.push({
    name: `${name}: two links at once are two`,
    async run() {
      const [one, other] = await Promise.all([open(), open()]);
      try {
        const closed = whenClosed(one.there);
        const heard = collect(other.there, 2);
        await one.here.send('to the one');
        await other.here.send('to the other');
        one.here.close();
        await closed;
        await other.here.send('still there');
        equal(await heard, ['to the other', 'still there']);
      } finally {
        await Promise.all([one.end(), other.end()]);
      }
    },
  });

  return cases;
}

/** The next frames; rejects when the link closes before. */
function collect(link: FrameLink, count: number): Promise<Frame[]> {
  const frames: Frame[] = [];
  const all = new Promise<Frame[]>((resolve, reject) => {
    link.onFrame((frame) => {
      frames.push(frame);
      if (frames.length === count) resolve(frames);
    });
    link.onClose((why) => reject(new Error(`closed after ${frames.length} of ${count} frames: ${why}`)));
  });
  // As above: whoever sends may have thrown before.
  all.catch(() => undefined);
  return all;
}

function whenClosed(link: FrameLink, also?: () => void): Promise<string> {
  return new Promise((resolve) => {
    link.onClose((why) => {
      also?.();
      resolve(why);
    });
  });
}

/** Bytes that tell which frame they are, cheaper than noise. */
function numbered(at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(at & 255);
  new DataView(bytes.buffer).setUint32(0, at);
  return bytes;
}

function isSame(one: Frame | undefined, other: Frame | undefined): boolean {
  if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function told(frame: Frame | undefined): string {
  if (frame === undefined) return 'nothing';
  return typeof frame === 'string' ? `the text "${frame.slice(0, 40)}"` : `${frame.length} bytes`;
}

function equal(actual: readonly Frame[], expected: readonly Frame[]): void {
  for (const [at, frame] of expected.entries()) {
    if (!isSame(actual[at], frame)) {
      throw new Error(`frame ${at}: expected ${told(frame)}, got ${told(actual[at])}`);
    }
  }
  same(actual.length, expected.length, 'how many frames');
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

async function refuses(send: () => void | Promise<void>, what: string): Promise<void> {
  let refused = false;
  try {
    await send();
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`${what}: expected a refusal`);
}

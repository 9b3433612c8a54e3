// A device that watches, over links that are pushed by hand.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { encodeLive, LIVE_WINDOW, type LiveMessage, MAX_LIVE_PIECE } from '@myspinbot/shared/wire/live.ts';
import { encodeLivePiece } from '@myspinbot/shared/wire/live-frame.ts';
import { describe, expect, test } from 'vitest';
import { createLiveReceiver, type LiveEvent } from './live-receiver.ts';

const job = 'j_0123456789abcdef' as JobId;
const mime = 'video/mp4; codecs="avc1.640020, mp4a.40.2"';

function world() {
  const events: LiveEvent[] = [];
  const receiver = createLiveReceiver((event) => events.push(event));
  return {
    receiver,
    events,
    bytes: () => events.flatMap((event) => (event.type === 'bytes' ? [...event.bytes] : [])),
    link() {
      const said: LiveMessage[] = [];
      const violations: string[] = [];
      const link = receiver.link(
        (frame) => said.push(JSON.parse(frame) as LiveMessage),
        (why) => violations.push(why),
      );
      return {
        said,
        violations,
        close: link.close,
        receive: link.receive,
        start: (film = 'film0001', from = 0, stream = 0) =>
          link.receive(
            encodeLive({ type: 'live/start', job, film, stream, from, mime, width: 720, height: 720 }),
          ),
        piece: (at: number, bytes: Uint8Array, stream = 0) =>
          link.receive(encodeLivePiece({ stream, at, bytes })),
        end: (why: 'finished' | 'failed' = 'finished') =>
          link.receive(encodeLive({ type: 'live/end', job, why })),
      };
    },
  };
}

describe('a film that is watched', () => {
  test('is asked for with a window of credit, comes in order, and ends', () => {
    const { receiver, events, bytes, link } = world();
    const one = link();
    receiver.watch(job);
    receiver.watch(job);
    expect(one.said).toEqual([{ type: 'live/watch', job, from: 0, credit: LIVE_WINDOW }]);
    one.start();
    one.piece(0, Uint8Array.of(1, 2));
    one.piece(2, Uint8Array.of(3));
    one.end();
    expect(events.map(({ type }) => type)).toEqual(['began', 'bytes', 'bytes', 'ended']);
    expect(bytes()).toEqual([1, 2, 3]);
    expect(receiver.isWatching()).toBe(false);
  });

  test('is asked for on the first link that comes, and on the next one from the byte that is there', () => {
    const { receiver, bytes, events, link } = world();
    receiver.watch(job);
    const one = link();
    one.start();
    one.piece(0, Uint8Array.of(1, 2));
    one.close();
    // Late frames of a link that is gone are nobody's.
    one.piece(2, Uint8Array.of(9));
    const two = link();
    expect(two.said).toEqual([
      { type: 'live/watch', job, film: 'film0001', from: 2, credit: LIVE_WINDOW - 2 },
    ]);
    two.start('film0001', 2, 7);
    two.piece(2, Uint8Array.of(3), 7);
    expect(bytes()).toEqual([1, 2, 3]);
    expect(events.filter(({ type }) => type === 'began')).toHaveLength(1);
  });

  test('of another making begins anew', () => {
    const { receiver, events, link } = world();
    receiver.watch(job);
    const one = link();
    one.start();
    one.piece(0, Uint8Array.of(1));
    one.start('film0002', 0, 1);
    one.piece(0, Uint8Array.of(7), 1);
    expect(events.map(({ type }) => type)).toEqual(['began', 'bytes', 'began', 'bytes']);
    // What came of the first one is no claim on the window of the second.
    receiver.taken(job, 1);
    expect(one.violations).toEqual([]);
  });

  test('may send as much again as was taken, in lots', () => {
    const { receiver, link } = world();
    receiver.watch(job);
    const one = link();
    one.start();
    const bytes = new Uint8Array(MAX_LIVE_PIECE);
    for (let at = 0; at < 3 * bytes.length; at += bytes.length) one.piece(at, bytes);
    receiver.taken(job, 1000);
    expect(one.said).toHaveLength(1);
    receiver.taken(job, 3 * bytes.length - 1000);
    expect(one.said.at(-1)).toEqual({ type: 'live/more', job, bytes: 3 * bytes.length });
  });

  test('that nobody takes stops coming, also over a new link, and goes on when it is taken', () => {
    const { receiver, link } = world();
    receiver.watch(job);
    const one = link();
    one.start();
    const bytes = new Uint8Array(LIVE_WINDOW / 32);
    for (let count = 0; count < 32; count++) one.piece(count * bytes.length, bytes);
    one.close();
    const two = link();
    expect(two.said).toEqual([]);
    receiver.taken(job, LIVE_WINDOW / 2);
    expect(two.said).toEqual([
      { type: 'live/watch', job, film: 'film0001', from: LIVE_WINDOW, credit: LIVE_WINDOW / 2 },
    ]);
    expect(two.violations).toEqual([]);
  });

  test('that is stopped is not told of any more, whatever was on its way', () => {
    const { receiver, events, link } = world();
    receiver.watch(job);
    const one = link();
    one.start();
    receiver.stop(job);
    one.piece(0, Uint8Array.of(1));
    one.start('film0002', 0, 1);
    one.end();
    expect(one.said.at(-1)).toEqual({ type: 'live/stop', job });
    expect(events.map(({ type }) => type)).toEqual(['began']);
    expect(one.violations).toEqual([]);
  });
});

describe('an agent that breaks the rules', () => {
  test.each<[string, (link: ReturnType<ReturnType<typeof world>['link']>) => void]>([
    ['leaves out bytes', (one) => one.piece(5, Uint8Array.of(1))],
    ['sends bytes twice', (one) => [one.piece(0, Uint8Array.of(1)), one.piece(0, Uint8Array.of(1))]],
    [
      'sends more than it may',
      (one) => {
        const bytes = new Uint8Array(MAX_LIVE_PIECE);
        for (let at = 0; at <= LIVE_WINDOW; at += bytes.length) one.piece(at, bytes);
      },
    ],
    ['begins in the middle', (one) => one.start('film0002', 10, 1)],
    ['goes on elsewhere', (one) => one.start('film0001', 10, 1)],
    ['sends a frame of nothing', (one) => one.receive(Uint8Array.of(3))],
    ["says a device's words", (one) => one.receive(encodeLive({ type: 'live/stop', job }))],
    ['sends garbage', (one) => one.receive('{"type":"live/start","job":5}')],
  ])('and %s loses its link, and nothing it says after that counts', (_what, wrong) => {
    const { receiver, events, link } = world();
    receiver.watch(job);
    const one = link();
    one.start();
    wrong(one);
    expect(one.violations).toHaveLength(1);
    const before = events.length;
    one.piece(0, Uint8Array.of(1));
    one.end();
    expect(events).toHaveLength(before);
    // The next link goes on.
    const two = link();
    expect(two.said.length).toBeLessThanOrEqual(1);
  });

  test('with garbage of any kind never throws, and the film stays in order', () => {
    const seed = 4711;
    console.log(`live fuzz, device: seed ${seed}`);
    let state = seed;
    const chance = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state / 2 ** 32;
    };
    let violated = 0;
    for (let count = 0; count < 3000; count++) {
      const { receiver, events, link } = world();
      receiver.watch(job);
      const one = link();
      let at = 0;
      for (let times = 0; times < 8; times++) {
        const bytes = new Uint8Array(1 + Math.floor(chance() * 50)).fill(times);
        const frames = [
          encodeLive({
            ...{ type: 'live/start' as const, job, film: chance() < 0.8 ? 'film0001' : 'film0002' },
            ...{ stream: 0, from: chance() < 0.8 ? 0 : at, mime, width: 1, height: 1 },
          }),
          encodeLivePiece({ stream: 0, at, bytes }),
          encodeLivePiece({ stream: 0, at, bytes }),
        ];
        let frame = frames[Math.floor(chance() * frames.length)]!;
        if (typeof frame !== 'string') at += bytes.length;
        if (chance() < 0.2) {
          const where = Math.floor(chance() * frame.length);
          const letter = Math.floor(chance() * 128);
          if (typeof frame === 'string')
            frame = frame.slice(0, where) + String.fromCharCode(letter) + frame.slice(where + 1);
          else frame[where] = letter;
        }
        one.receive(frame);
      }
      const began = events.filter(({ type }) => type === 'began').length;
      if (events.some(({ type }) => type === 'bytes')) expect(began).toBeGreaterThan(0);
      violated += one.violations.length;
    }
    expect(violated).toBeGreaterThan(500);
  });

  test('frames of another conversation are not its business', () => {
    const one = world().link();
    expect(one.receive('{"type":"transfer/hello","version":1}')).toBe(false);
    expect(one.receive(Uint8Array.of(1, 2, 3))).toBe(false);
  });
});

// The link on a channel of a test: what it says on the wire, when it asks whether anybody is there, when it gives up.
import { describe, expect, test } from 'vitest';
import { linkContract } from '../transfer/link-contract.ts';
import { MAX_TRANSFER_TEXT } from '../wire/transfer.ts';
import {
  type ChannelLink,
  createChannelLink,
  FRAME_BYTES,
  HIGH_WATER_BYTES,
  type LinkClock,
  LOW_WATER_BYTES,
} from './channel-link.ts';

/** Time that a test turns. */
function handClock(): LinkClock & { turn(ms: number): void; sleep(ms: number): void } {
  let now = 1000;
  let due: { at: number; then: () => void }[] = [];
  const turn = (ms: number) => {
    const until = now + ms;
    for (;;) {
      const next = due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      due = due.filter((one) => one !== next);
      now = Math.max(now, next.at);
      next.then();
    }
    now = until;
  };
  return {
    now: () => now,
    after(ms, then) {
      const one = { at: now + ms, then };
      due.push(one);
      return () => {
        due = due.filter((other) => other !== one);
      };
    },
    turn,
    /** The whole machine sleeps: what was due is late. */
    sleep(ms) {
      now += ms;
    },
  };
}

/** One end, and a channel that keeps what it is given. */
function alone(clock = handClock()) {
  const sent: (string | Uint8Array)[] = [];
  const state = { buffered: 0, isClosed: false, isBroken: false };
  let low: (() => void) | undefined;
  const link = createChannelLink(
    {
      get bufferedAmount() {
        return state.buffered;
      },
      send(message) {
        if (state.isBroken) throw new Error('broken');
        sent.push(message);
        state.buffered += message.length;
      },
      whenLow(then) {
        low = then;
      },
      close() {
        state.isClosed = true;
      },
    },
    clock,
  );
  const whys: string[] = [];
  link.onClose((why) => whys.push(why));
  return {
    link,
    clock,
    sent,
    state,
    whys,
    drain(to = 0) {
      state.buffered = to;
      if (to > LOW_WATER_BYTES) return;
      const then = low;
      low = undefined;
      then?.();
    },
    greet() {
      link.opened();
      link.receive('h1');
      state.buffered = 0;
      sent.length = 0;
    },
  };
}

/** Two ends joined: what one sends the other hears a turn later. */
function pair(): { here: ChannelLink; there: ChannelLink } {
  const clock = handClock();
  const links: ChannelLink[] = [];
  for (const own of [0, 1]) {
    let buffered = 0;
    let low: (() => void) | undefined;
    links.push(
      createChannelLink(
        {
          get bufferedAmount() {
            return buffered;
          },
          send(message) {
            const copy = typeof message === 'string' ? message : message.slice();
            buffered += copy.length;
            void Promise.resolve().then(() => {
              buffered -= copy.length;
              links[1 - own]!.receive(copy);
              if (buffered > LOW_WATER_BYTES) return;
              const then = low;
              low = undefined;
              then?.();
            });
          },
          whenLow(then) {
            low = then;
          },
          close: () => void Promise.resolve().then(() => links[1 - own]?.gone('the channel closed')),
        },
        clock,
      ),
    );
  }
  return { here: links[0]!, there: links[1]! };
}

describe('every link', () => {
  const open = async () => {
    const { here, there } = pair();
    here.opened();
    there.opened();
    await Promise.all([here.greeted, there.greeted]);
    return { here, there, end: async () => here.close() };
  };
  for (const { name, run } of linkContract('on a channel', open)) test(name, run);
});

describe('on the wire', () => {
  test('bytes go as they are, texts with a sign, hello first', () => {
    const { link, sent } = alone();
    link.opened();
    link.receive('h1');
    link.send('{"a":1}');
    link.send(Uint8Array.of(1, 2));
    link.send('');
    expect(sent).toEqual(['h1', 't{"a":1}', Uint8Array.of(1, 2), 't']);
  });

  test('a long text goes in parts, none larger than a frame and no letter torn', () => {
    const { link, sent, greet } = alone();
    greet();
    const text = `x${'🎬'.repeat(20_000)}`;
    link.send(text);
    expect(sent.length).toBe(3);
    for (const part of sent as string[]) {
      expect(new TextEncoder().encode(part).length).toBeLessThanOrEqual(FRAME_BYTES);
      expect(part).not.toMatch(/[\ud800-\udbff]$/);
    }
    expect((sent as string[]).map((part) => part[0])).toEqual(['p', 'p', 't']);
    expect((sent as string[]).map((part) => part.slice(1)).join('')).toBe(text);
  });

  test('a question is answered', () => {
    const { link, sent, greet } = alone();
    greet();
    link.receive('i');
    expect(sent).toEqual(['o']);
  });

  const hostile: [string, (link: ChannelLink) => void][] = [
    ['a frame before hello', (link) => link.receive(new Uint8Array(1))],
    ['a text before hello', (link) => link.receive('tx')],
    ['a hello of another version', (link) => link.receive('h2')],
    ['an empty message', (link) => [link.receive('h1'), link.receive('')]],
    ['a sign nobody knows', (link) => [link.receive('h1'), link.receive('?')]],
    ['hello again', (link) => [link.receive('h1'), link.receive('h1')]],
    [
      'a frame that is too large',
      (link) => [link.receive('h1'), link.receive(new Uint8Array(FRAME_BYTES + 1))],
    ],
    [
      'bytes in the middle of a text',
      (link) => [link.receive('h1'), link.receive('pa'), link.receive(new Uint8Array(1))],
    ],
    [
      'a text that never ends',
      (link) => {
        link.receive('h1');
        for (let at = 0; at <= MAX_TRANSFER_TEXT; at += 10_000) link.receive(`p${'a'.repeat(10_000)}`);
      },
    ],
  ];
  test.each(hostile)('%s ends it', (_, send) => {
    const { link, whys, state } = alone();
    const heard: unknown[] = [];
    link.onFrame((frame) => heard.push(frame));
    link.opened();
    send(link);
    expect(whys.length).toBe(1);
    expect(state.isClosed).toBe(true);
    expect(heard).toEqual([]);
  });
});

describe('room', () => {
  test('whoever sends waits from a full channel to one that has almost run dry', async () => {
    const { link, sent, drain, greet } = alone();
    greet();
    const frame = new Uint8Array(FRAME_BYTES);
    let waits = link.send(frame);
    let count = 1;
    while (waits === undefined) {
      waits = link.send(frame);
      count++;
    }
    expect(count).toBe(HIGH_WATER_BYTES / FRAME_BYTES);
    // Not waited for: it is kept in order and not put into a channel that would break.
    const late = link.send('late');
    expect(sent.length).toBe(count);
    let isThere = false;
    void waits.then(() => (isThere = true));
    drain(HIGH_WATER_BYTES / 2);
    await Promise.resolve();
    expect(isThere).toBe(false);
    drain(LOW_WATER_BYTES);
    await Promise.all([waits, late]);
    expect(sent.at(-1)).toBe('tlate');
  });

  test('whoever is told of the end and ends it again is told once', () => {
    let told = 0;
    const link: ChannelLink = createChannelLink(
      {
        bufferedAmount: 0,
        send() {
          throw new Error('broken');
        },
        whenLow: () => undefined,
        close: () => undefined,
      },
      handClock(),
      () => {
        told++;
        link.close('again');
      },
    );
    link.opened();
    expect(told).toBe(1);
  });

  test('a channel that cannot send is a link that is gone', () => {
    const { link, state, whys, greet } = alone();
    greet();
    state.isBroken = true;
    expect(() => link.send('x')).toThrow('The link is gone (cannot send: broken).');
    expect(whys).toEqual(['cannot send: broken']);
  });
});

describe('a peer that says nothing', () => {
  test('is asked after a second and gone before three', () => {
    const { clock, sent, whys, drain, greet } = alone();
    greet();
    clock.turn(900);
    expect(sent).toEqual([]);
    clock.turn(350);
    expect(sent).toEqual(['i']);
    drain();
    clock.turn(1000);
    expect(whys).toEqual([]);
    clock.turn(750);
    expect(whys).toEqual(['the other side is silent']);
  });

  test('stays for as long as it answers', () => {
    const { clock, link, sent, whys, greet, drain } = alone();
    greet();
    for (let second = 0; second < 60; second++) {
      clock.turn(1000);
      if (sent.includes('i')) link.receive('o');
      sent.length = 0;
      drain();
    }
    expect(whys).toEqual([]);
  });

  test('stays while it takes what it is sent, over however slow a line', () => {
    const { clock, link, whys, state, greet } = alone();
    greet();
    for (let at = 0; at < 20; at++)
      void Promise.resolve(link.send(new Uint8Array(FRAME_BYTES))).catch(() => {});
    for (let second = 0; second < 20; second++) {
      state.buffered -= 1000;
      clock.turn(1000);
    }
    expect(whys).toEqual([]);
    // Now it takes nothing any more.
    clock.turn(3000);
    expect(whys).toEqual(['the other side is silent']);
  });

  test('is asked once more by a machine that slept itself', () => {
    const { clock, link, sent, whys, greet } = alone();
    greet();
    clock.sleep(60_000);
    clock.turn(250);
    expect(whys).toEqual([]);
    clock.turn(1250);
    expect(sent).toContain('i');
    link.receive('o');
    clock.turn(1000);
    expect(whys).toEqual([]);
  });
});

// Films that grow, and links that watch them, without a socket: frames go into lists and are looked at.
import { rm } from 'node:fs/promises';
import type { Principal } from '@myspinbot/shared/access/access.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import {
  decodeLive,
  encodeLive,
  type LiveMessage,
  MAX_LIVE_CREDIT,
  MAX_LIVE_PIECE,
} from '@myspinbot/shared/wire/live.ts';
import { decodeLivePiece, encodeLivePiece } from '@myspinbot/shared/wire/live-frame.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { chanceOf } from '../queue/fixtures/random.ts';
import type { QueuedJob, QueueEvent } from '../queue/port.ts';
import { growingFile, smallFilm } from './fixtures/small-film.ts';
import { createLive } from './live.ts';

const job = 'j_0123456789abcdef' as JobId;
const project = 'p_0123456789abcdef' as ProjectId;
const owner: Principal = { kind: 'device', id: 'd1', role: 'owner' };
const plenty = MAX_LIVE_CREDIT;

let film: Awaited<ReturnType<typeof smallFilm>>;
let half: number;
beforeAll(async () => {
  film = await smallFilm();
  half = Math.floor(film.bytes.length / 2);
});
afterAll(() => rm(film.folder, { recursive: true, force: true }));

let files = 0;
function world() {
  const listeners = new Set<(event: QueueEvent) => void>();
  const jobs = new Map<JobId, QueuedJob>();
  const clock = handClock();
  const live = createLive({
    queue: {
      job: (id) => jobs.get(id),
      on(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    clock,
    log: silentLogger,
  });
  const emit = (event: QueueEvent) => listeners.forEach((listener) => void listener(event));
  const run = (state: QueuedJob['run']['state'], id = job) => {
    const entry = { request: { id, project }, run: { state } } as QueuedJob;
    jobs.set(id, entry);
    emit({ type: 'run', job: id, run: entry.run });
  };
  let growing = growingFile(film.folder, `film-${files++}`);
  let written = 0;
  return {
    live,
    clock,
    run,
    /** The film is written up to here. */
    grow(to: number, whole = false) {
      growing.add(film.bytes.subarray(written, to));
      written = to;
      emit({ type: 'live', job, film: { file: growing.file, bytes: to }, whole });
    },
    another() {
      growing = growingFile(film.folder, `film-${files++}`);
      written = 0;
    },
    link: (who: Principal = owner) => watcher(live, who),
  };
}

/** The other end of a link: what came, put together. */
function watcher(live: ReturnType<typeof createLive>, who: Principal) {
  const messages: LiveMessage[] = [];
  const pieces: { stream: number; at: number; bytes: Uint8Array }[] = [];
  const violations: string[] = [];
  let blocked: Promise<void> | undefined;
  const sender = live.sender({
    who,
    send(frame) {
      if (typeof frame === 'string') {
        const decoded = decodeLive(frame);
        if (decoded.ok) messages.push(decoded.value);
      } else pieces.push(decodeLivePiece(frame)!);
      return blocked;
    },
    onViolation: (why) => void violations.push(why),
  });
  const say = (message: LiveMessage) => sender.receive(encodeLive(message));
  const received = () => Buffer.concat(pieces.map(({ bytes }) => bytes));
  return {
    sender,
    messages,
    pieces,
    violations,
    say,
    received,
    watch: (more: Partial<Extract<LiveMessage, { type: 'live/watch' }>> = {}) =>
      say({ type: 'live/watch', job, from: 0, credit: plenty, ...more }),
    start: () => messages.findLast((one) => one.type === 'live/start'),
    end: () => messages.findLast((one) => one.type === 'live/end')?.why,
    /** From now on the link takes nothing more until it is let go. */
    block() {
      let free = () => {};
      blocked = new Promise((resolve) => {
        free = () => {
          blocked = undefined;
          resolve();
        };
      });
      return free;
    },
  };
}

/** What comes without being waited for has come. */
async function still(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a device that watches', () => {
  test('before the film begins gets all of it as it grows, and is told when it is whole', async () => {
    const { run, grow, link } = world();
    run('running');
    const device = link();
    expect(device.watch()).toBe(true);
    await still();
    expect(device.messages).toEqual([]);
    grow(half);
    await expect.poll(() => device.received().length).toBe(half);
    expect(device.start()).toMatchObject({
      from: 0,
      mime: expect.stringMatching(/^video\/mp4; codecs="avc1\.6400[0-9a-f]{2}, mp4a\.40\.2"$/),
      width: 320,
      height: 180,
    });
    expect(device.end()).toBeUndefined();
    grow(film.bytes.length, true);
    await expect.poll(() => device.end()).toBe('finished');
    expect(device.received().equals(film.bytes)).toBe(true);
    for (const { bytes } of device.pieces) expect(bytes.length).toBeLessThanOrEqual(MAX_LIVE_PIECE);
  });

  test('late gets it from the start, and one that was cut off from the byte it has', async () => {
    const { run, grow, link } = world();
    run('running');
    grow(half);
    const first = link();
    first.watch();
    await expect.poll(() => first.received().length).toBe(half);
    first.sender.close();
    grow(film.bytes.length, true);
    const again = link();
    again.watch({ film: first.start()!.film, from: half });
    await expect.poll(() => again.end()).toBe('finished');
    expect(again.start()).toMatchObject({ from: half, film: first.start()!.film });
    expect(Buffer.concat([first.received(), again.received()]).equals(film.bytes)).toBe(true);
  });

  test('is never sent more than it allowed', async () => {
    const { run, grow, link } = world();
    run('running');
    grow(film.bytes.length);
    const device = link();
    device.watch({ credit: 5000 });
    await expect.poll(() => device.received().length).toBe(5000);
    await still();
    expect(device.received().length).toBe(5000);
    device.say({ type: 'live/more', job, bytes: 100 });
    await expect.poll(() => device.received().length).toBe(5100);
    await still();
    expect(device.received().length).toBe(5100);
  });

  test('that does not read holds up nothing: one piece waits, and the rest stays on the disk', async () => {
    const { run, grow, link } = world();
    run('running');
    const device = link();
    device.watch();
    const free = device.block();
    grow(film.bytes.length);
    await still();
    expect(device.pieces.length).toBeLessThanOrEqual(1);
    free();
    await expect.poll(() => device.received().length).toBe(film.bytes.length);
  });

  test('of a second attempt begins anew, whatever it had', async () => {
    const { run, grow, another, link } = world();
    run('running');
    grow(half);
    const device = link();
    device.watch();
    await expect.poll(() => device.received().length).toBe(half);
    const before = device.start()!;
    another();
    grow(half);
    await expect.poll(() => device.received().length).toBe(2 * half);
    expect(device.start()).toMatchObject({ from: 0 });
    expect(device.start()!.film).not.toBe(before.film);
    expect(device.start()!.stream).not.toBe(before.stream);
    const stale = link();
    stale.watch({ film: before.film, from: half });
    await expect.poll(() => stale.start()?.from).toBe(0);
  });

  test.each([
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
  ] as const)('of a job that %s is told so, and nothing more comes', async (state, why) => {
    const { run, grow, link } = world();
    run('running');
    grow(half);
    const device = link();
    device.watch({ credit: 1000 });
    await expect.poll(() => device.received().length).toBe(1000);
    run(state);
    expect(device.end()).toBe(why);
    device.say({ type: 'live/more', job, bytes: 1000 });
    await still();
    expect(device.received().length).toBe(1000);
    const late = link();
    late.watch();
    expect(late.end()).toBe(why);
  });

  test('slowly has the rest when its job is done already; others are told that it is', async () => {
    const { run, grow, link, clock } = world();
    run('running');
    grow(film.bytes.length, true);
    const slow = link();
    slow.watch({ credit: 1000 });
    await expect.poll(() => slow.received().length).toBe(1000);
    run('succeeded');
    await still();
    expect(slow.end()).toBeUndefined();
    clock.advance(59_000);
    slow.say({ type: 'live/more', job, bytes: plenty });
    await expect.poll(() => slow.end()).toBe('finished');
    expect(slow.received().equals(film.bytes)).toBe(true);
    const late = link();
    late.watch();
    await still();
    expect(late.messages).toEqual([{ type: 'live/end', job, why: 'finished' }]);
  });

  test('and then takes nothing for a minute after the job loses the rest', async () => {
    const { run, grow, link, clock } = world();
    run('running');
    grow(film.bytes.length, true);
    const slow = link();
    slow.watch({ credit: 1000 });
    await expect.poll(() => slow.received().length).toBe(1000);
    run('succeeded');
    clock.advance(60_000);
    expect(slow.end()).toBe('finished');
  });

  test('stops, and nothing more is read or sent', async () => {
    const { run, grow, link } = world();
    run('running');
    grow(half);
    const device = link();
    device.watch();
    await expect.poll(() => device.received().length).toBe(half);
    device.say({ type: 'live/stop', job });
    grow(film.bytes.length, true);
    await still();
    expect(device.received().length).toBe(half);
    expect(device.end()).toBeUndefined();
  });
});

describe('whoever may not see a job', () => {
  test.each<[string, Principal]>([
    [
      'a guest of another project',
      { kind: 'device', id: 'g', role: 'guest', project: 'p_another00000000' as ProjectId },
    ],
  ])('%s is told what is told of no job at all', async (_who, who) => {
    const { run, grow, link } = world();
    run('running');
    grow(half);
    const device = link(who);
    device.watch();
    await still();
    expect(device.messages).toEqual([{ type: 'live/end', job, why: 'unknown' }]);
    const nobody = link(who);
    nobody.watch({ job: 'j_thereisnosuch' as JobId });
    expect(nobody.messages).toEqual([{ type: 'live/end', job: 'j_thereisnosuch', why: 'unknown' }]);
  });

  test('a guest of its project sees it, until the link is cut', async () => {
    const { run, grow, link } = world();
    run('running');
    const guest = link({ kind: 'device', id: 'g', role: 'guest', project });
    guest.watch();
    grow(half);
    await expect.poll(() => guest.received().length).toBe(half);
    guest.sender.close();
    grow(film.bytes.length, true);
    await still();
    expect(guest.received().length).toBe(half);
  });
});

describe('a hostile device', () => {
  test.each<[string, string | Uint8Array]>([
    ['sends a piece of film', encodeLivePiece({ stream: 0, at: 0, bytes: Uint8Array.of(1) })],
    ['says what only the agent says', encodeLive({ type: 'live/end', job, why: 'finished' })],
    ['says it malformed', '{"type":"live/watch","job":"../x"}'],
  ])('that %s is shown the door', (_what, frame) => {
    const { link } = world();
    const device = link();
    expect(device.sender.receive(frame)).toBe(true);
    expect(device.violations).toHaveLength(1);
    // Whatever it says now is not listened to, and not taken for another conversation.
    expect(device.watch()).toBe(true);
    expect(device.messages).toEqual([]);
  });

  test('that watches more than a few is shown the door', () => {
    const { run, link } = world();
    const ids = [0, 1, 2, 3, 4].map((count) => `j_${'0'.repeat(14)}${count}` as JobId);
    const device = link();
    for (const id of ids) {
      run('running', id);
      device.watch({ job: id });
    }
    expect(device.violations).toEqual(['too many films are watched at once']);
  });

  test('with frames of another conversation is none of ours', () => {
    const { link } = world();
    const { sender } = link();
    expect(sender.receive('{"type":"transfer/hello","version":1}')).toBe(false);
    expect(sender.receive(Uint8Array.of(1, 2, 3))).toBe(false);
    expect(sender.receive(new Uint8Array(0))).toBe(false);
  });

  test('with garbage is answered, passed over or ended, and never sent a byte it did not allow', async () => {
    const seed = Number(process.env.SEED ?? 4711);
    console.log(`live fuzz, agent: seed ${seed}`);
    const chance = chanceOf(seed);
    const { run, grow, link } = world();
    run('running');
    grow(half);
    let ended = 0;
    for (let count = 0; count < 1500; count++) {
      const device = link();
      let allowed = 0;
      for (let times = 0; times < 5; times++) {
        const credit = 1 + Math.floor(chance.number() * 3000);
        const messages: LiveMessage[] = [
          { type: 'live/watch', job, from: Math.floor(chance.number() * 2 * half), credit },
          { type: 'live/more', job, bytes: credit },
          { type: 'live/stop', job },
        ];
        let text = encodeLive(chance.pick(messages));
        if (chance.number() < 0.3) {
          const at = Math.floor(chance.number() * text.length);
          text =
            text.slice(0, at) +
            String.fromCharCode(32 + Math.floor(chance.number() * 90)) +
            text.slice(at + 1);
        }
        const decoded = decodeLive(text);
        if (decoded.ok && decoded.value.type === 'live/watch') allowed += decoded.value.credit;
        if (decoded.ok && decoded.value.type === 'live/more') allowed += decoded.value.bytes;
        device.sender.receive(text);
      }
      await new Promise((resolve) => setImmediate(resolve));
      expect(device.received().length).toBeLessThanOrEqual(allowed);
      ended += device.violations.length;
      device.sender.close();
    }
    expect(ended).toBeGreaterThan(50);
  });
});

// The feed against a source buffer that behaves as browsers do: `updateend` later than `updating`, quotas, errors.
import { describe, expect, test } from 'vitest';
import { browserSources, createFilmFeed, type FilmSource, type FilmSources } from './film-feed.ts';

class FakeBuffer extends EventTarget {
  updating = false;
  readonly appended: number[] = [];
  readonly removed: [number, number][] = [];
  /** Seconds there, one for each byte. */
  from = 0;
  to = 0;
  quota = Number.POSITIVE_INFINITY;
  get buffered() {
    const { from, to } = this;
    return { length: to > from ? 1 : 0, start: () => from, end: () => to };
  }
  appendBuffer(bytes: Uint8Array) {
    if (this.updating) throw new DOMException('busy', 'InvalidStateError');
    if (this.to - this.from + bytes.length > this.quota) throw new DOMException('full', 'QuotaExceededError');
    this.updating = true;
    this.appended.push(...bytes);
    this.to += bytes.length;
  }
  remove(from: number, to: number) {
    this.updating = true;
    this.removed.push([from, to]);
    this.from = to;
  }
  /** The work is done; `updateend` is heard a turn later. */
  done() {
    this.updating = false;
    queueMicrotask(() => this.dispatchEvent(new Event('updateend')));
  }
}

class FakeSource extends EventTarget implements FilmSource {
  readyState = 'closed';
  streaming?: boolean;
  readonly made = new FakeBuffer();
  refuses = false;
  addSourceBuffer(): SourceBuffer {
    if (this.refuses) throw new DOMException('no', 'NotSupportedError');
    return this.made as unknown as SourceBuffer;
  }
  endOfStream() {
    this.readyState = 'ended';
  }
  open() {
    this.readyState = 'open';
    this.dispatchEvent(new Event('sourceopen'));
  }
}

function world(change: Partial<FilmSources> = {}) {
  const source = new FakeSource();
  const video = document.createElement('video');
  let at = 0;
  Object.defineProperty(video, 'currentTime', { get: () => at });
  Object.defineProperty(video, 'buffered', { get: () => source.made.buffered });
  const seen = { taken: 0, grew: 0, lost: [] as unknown[], revoked: [] as string[] };
  const feed = createFilmFeed({
    video,
    sources: {
      create: () => source,
      isTypeSupported: () => true,
      isManaged: false,
      url: () => 'blob:film',
      revoke: (url) => seen.revoked.push(url),
      ...change,
    },
    mime: 'video/mp4',
    taken: (bytes) => {
      seen.taken += bytes;
    },
    grew: () => {
      seen.grew++;
    },
    lost: (cause) => seen.lost.push(cause),
  });
  return {
    source,
    video,
    feed,
    seen,
    at(seconds: number) {
      at = seconds;
      video.dispatchEvent(new Event('timeupdate'));
    },
    async done() {
      source.made.done();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe('a film that is fed', () => {
  test('is appended piece by piece and each piece once, also when more comes between the work and its end', async () => {
    const { source, feed, seen, done } = world();
    feed.add(Uint8Array.of(1, 2));
    expect(source.made.appended).toEqual([]);
    source.open();
    source.made.done();
    feed.add(Uint8Array.of(3));
    await Promise.resolve();
    await done();
    expect(source.made.appended).toEqual([1, 2, 3]);
    expect(seen.taken).toBe(3);
  });

  test('ends when all of it is in, not before', async () => {
    const { source, feed, done } = world();
    source.open();
    feed.add(Uint8Array.of(1));
    feed.end();
    expect(feed.isWhole()).toBe(false);
    await done();
    expect(feed.isWhole()).toBe(true);
  });

  test('forgets what was watched when there is no more room, and goes on', async () => {
    const { source, feed, at, done, seen } = world();
    source.open();
    source.made.quota = 20;
    feed.add(new Uint8Array(18).fill(1));
    await done();
    feed.add(new Uint8Array(6).fill(2));
    // All of it is still to be watched: it waits, and takes no credit.
    expect(seen.taken).toBe(18);
    at(4);
    expect(source.made.removed).toEqual([]);
    at(12);
    expect(source.made.removed).toEqual([[0, 7]]);
    await done();
    await done();
    expect(seen.taken).toBe(24);
    expect(source.made.appended).toHaveLength(24);
    expect(feed.ahead()).toBe(12);
  });

  test('a managed source is fed while it asks, by an element that plays only here', async () => {
    const { source, video, feed, seen, done } = world({ isManaged: true });
    expect(video.disableRemotePlayback).toBe(true);
    source.streaming = false;
    source.open();
    feed.add(Uint8Array.of(1));
    expect(source.made.appended).toEqual([]);
    source.streaming = true;
    source.dispatchEvent(new Event('startstreaming'));
    await done();
    expect(seen.taken).toBe(1);
  });

  test.each<[string, (w: ReturnType<typeof world>) => void]>([
    [
      'its kind',
      ({ source }) => {
        source.refuses = true;
        source.open();
      },
    ],
    [
      'its bytes',
      ({ source, feed }) => {
        source.open();
        feed.add(Uint8Array.of(1));
        source.made.dispatchEvent(new Event('error'));
      },
    ],
    ['it altogether', ({ video }) => void video.dispatchEvent(new Event('error'))],
  ])('is given up, once, when the browser refuses %s', async (_what, refuse) => {
    const all = world();
    refuse(all);
    await Promise.resolve();
    await Promise.resolve();
    all.feed.add(Uint8Array.of(2));
    all.video.dispatchEvent(new Event('error'));
    expect(all.seen.lost).toHaveLength(1);
    expect(all.seen.revoked).toEqual(['blob:film']);
    expect(all.source.made.appended).not.toContain(2);
  });
});

test('a browser has sources, managed ones, or none', () => {
  const kind = class extends FakeSource {
    static isTypeSupported = () => true;
  };
  expect(browserSources({} as typeof globalThis)).toBeUndefined();
  expect(browserSources({ MediaSource: kind } as never)?.isManaged).toBe(false);
  expect(browserSources({ ManagedMediaSource: kind } as never)?.isManaged).toBe(true);
  expect(browserSources({ MediaSource: kind, ManagedMediaSource: kind } as never)?.isManaged).toBe(false);
});

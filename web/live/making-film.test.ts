// What a person wants of a film in the making, against an element that is driven by hand and a source that takes
// everything at once, a byte for a second.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { createRoot, createSignal } from 'solid-js';
import { describe, expect, test, vi } from 'vitest';
import type { LiveEvent } from '../link/live-receiver.ts';
import type { FilmSource, FilmSources } from './film-feed.ts';
import { followFilm } from './making-film.ts';

const job = 'j_0123456789abcdef' as JobId;
const began: LiveEvent = {
  ...{ type: 'began', job, mime: 'video/mp4; codecs="avc1.640020, mp4a.40.2"' },
  ...{ width: 720, height: 720 },
};

class InstantSource extends EventTarget implements FilmSource {
  readyState = 'open';
  seconds = 0;
  addSourceBuffer(): SourceBuffer {
    const buffer = Object.assign(new EventTarget(), {
      buffered: this.buffered,
      appendBuffer: (bytes: Uint8Array) => {
        this.seconds += bytes.length;
        queueMicrotask(() => buffer.dispatchEvent(new Event('updateend')));
      },
    });
    return buffer as unknown as SourceBuffer;
  }
  endOfStream() {
    this.readyState = 'ended';
  }
  get buffered() {
    return { length: this.seconds > 0 ? 1 : 0, start: () => 0, end: () => this.seconds };
  }
}

function world(change: { isTypeSupported?: boolean; sources?: undefined; refuses?: boolean } = {}) {
  const asked: string[] = [];
  const films: { video: HTMLVideoElement; isRunning: boolean; at: number }[] = [];
  let source = new InstantSource();
  let tell: (event: LiveEvent) => void = () => undefined;
  const sources: FilmSources = {
    create: () => {
      source = new InstantSource();
      return source;
    },
    isTypeSupported: () => change.isTypeSupported ?? true,
    isManaged: false,
    url(made) {
      queueMicrotask(() => made.dispatchEvent(new Event('sourceopen')));
      return 'blob:film';
    },
    revoke: () => undefined,
  };
  const video = () => {
    const element = document.createElement('video');
    const one = { video: element, isRunning: false, at: 0 };
    Object.defineProperty(element, 'currentTime', { get: () => one.at, set: (at) => (one.at = at) });
    Object.defineProperty(element, 'buffered', { get: () => source.buffered });
    element.play = async () => {
      if (change.refuses === true) throw new DOMException('no', 'NotAllowedError');
      one.isRunning = true;
      element.dispatchEvent(new Event('playing'));
    };
    element.pause = () => {
      one.isRunning = false;
      element.dispatchEvent(new Event('pause'));
    };
    element.load = () => undefined;
    films.push(one);
    return element;
  };
  const watchLive = (id: JobId, told: (event: LiveEvent) => void) => {
    asked.push(`watch ${id}`);
    tell = told;
    return { taken: (bytes: number) => asked.push(`taken ${bytes}`), stop: () => asked.push('stop') };
  };
  const [wanted, want] = createSignal<JobId | undefined>(job);
  const film = createRoot(() =>
    followFilm({ sources: 'sources' in change ? undefined : sources, bytes: { watchLive }, video }, wanted),
  );
  const turns = async () => {
    for (let turn = 0; turn < 6; turn++) await Promise.resolve();
  };
  return {
    asked,
    film,
    films,
    want,
    turns,
    tell: (event: LiveEvent) => tell(event),
    async comes(seconds: number) {
      tell({ type: 'bytes', job, bytes: new Uint8Array(seconds) });
      await turns();
    },
    /** It was played up to here, and there is nothing more to show. */
    async stall(at: number) {
      const one = films.at(-1)!;
      one.at = at;
      one.video.dispatchEvent(new Event('waiting'));
      await turns();
    },
  };
}

describe('a film in the making', () => {
  test('is asked for while it is wanted, and silent until somebody wants to hear it', () => {
    const { asked, film, films, want, tell } = world();
    expect(asked).toEqual([`watch ${job}`]);
    expect(film()).toBeUndefined();
    tell(began);
    expect(film()!.isMuted()).toBe(true);
    expect(films[0]!.video.muted).toBe(true);
    film()!.mute(false);
    expect(films[0]!.video.muted).toBe(false);
    want(undefined);
    expect(film()).toBeUndefined();
    expect(asked.at(-1)).toBe('stop');
  });

  test('plays when it is wanted and there is some of it, whichever comes first', async () => {
    const { film, films, tell, comes } = world();
    tell(began);
    film()!.play();
    expect(films[0]!.isRunning).toBe(false);
    expect(film()!.isPlaying()).toBe(true);
    await comes(1);
    expect(films[0]!.isRunning).toBe(true);
    expect(film()!.hasBegun()).toBe(true);
    film()!.pause();
    await comes(5);
    expect(films[0]!.isRunning).toBe(false);
    expect(film()!.isPlaying()).toBe(false);
    film()!.play();
    expect(films[0]!.isRunning).toBe(true);
  });

  test('stands still where the making is, and goes on with two seconds in hand or at the end', async () => {
    const { film, films, tell, comes, stall, turns } = world();
    tell(began);
    film()!.play();
    await comes(3);
    await stall(2.9);
    expect(films[0]!.isRunning).toBe(false);
    // It is not paused: nobody pressed anything.
    expect(film()!.isPlaying()).toBe(true);
    await comes(1);
    expect(films[0]!.isRunning).toBe(false);
    await comes(1);
    expect(films[0]!.isRunning).toBe(true);
    await stall(4.9);
    tell({ type: 'ended', job, why: 'finished' });
    await turns();
    expect(films[0]!.isRunning).toBe(true);
  });

  test('waits for its decoder without being stopped', async () => {
    const { film, films, tell, comes, stall } = world();
    tell(began);
    film()!.play();
    await comes(3);
    await stall(0.5);
    expect(films[0]!.isRunning).toBe(true);
  });

  test('that is stopped on its way to another screen goes on there; stopped by somebody, it stands', async () => {
    const { film, films, tell, comes } = world();
    tell(began);
    film()!.play();
    await comes(5);
    const { video } = films[0]!;
    const frames: (() => void)[] = [];
    vi.stubGlobal('requestAnimationFrame', (then: () => void) => frames.push(then));
    video.pause();
    expect(film()!.isPlaying()).toBe(true);
    document.body.append(video);
    for (const frame of frames.splice(0)) frame();
    expect(films[0]!.isRunning).toBe(true);
    video.pause();
    expect(film()!.isPlaying()).toBe(false);
    video.remove();
    vi.unstubAllGlobals();
  });

  test('that the browser may not play unasked waits for somebody to press the button', async () => {
    const { film, tell, comes } = world({ refuses: true });
    tell(began);
    film()!.play();
    await comes(3);
    expect(film()!.isPlaying()).toBe(false);
    expect(film()!.hasBegun()).toBe(false);
  });

  test('of a second attempt is another element, heard and played like the one before', async () => {
    const { film, films, tell, comes } = world();
    tell(began);
    film()!.play();
    film()!.mute(false);
    await comes(2);
    tell(began);
    expect(film()!.video).toBe(films[1]!.video);
    expect(films[1]!.video.muted).toBe(false);
    await comes(2);
    expect(films.map(({ isRunning }) => isRunning)).toEqual([false, true]);
  });

  test.each(['failed', 'cancelled', 'unknown'] as const)('of a job that is %s goes', (why) => {
    const { film, tell } = world();
    tell(began);
    tell({ type: 'ended', job, why });
    expect(film()).toBeUndefined();
  });

  test('that the browser cannot read is not fetched', () => {
    const { film, asked, tell } = world({ isTypeSupported: false });
    tell(began);
    expect(film()).toBeUndefined();
    expect(asked.at(-1)).toBe('stop');
  });

  test('is not even asked for where nothing could show it', () => {
    expect(world({ sources: undefined }).asked).toEqual([]);
  });

  test('that breaks is dropped and not fetched any further', async () => {
    const { film, films, asked, tell, comes } = world();
    tell(began);
    await comes(1);
    films[0]!.video.dispatchEvent(new Event('error'));
    expect(film()).toBeUndefined();
    expect(asked.at(-1)).toBe('stop');
  });
});

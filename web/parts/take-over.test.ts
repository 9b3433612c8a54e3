// One video after another, with elements that seek and play as the test says.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { takeOver } from './take-over.ts';

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => {
    queueMicrotask(then);
    return 0;
  });
});
afterEach(() => vi.unstubAllGlobals());

function element(at: number, duration: number) {
  const video = document.createElement('video');
  const seeks: number[] = [];
  let time = at;
  let isPaused = true;
  let ready = 0;
  Object.defineProperties(video, {
    currentTime: {
      get: () => time,
      set(to: number) {
        seeks.push(to);
        time = to;
      },
    },
    duration: { get: () => duration },
    paused: { get: () => isPaused },
    ended: { get: () => time >= duration },
    readyState: { get: () => ready },
  });
  video.play = async () => {
    isPaused = false;
  };
  return {
    video,
    seeks,
    goesTo(to: number) {
      time = to;
    },
    say(type: 'loadeddata' | 'seeked' | 'error') {
      ready = type === 'error' ? 0 : 2;
      video.dispatchEvent(new Event(type));
    },
  };
}

const settled = async () => {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
};

test('it is brought to where the other one is by then, and plays and sounds like it', async () => {
  const before = element(5, Number.POSITIVE_INFINITY);
  const next = element(0, 20);
  const done = vi.fn();
  before.video.muted = true;
  takeOver({ video: before.video, isPlaying: () => true }, next.video, done);
  next.say('loadeddata');
  expect(next.seeks).toEqual([5]);
  // The seek took a while.
  before.goesTo(5.4);
  next.say('seeked');
  expect(next.seeks[1]).toBeCloseTo(5.8);
  expect(done).not.toHaveBeenCalled();
  before.goesTo(5.8);
  next.say('seeked');
  await settled();
  expect(done).toHaveBeenCalledOnce();
  expect(next.video.paused).toBe(false);
  expect(next.video.muted).toBe(true);
});

test('on a machine that seeks too slowly it comes near and is content', async () => {
  const before = element(1, Number.POSITIVE_INFINITY);
  const next = element(0, 60);
  const done = vi.fn();
  takeOver({ video: before.video, isPlaying: () => true }, next.video, done);
  next.say('loadeddata');
  for (let times = 1; times < 9 && done.mock.calls.length === 0; times++) {
    before.goesTo(1 + times * times);
    next.say('seeked');
    await settled();
  }
  expect(done).toHaveBeenCalledOnce();
  expect(next.seeks.length).toBeLessThanOrEqual(4);
});

test('one that stands still is followed by one that stands still, at the end too', async () => {
  const before = element(20, 20);
  const next = element(0, 20);
  const done = vi.fn();
  takeOver({ video: before.video, isPlaying: () => true }, next.video, done);
  next.say('loadeddata');
  next.say('seeked');
  await settled();
  expect(done).toHaveBeenCalledOnce();
  expect(next.video.paused).toBe(true);
  expect(next.video.currentTime).toBeCloseTo(19.95);
});

test('one that cannot be played is shown all the same: its controls say so', () => {
  const done = vi.fn();
  const next = element(0, 20);
  takeOver({ video: element(3, 20).video, isPlaying: () => true }, next.video, done);
  next.say('error');
  expect(done).toHaveBeenCalledOnce();
});

test('given up, nothing happens any more', () => {
  const done = vi.fn();
  const next = element(0, 20);
  takeOver({ video: element(3, 20).video, isPlaying: () => true }, next.video, done)();
  next.say('loadeddata');
  next.say('error');
  expect(next.seeks).toEqual([]);
  expect(done).not.toHaveBeenCalled();
});

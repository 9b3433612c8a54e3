import { expect, test } from 'vitest';
import { createBell } from './bell.ts';
import { openWhenPressed, type PressedWorker } from './notification-press.ts';

const ring = { title: 'Your video is ready', body: 'Robin', path: '/job/j_1' };

function world(answer: NotificationPermission = 'granted') {
  const shown: { title: string; onclick?: () => void }[] = [];
  const byWorker: string[] = [];
  const notes = new Map<string, string>();
  const container = new EventTarget();
  let isRefused = false;
  class Shown {
    static permission: NotificationPermission = 'default';
    static async requestPermission() {
      Shown.permission = answer;
      return answer;
    }
    onclick?: () => void;
    readonly title: string;
    constructor(title: string) {
      this.title = title;
      if (isRefused) throw new TypeError('Illegal constructor');
      shown.push(this);
    }
    close() {}
  }
  const parts = {
    notification: Shown as unknown as typeof Notification,
    container: Object.assign(container, {
      ready: Promise.resolve({ showNotification: async (title: string) => byWorker.push(title) }),
    }) as unknown as ServiceWorkerContainer,
    notes: {
      getItem: (name: string) => notes.get(name) ?? null,
      setItem: (name: string, value: string) => void notes.set(name, value),
      removeItem: (name: string) => void notes.delete(name),
    },
    focus: () => undefined,
  };
  return { parts, shown, byWorker, container, onAndroid: () => (isRefused = true) };
}

test('nothing rings before a person asked for it, and not after they took it back', async () => {
  const { parts, shown } = world();
  const bell = createBell(parts);
  bell.ring(ring);
  expect([bell.state(), shown.length]).toEqual(['off', 0]);
  await bell.turnOn();
  bell.ring(ring);
  expect([bell.state(), shown.length]).toEqual(['on', 1]);
  expect(createBell(parts).state(), 'kept for the next time').toBe('on');
  bell.turnOff();
  bell.ring(ring);
  expect([bell.state(), shown.length]).toEqual(['off', 1]);
});

test('a browser that was told no is said to block, and one without notifications to have none', async () => {
  const { parts } = world('denied');
  const bell = createBell(parts);
  await bell.turnOn();
  expect(bell.state()).toBe('blocked');
  expect(createBell({ ...parts, notification: undefined }).state()).toBe('none');
});

test('where a page may not, the worker shows it; pressing it opens the job either way', async () => {
  const { parts, shown, byWorker, container, onAndroid } = world();
  const bell = createBell(parts);
  const opened: string[] = [];
  bell.onPressed((path) => opened.push(path));
  await bell.turnOn();
  bell.ring(ring);
  shown[0]?.onclick?.();
  onAndroid();
  bell.ring(ring);
  await expect.poll(() => byWorker).toEqual([ring.title]);
  container.dispatchEvent(
    new MessageEvent('message', { data: { type: 'notification/pressed', path: ring.path } }),
  );
  container.dispatchEvent(new MessageEvent('message', { data: { type: 'something/else' } }));
  expect(opened).toEqual([ring.path, ring.path]);
});

test('the worker brings an open page to the front, or opens one', async () => {
  const said: unknown[] = [];
  let pages = [
    { postMessage: (message: unknown) => said.push(message), focus: async () => said.push('focus') },
  ];
  let press: ((event: unknown) => void) | undefined;
  openWhenPressed({
    addEventListener: (_type: string, listener: (event: unknown) => void) => {
      press = listener;
    },
    clients: { matchAll: async () => pages, openWindow: async (path: string) => said.push(`window ${path}`) },
  } as unknown as PressedWorker);
  const pressing = async () => {
    let done: Promise<void> | undefined;
    press?.({
      notification: { close: () => undefined, data: { path: ring.path } },
      waitUntil: (work: Promise<void>) => {
        done = work;
      },
    });
    await done;
  };
  await pressing();
  pages = [];
  await pressing();
  expect(said).toEqual([{ type: 'notification/pressed', path: ring.path }, 'focus', `window ${ring.path}`]);
});

// A live world for tests: the real live layer, vault and links on fake-indexeddb, a hand-turned clock and a hub in
// memory. Two worlds on one database are two tabs; a second world after a first one's crash is a reload.
import { createFakeHub, type FakeHub } from '../link/fake-hub.ts';
import { createHandClock, type HandClock } from '../link/hand-clock.ts';
import { AppDatabase } from '../vault/database.ts';
import { hashBlob } from '../vault/hashing.ts';
import { createMemoryTabs } from '../vault/memory-tabs.ts';
import type { TabChannel } from '../vault/tab-channel.ts';
import { createLive, type OpenLive } from './create-live.ts';

let databases = 0;

export interface TestLive {
  live: OpenLive;
  db: AppDatabase;
  clock: HandClock;
  hub: FakeHub;
  /** What the world was asked for: object URLs alive now, requests to the workstation. */
  seen: { urls: Set<string>; requests: string[]; here: boolean[]; moves: number };
  /** Ends as a crash does: nothing is flushed, nothing is closed in order. */
  crash(): void;
}

export interface TestLiveOptions {
  name?: string;
  hub?: FakeHub;
  tabs?: () => TabChannel;
  clock?: HandClock;
  answer?: (body: unknown) => unknown;
}

export function newDatabaseName(): string {
  return `live-${databases++}`;
}

export async function openTestLive(options: TestLiveOptions = {}): Promise<TestLive> {
  const db = new AppDatabase(options.name ?? newDatabaseName());
  const clock = options.clock ?? createHandClock();
  const hub = options.hub ?? createFakeHub();
  const seen: TestLive['seen'] = { urls: new Set(), requests: [], here: [], moves: 0 };
  let made = 0;
  const live = await createLive({
    db,
    tabs: (options.tabs ?? createMemoryTabs())(),
    bytes: {
      hash: hashBlob,
      reach: (here) => void seen.here.push(here),
      move: () => {
        seen.moves++;
      },
    },
    clock,
    syncUrl: 'ws://127.0.0.1:1/sync',
    socket: hub.socket,
    fetch: async (input, init) => {
      seen.requests.push(String(input));
      return new Response(JSON.stringify(options.answer?.(JSON.parse(String(init?.body))) ?? {}));
    },
    urls: {
      create() {
        const url = `blob:${made++}`;
        seen.urls.add(url);
        return url;
      },
      revoke: (url) => void seen.urls.delete(url),
    },
    storage: undefined,
    deviceName: 'Test',
  });
  return {
    live,
    db,
    clock,
    hub,
    seen,
    crash() {
      hub.goAway();
      db.close({ disableAutoOpen: true });
    },
  };
}

/** Waits, turn by turn of the event loop, until something is so. No time passes on the world's clock. */
export async function until(what: () => boolean | Promise<boolean>, name = 'it'): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`waited 2000 turns for ${name}`);
}

/** A one-pixel PNG with its own bytes at the end, so that every one is another asset. */
export function picture(mark: string, padBytes = 0): Blob {
  const head = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const rest = new TextEncoder().encode(mark);
  return new Blob([head, rest, new Uint8Array(padBytes)], { type: 'image/png' });
}

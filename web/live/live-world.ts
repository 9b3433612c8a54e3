// A live world for tests: the real live layer, vault and links on fake-indexeddb, a hand-turned clock, and a hub and a
// workstation's trust in memory; paired as an owner unless told otherwise. Two worlds on one database are two tabs; a second world after a first one's crash is a reload.

import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { createFakeAgent, type FakeAgent } from '../identity/fake-agent.ts';
import { openIdentity } from '../identity/identity.ts';
import { createFakeHub, type FakeHub } from '../link/fake-hub.ts';
import { createHandClock, type HandClock } from '../link/hand-clock.ts';
import { AppDatabase } from '../vault/database.ts';
import type { KeptElsewhere } from '../vault/erase.ts';
import { hashBlob } from '../vault/hashing.ts';
import { createMemoryTabs } from '../vault/memory-tabs.ts';
import type { TabChannel } from '../vault/tab-channel.ts';
import { createLive, type LiveWorld, type OpenLive } from './create-live.ts';
import type { LinkState } from './live.ts';

let databases = 0;

export interface TestLive {
  live: OpenLive;
  db: AppDatabase;
  clock: HandClock;
  hub: FakeHub;
  agent: FakeAgent;
  /** This device's id, when it was paired from the start. */
  device: string;
  /** What the world was asked for: object URLs alive now, requests to the workstation that are not about trust. */
  seen: {
    urls: Set<string>;
    requests: string[];
    here: boolean[];
    moves: number;
    /** Whether the bytes worker was ended, and how often the page was left. */
    ended: number;
    left: number;
  };
  /** A worker of this browser says what moves files now. */
  moves(link: LinkState): void;
  /** Ends as a crash does: nothing is flushed, nothing is closed in order. */
  crash(): void;
}

export interface TestLiveOptions {
  name?: string;
  hub?: FakeHub;
  tabs?: () => TabChannel;
  clock?: HandClock;
  answer?: (body: unknown) => unknown;
  agent?: FakeAgent;
  /** False = never paired; a seat = paired as that. Default: owner, unless the database has its own record. */
  paired?: false | Parameters<FakeAgent['seat']>[1];
  invited?: InvitationLink;
  isOwnMachine?: boolean;
  notes?: LiveWorld['notes'];
  kept?: KeptElsewhere;
  background?: LiveWorld['background'];
}

export function newDatabaseName(): string {
  return `live-${databases++}`;
}

export async function openTestLive(options: TestLiveOptions = {}): Promise<TestLive> {
  const db = new AppDatabase(options.name ?? newDatabaseName());
  const clock = options.clock ?? createHandClock();
  const hub = options.hub ?? createFakeHub();
  const seen: TestLive['seen'] = { urls: new Set(), requests: [], here: [], moves: 0, ended: 0, left: 0 };
  let made = 0;
  const agent = options.agent ?? (await agentOf(hub, clock));
  hub.admit(agent.admits);
  const identity = openIdentity(db);
  if (options.paired !== false && (await identity.read()) === undefined) {
    const { standing, key } = await agent.adopt('Test', options.paired);
    const { state: _, ...record } = standing;
    await identity.pair(record, key);
  }
  const device = (await identity.read())?.device ?? '';
  let tellLink: (state: LinkState) => void = () => undefined;
  const live = await createLive({
    db,
    tabs: (options.tabs ?? createMemoryTabs())(),
    bytes: {
      hash: hashBlob,
      reach: (here) => void seen.here.push(here),
      onDirect: () => undefined,
      move: () => {
        seen.moves++;
      },
      watchLive: () => ({ taken() {}, stop() {} }),
      close: () => {
        seen.ended++;
      },
    },
    links: {
      listen(heard) {
        tellLink = heard;
        return () => undefined;
      },
      close: () => undefined,
    },
    film: { sources: undefined, video: () => document.createElement('video') },
    clock,
    syncUrl: 'ws://127.0.0.1:1/sync',
    socket: hub.socket,
    fetch: async (input, init) => {
      const answer = await agent.fetch(input, init);
      if (isTrust.has(String(input)) || !answer.ok) return answer;
      seen.requests.push(String(input));
      return Response.json(options.answer?.(JSON.parse(String(init?.body ?? 'null'))) ?? {});
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
    workers: undefined,
    device: { name: 'Test', kind: 'browser' },
    isOwnMachine: options.isOwnMachine ?? false,
    notes: options.notes,
    background: options.background ?? {
      sight: { isVisible: () => true, watch: () => () => undefined },
      screenLock: undefined,
      sync: undefined,
    },
    kept: options.kept ?? { caches: undefined, workers: undefined, notes: [] },
    leave: () => {
      seen.left++;
    },
  });
  if (options.invited !== undefined) live.invited(options.invited);
  return {
    moves: (link) => tellLink(link),
    live,
    db,
    clock,
    hub,
    agent,
    device,
    seen,
    crash() {
      hub.goAway();
      db.close({ disableAutoOpen: true });
    },
  };
}

const isTrust: ReadonlySet<string> = new Set([
  endpoints.pairingStart,
  endpoints.pairingFinish,
  endpoints.challenge,
  endpoints.token,
]);

/** A second world on the same hub meets the same workstation. */
const agents = new WeakMap<FakeHub, Promise<FakeAgent>>();
function agentOf(hub: FakeHub, clock: HandClock): Promise<FakeAgent> {
  const made = agents.get(hub) ?? createFakeAgent({ isHere: hub.isHere, now: clock.now });
  agents.set(hub, made);
  return made;
}

/** Waits, turn by turn of the event loop, until something is so. No time passes on the world's clock. */
export async function until(what: () => boolean | Promise<boolean>, name = 'it'): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`waited 2000 turns for ${name}`);
}

/** A PNG, as far as anybody looks who shows no pixels; with bytes of its own, so that every one is another asset. */
export function picture(mark: string, padBytes = 0): Blob {
  const chunk = (name: string, content: Uint8Array) => {
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, content.length);
    head.set(new TextEncoder().encode(name), 4);
    return [head, content as Uint8Array<ArrayBuffer>, new Uint8Array(4)];
  };
  const pixels = new Uint8Array(padBytes + mark.length * 4);
  new TextEncoder().encodeInto(mark, pixels);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [signature, ...chunk('IDAT', pixels), ...chunk('IEND', new Uint8Array(0))];
  return new Blob(parts, { type: 'image/png' });
}

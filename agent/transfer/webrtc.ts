// WebRTC for the agent, in a process of its own: the library is native code that strangers' packets reach, and it has
// been seen to crash. Here are stand-ins for its peers, and when that process starts, ends, and is let be for a while.
// It knows nothing of calls or links, which see a peer like any other.

import type { PeerSignal, SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { cellEnvironment } from '../process/confine.ts';
import { type ModuleEntry, moduleEntry } from '../process/entry.ts';
import { type HostChild, startHostChild } from '../process/host-child.ts';
import type { Side } from './webrtc-library.ts';
import { type FromChild, fromChildSchema, MESSAGE_COST, type ToChild } from './webrtc-messages.ts';

/** Without a peer for so long it is ended: it holds some 80 MB, and starts in half a second. */
const IDLE_MS = 30_000;
/** One that does not answer within the time a device waits for its call is of no use to anybody. */
const ANSWER_MS = 8000;
const GRACE_MS = 300;
/** So many ends that nobody wanted within this time, and there are no direct links for as long again. */
const ENDS = 3;
const ENDS_WITHIN_MS = 60_000;
/** Messages taken are told of in steps of this. */
const TELL_BYTES = 256 * 1024;

export interface WebRtc {
  /**
   * Resolves to a maker of peers when the process with the library is there and answers. Rejects where there is no library
   * for this system, and with Failure `too-often` while it has crashed too often.
   */
  load(): Promise<(side?: Side) => SimplePeer>;
  /** Of the process, while it lives. */
  pid(): number | undefined;
  close(): Promise<void>;
}

export interface WebRtcOptions {
  clock: Clock;
  log: Logger;
  /** The program; the product's own when absent. */
  entry?: ModuleEntry;
}

type OfPeer = Extract<FromChild, { peer: number }>;

/** Starts nothing yet. */
export function createWebRtc(options: WebRtcOptions): WebRtc {
  const { clock, log } = options;
  const entry = options.entry ?? moduleEntry('./webrtc-child.ts', import.meta.url);
  let current: Child | undefined;
  const going = new Set<Child>();
  let ends: number[] = [];
  let restUntil = 0;
  let missing: Error | undefined;
  let closed = false;

  interface Child {
    readonly pid: number;
    /** Resolves when it answers; rejects when it ends before, or has no library. */
    answers(): Promise<void>;
    make(side: Side): SimplePeer;
    end(): Promise<unknown>;
  }

  const crashed = () => {
    const now = clock.now();
    ends = [...ends.filter((at) => now - at < ENDS_WITHIN_MS), now];
    if (ends.length < ENDS) return;
    ends = [];
    restUntil = now + ENDS_WITHIN_MS;
    log.error('direct.resting', { forMs: ENDS_WITHIN_MS });
  };

  const start = (): Child => {
    const peers = new Map<number, StandIn>();
    const waiting: { resolve(): void; reject(cause: Error): void }[] = [];
    let count = 0;
    let isOver = false;
    let stopIdle: (() => void) | undefined;
    const settle = (cause?: Error) => {
      for (const { resolve, reject } of waiting.splice(0)) cause === undefined ? resolve() : reject(cause);
    };
    const tell = (message: ToChild) => host.send(message);
    const rest = () => {
      stopIdle?.();
      if (peers.size === 0 && !isOver) stopIdle = clock.after(IDLE_MS, () => void child.end());
    };
    const toPeer = (message: OfPeer) => {
      const peer = peers.get(message.peer);
      if (message.type === 'peer/gone') {
        peers.delete(message.peer);
        rest();
      }
      peer?.hear(message);
    };
    /** It answers with nonsense or not at all: ended like one that crashed. */
    const giveUp = (why: string) => {
      if (isOver) return;
      log.warn('direct.child-lost', { why });
      letGo();
      crashed();
      void host.end();
    };
    const letGo = () => {
      isOver = true;
      stopIdle?.();
      if (current === child) current = undefined;
    };
    const host: HostChild = startHostChild({
      entry,
      args: [],
      clock,
      env: surroundings(),
      serialization: 'advanced',
      graceMs: GRACE_MS,
      onLine: (line) => log.debug('direct.child-said', { line }),
      onMessage(raw) {
        const decoded = fromChildSchema.safeParse(raw);
        if (!decoded.success) return giveUp(decoded.error.issues[0]?.message ?? 'not understood');
        const message = decoded.data;
        if (message.type === 'ready') return settle();
        if (message.type !== 'missing') return toPeer(message);
        missing = new Error(message.why);
        settle(missing);
        void child.end();
      },
    });
    log.info('direct.child-started', { pid: host.pid });
    const child: Child = {
      pid: host.pid,
      answers() {
        const answer = new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
        const stop = clock.after(ANSWER_MS, () => giveUp('it does not answer'));
        rest();
        tell({ type: 'ask' });
        return answer.finally(stop);
      },
      make(side) {
        const id = count++;
        const peer = createStandIn((message) => tell({ ...message, peer: id } as ToChild));
        if (isOver) {
          queueMicrotask(() => peer.end('the WebRTC process has ended'));
          return peer.peer;
        }
        peers.set(id, peer);
        stopIdle?.();
        tell({ type: 'peer/make', peer: id, side });
        return peer.peer;
      },
      end() {
        letGo();
        return host.end();
      },
    };
    going.add(child);
    void host.ended.then(({ code, signal, wanted }) => {
      going.delete(child);
      letGo();
      const how = signal === null ? `exit code ${code}` : signal;
      log[wanted ? 'info' : 'warn']('direct.child-ended', { code, signal, wanted, links: peers.size });
      if (!wanted) crashed();
      settle(new Error(`the WebRTC process ended (${how})`));
      for (const peer of [...peers.values()]) peer.end(`the WebRTC process ended (${how})`);
      peers.clear();
    });
    return child;
  };

  return {
    async load() {
      if (closed) throw new Error('the agent stops');
      if (missing !== undefined) throw missing;
      if (clock.now() < restUntil) throw restsNow();
      current ??= start();
      const child = current;
      await child.answers();
      return (side = 'answers') => child.make(side);
    },
    pid: () => current?.pid,
    async close() {
      closed = true;
      await Promise.all([...going].map((child) => child.end()));
    },
  };
}

/** As a confined tool's, but with a heap for each of the library's threads: its memory is not counted by addresses. */
function surroundings(): NodeJS.ProcessEnv {
  const { MALLOC_ARENA_MAX: _, ...rest } = cellEnvironment();
  return rest;
}

function restsNow(): Failure {
  return new Failure({
    code: 'too-often',
    message: `The process of the direct connections ended unexpectedly ${ENDS} times within a minute.`,
    hint: 'Direct connections are off for a minute. Transfers go on over the ordinary connection.',
    retry: 'soon',
  });
}

// Omit that keeps a union a union.
type Unnumbered<T> = T extends { peer: number } ? Omit<T, 'peer'> : never;

/** What the agent has in the place of a peer. */
interface StandIn {
  readonly peer: SimplePeer;
  hear(message: OfPeer): void;
  /** The process is gone. */
  end(why: string): void;
}

function createStandIn(tell: (message: Unnumbered<ToChild>) => boolean): StandIn {
  const ears: {
    signal: ((said: PeerSignal) => void)[];
    error: ((cause: Error) => void)[];
    close: (() => void)[];
    open: (() => void)[];
  } = { signal: [], error: [], close: [], open: [] };
  let readyState: 'connecting' | 'open' | 'closed' = 'connecting';
  let isEnding = false;
  let given = 0;
  let handled = 0;
  let waits = 0;
  let taken = 0;
  let toldTaken = 0;

  const channel: NonNullable<SimplePeer['_channel']> = {
    // What is on its way to the child waits as well.
    get bufferedAmount() {
      return given - handled + waits;
    },
    get readyState() {
      return readyState;
    },
    onmessage: undefined,
    send(message: string | Uint8Array) {
      if (readyState !== 'open' || !tell({ type: 'peer/send', message })) {
        throw new Error('the channel is not open');
      }
      given += message.length;
    },
    addEventListener: (_, listener) => void ears.open.push(listener),
  };
  const over = () => {
    readyState = 'closed';
    for (const listener of ears.close.splice(0)) listener();
  };
  const fail = (why: string) => {
    for (const listener of ears.error) listener(new Error(why));
    over();
  };
  const take = (message: string | Uint8Array) => {
    taken += message.length + MESSAGE_COST;
    if (taken - toldTaken >= TELL_BYTES) {
      toldTaken = taken;
      tell({ type: 'peer/took', taken });
    }
    if (typeof channel.onmessage !== 'function') return;
    // As a channel gives it, and a copy: what came is a view of the pipe's memory, its neighbours in it.
    channel.onmessage({ data: typeof message === 'string' ? message : new Uint8Array(message).buffer });
  };

  return {
    peer: {
      _channel: channel,
      on(event: keyof typeof ears, listener: never) {
        ears[event].push(listener);
      },
      signal: (said) => void tell({ type: 'peer/signal', signal: plain(said) }),
      destroy() {
        if (isEnding) return;
        isEnding = true;
        readyState = 'closed';
        tell({ type: 'peer/end' });
      },
    },
    hear(message) {
      switch (message.type) {
        case 'peer/signal':
          for (const listener of ears.signal) listener(plain(message.signal));
          return;
        case 'peer/open':
          if (readyState !== 'connecting') return;
          readyState = 'open';
          for (const listener of ears.open.splice(0)) listener();
          return;
        case 'peer/message':
          return take(message.message);
        case 'peer/room':
          // One that was wrong about itself must not let us send for ever.
          handled = Math.min(message.handled, given);
          waits = message.waits;
          return;
        case 'peer/failed':
          return fail(message.why);
        case 'peer/gone':
          return over();
      }
    },
    end: fail,
  };
}

/** Without the fields that are there and undefined. */
function plain({ type, sdp, candidate }: Signal): PeerSignal {
  return {
    type,
    ...(sdp === undefined ? {} : { sdp }),
    ...(candidate === undefined
      ? {}
      : {
          candidate: {
            candidate: candidate.candidate,
            sdpMLineIndex: candidate.sdpMLineIndex ?? null,
            sdpMid: candidate.sdpMid ?? null,
          },
        }),
  };
}
type Signal = Extract<ToChild, { type: 'peer/signal' }>['signal'];

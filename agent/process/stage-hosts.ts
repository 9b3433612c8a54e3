// The agent's side of the stage hosts: starts one when there is work, gives it one stage at a time, ends its
// whole process group on cancel or when it falls silent, reads a crash into a Failure, starts afresh afterwards, and ends
// an idle one to give memory back. Photos are looked at by the same process, or by a second one while a stage runs; a third
// one runs what may run beside the leading job's stage.
import type { EngineEntry, VoiceEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Clock } from '../clock.ts';
import type { PhotoInspection } from '../engines/look/port.ts';
import type { Logger } from '../log/logger.ts';
import type { StageHost, StageWatch } from '../stages/host.ts';
import type { ModuleEntry } from './entry.ts';
import { moduleEntry } from './entry.ts';
import { type HostChild, type HostEnd, startHostChild } from './host-child.ts';
import { saysOutOfMemory } from './memory-words.ts';
import { type FromHost, fromHostSchema, type HostAnswer, type HostWorld, type ToHost } from './messages.ts';

/** Loaded engines hold a few hundred MiB; a person who spins again within this time does not wait for them. */
const IDLE_MS = 60_000;
/** Between SIGTERM and SIGKILL; a cancel must be over within 5 s. */
const GRACE_MS = 1500;
/** A host says every 2 s that it is alive. So many looks without a word, and it is stuck. */
const LOOK_MS = 5000;
const SILENT_LOOKS = 24;

export interface StageHosts extends StageHost {
  /** What a photo is good for. Rejects with Failure `engine-failed` when the look engine cannot answer. */
  inspectPhoto(path: string, signal: AbortSignal): Promise<PhotoInspection>;
  /** Asks every engine, or those named, whether it can work, and the speaking ones among them for their voices. */
  describe(
    signal: AbortSignal,
    only?: readonly string[],
  ): Promise<{ engines: EngineEntry[]; voices: VoiceEntry[] }>;
  /** Process ids of the hosts alive now. */
  pids(): number[];
  close(): Promise<void>;
}

export interface StageHostOptions {
  clock: Clock;
  log: Logger;
  world?: Partial<HostWorld>;
  /** The program of a host; the product's own when absent. */
  entry?: ModuleEntry;
  args?: readonly string[];
  idleMs?: number;
  graceMs?: number;
}

// Omit that keeps a union a union.
type Ask<T> = T extends { call: number } ? Omit<T, 'call'> : never;
type Waiting = { watch: StageWatch | undefined; settle: (answer: HostAnswer | HostEnd) => void };

export function createStageHosts(options: StageHostOptions): StageHosts {
  const { clock, log } = options;
  const world: HostWorld = { ffmpegFirst: [], ffmpegLast: [], ollama: {}, ...options.world };
  const entry = options.entry ?? moduleEntry('./stage-host.ts', import.meta.url);
  let closed = false;

  const createSlot = (name: string) => {
    let child: HostChild | undefined;
    let stopIdle: (() => void) | undefined;
    let calls = 0;
    let silentLooks = 0;
    const waiting = new Map<number, Waiting>();

    const receive = (raw: unknown) => {
      silentLooks = 0;
      const decoded = fromHostSchema.safeParse(raw);
      if (!decoded.success) {
        log.warn('host.not-understood', { host: name, why: decoded.error.issues[0]?.message });
        return;
      }
      const message: FromHost = decoded.data;
      if (message.type === 'host/alive') return;
      if (message.type === 'log') return log[message.level](message.event, message.fields);
      const call = waiting.get(message.call);
      if (message.type === 'stage/progress') return call?.watch?.progress(message.done, message.total);
      if (message.type === 'stage/preview') return call?.watch?.preview(message.still);
      if (message.type === 'stage/live') return call?.watch?.live(message.film);
      call?.settle(message);
    };
    const start = (): HostChild => {
      const started = startHostChild({
        entry,
        args: options.args ?? [],
        clock,
        graceMs: options.graceMs ?? GRACE_MS,
        onMessage: receive,
        onLine: (line) => log.debug('host.said', { host: name, line }),
      });
      log.info('host.started', { host: name, pid: started.pid });
      started.send({ type: 'host/open', world } satisfies ToHost);
      void started.ended.then((end) => {
        if (child === started) child = undefined;
        log[end.wanted ? 'info' : 'warn']('host.ended', { host: name, code: end.code, signal: end.signal });
        for (const call of [...waiting.values()]) call.settle(end);
      });
      return started;
    };
    const rest = () => {
      if (waiting.size > 0 || child === undefined) return;
      stopIdle = clock.after(options.idleMs ?? IDLE_MS, () => void child?.end());
    };

    /** Calls `stuck` when the host has said nothing for long; returns the way to stop looking. */
    const watchFor = (stuck: () => void): (() => void) => {
      silentLooks = 0;
      let isOver = false;
      let stop = () => {};
      const look = () => {
        stop = clock.after(LOOK_MS, () => {
          // What was said while this process itself stood still is read first.
          setImmediate(() => {
            if (isOver) return;
            silentLooks += 1;
            if (silentLooks > SILENT_LOOKS) return stuck();
            look();
          });
        });
      };
      look();
      return () => {
        isOver = true;
        stop();
      };
    };

    /**
     * Sends one question and waits for its answer. When a stage is aborted its host is ended first, and the
     * reason thrown when everything is gone; other questions are merely no longer waited for.
     */
    const ask = async (
      message: Ask<ToHost>,
      watch: StageWatch | undefined,
      signal: AbortSignal,
    ): Promise<HostAnswer> => {
      stopIdle?.();
      calls += 1;
      const call = calls;
      let host: HostChild;
      // A host that is going (idle, cancelled) takes no work: the next one starts when it is gone.
      for (;;) {
        signal.throwIfAborted();
        if (closed) throw hostClosed();
        child ??= start();
        host = child;
        if (host.send({ ...message, call })) break;
        await host.end();
      }
      const isStage = message.type === 'stage/run';
      let onAbort = () => {};
      let stopWatching = () => {};
      try {
        const answer = new Promise<HostAnswer | HostEnd>((settle) => waiting.set(call, { watch, settle }));
        const aborted = new Promise<'aborted'>((settle) => {
          onAbort = () => settle('aborted');
          signal.addEventListener('abort', onAbort, { once: true });
        });
        const silent = new Promise<'silent'>((settle) => {
          if (isStage) stopWatching = watchFor(() => settle('silent'));
        });
        const got = await Promise.race([answer, aborted, silent]);
        if (got === 'silent') {
          const { lastLines } = await host.end();
          throw stuck(message, lastLines);
        }
        if (got === 'aborted' || signal.aborted) {
          if (isStage) await host.end();
          throw signal.reason;
        }
        if (!('type' in got)) throw closed ? hostClosed() : crash(got, message);
        if (got.type === 'call/failed') throw Failure.fromRecord(got.failure);
        return got;
      } finally {
        stopWatching();
        signal.removeEventListener('abort', onAbort);
        waiting.delete(call);
        rest();
      }
    };
    return {
      ask,
      busy: () => waiting.size > 0,
      pid: () => child?.pid,
      async end() {
        stopIdle?.();
        await child?.end();
      },
    };
  };

  const main = createSlot('main');
  const side = createSlot('side');
  const beside = createSlot('beside');
  let running = 0;
  /** Of each slot the last stage asked for: the next one waits for it. */
  const lastRun = new Map<typeof main, Promise<unknown>>();
  const free = () => (running > 0 ? side : main);

  return {
    async run({ beside: isBeside, ...task }, watch, signal) {
      const slot = isBeside === true ? beside : main;
      const before = lastRun.get(slot);
      const mine = (async () => {
        await before;
        running += 1;
        try {
          const got = await slot.ask({ type: 'stage/run', ...task }, watch, signal);
          if (got.type !== 'stage/done') throw unexpectedAnswer(got);
          return { output: got.output, kept: got.kept };
        } finally {
          running -= 1;
        }
      })();
      const done = mine.catch(() => {}); // whoever asked hears of it; the next one only waits
      lastRun.set(slot, done);
      return mine;
    },
    async inspectPhoto(path, signal) {
      const question = { type: 'photo/inspect' as const, path };
      const got = await free()
        .ask(question, undefined, signal)
        .catch((error: unknown) => {
          // The host may have been ended by the cancel of a stage that began meanwhile: not the photo's fault.
          if (signal.aborted || closed || !isCrash(error)) throw error;
          return free().ask(question, undefined, signal);
        });
      if (got.type !== 'photo/inspected') throw unexpectedAnswer(got);
      const { unfit, ...seen } = got.inspection;
      return {
        ...seen,
        faces: seen.faces,
        ...(unfit === undefined ? {} : { unfit }),
      };
    },
    async describe(signal, only) {
      const named = only === undefined ? {} : { only: [...only] };
      const got = await free().ask({ type: 'engines/describe', ...named }, undefined, signal);
      if (got.type !== 'engines/described') throw unexpectedAnswer(got);
      return { engines: got.engines, voices: got.voices };
    },
    pids: () => [main.pid(), side.pid(), beside.pid()].filter((pid) => pid !== undefined),
    async close() {
      closed = true;
      await Promise.all([main.end(), side.end(), beside.end()]);
    },
  };
}

const crashes = new WeakSet<Failure>();

function isCrash(error: unknown): boolean {
  return error instanceof Failure && crashes.has(error);
}

/** What to say of a host that died under its work. */
function crash(end: HostEnd, message: Ask<ToHost>): Failure {
  const what = message.type === 'stage/run' ? `The ${message.stage} stage` : 'The engine';
  const how = end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
  const lines = end.lastLines.join(' | ').slice(-1200);
  // The kernel's out-of-memory killer sends SIGKILL; programs say it in words.
  const memory = saysOutOfMemory(lines);
  const killed = end.signal === 'SIGKILL' && !end.wanted;
  const failure = new Failure({
    code: memory || killed ? 'out-of-memory' : 'engine-failed',
    message: `${what} ended unexpectedly (${how})${lines === '' ? ' without a word.' : `. Its last lines: ${lines}`}`,
    hint:
      memory || killed
        ? 'Close other programs to free memory, or choose a smaller size, then try again.'
        : 'Try again; if it happens again, please report the lines shown here.',
    retry: 'soon',
  });
  crashes.add(failure);
  return failure;
}

/** What to say of a host that does not answer any more. */
function stuck(message: Ask<ToHost>, lastLines: readonly string[]): Failure {
  const what = message.type === 'stage/run' ? `The ${message.stage} stage` : 'The engine';
  const lines = lastLines.join(' | ').slice(-1200);
  const minutes = Math.round((LOOK_MS * SILENT_LOOKS) / 60_000);
  return new Failure({
    code: 'timed-out',
    message: `${what} gave no sign of life for ${minutes} min and was stopped${lines === '' ? '.' : `. Its last lines: ${lines}`}`,
    hint: 'Try again; if it happens again, please report the lines shown here.',
    retry: 'soon',
  });
}

function hostClosed(): Failure {
  return new Failure({
    code: 'engine-failed',
    message: 'The agent is closing.',
    hint: 'Start the agent again; the job goes on where it was.',
    retry: 'soon',
  });
}

function unexpectedAnswer(got: HostAnswer): Failure {
  return new Failure({
    code: 'internal',
    message: `The stage host gave an answer of another kind: ${got.type}.`,
    hint: 'This is a fault of MySpinBot: please report it.',
  });
}

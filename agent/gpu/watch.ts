// The cards of this machine, read all the time by one nvidia-smi that stays: asking anew each time costs the driver more
// than the reading. It ends and starts that process, and knows what was read last; it does not know who wants to know.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { type GpuReading, gpuFields, gpuQuery, readGpuLine, withoutRefused } from './readings.ts';

export type GpuState =
  /** Not asked yet. */
  | 'unknown'
  /** No nvidia-smi: no card of NVIDIA's, or no driver. */
  | 'absent'
  | 'read'
  /** There is a driver, and it does not answer. */
  | 'failing';

export interface Gpus {
  readonly state: GpuState;
  /** What nvidia-smi said when it failed. */
  readonly trouble: string | undefined;
  /** What was read last, by index; empty unless it is fresh. */
  readings(): readonly GpuReading[];
  close(): Promise<void>;
}

const EVERY_S = 2;
/** After so many readings in a row that did not come, the driver hangs, or the card is gone. */
const MISSED = 5;
/** A driver that is being updated is back in a minute; one that is broken needs no load on top. */
const AGAIN_MS = [5000, 15_000, 60_000] as const;
const WORDS_KEPT = 2000;

type Child = ChildProcessByStdio<null, Readable, Readable>;

export function watchGpus(world: { clock: Clock; log: Logger; command?: string }): Gpus {
  const { clock, log, command = 'nvidia-smi' } = world;
  const latest = new Map<string, { at: number; reading: GpuReading }>();
  let fields: readonly string[] = gpuFields;
  let state: GpuState = 'unknown';
  let trouble: string | undefined;
  let failures = 0;
  let child: Child | undefined;
  let closed = false;
  let stopWaiting = () => {};
  let ended: Promise<void> = Promise.resolve();

  /** A process that says nothing any more is ended, and counts as one that failed. */
  const expectMore = (of: Child) => {
    stopWaiting();
    stopWaiting = clock.after(EVERY_S * 1000 * MISSED, () => {
      trouble = `nvidia-smi said nothing for ${EVERY_S * MISSED} seconds.`;
      of.kill('SIGKILL');
    });
  };
  const start = () => {
    const now = spawn(command, [...gpuQuery(fields), '-l', String(EVERY_S)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      env: { ...process.env, LC_ALL: 'C' },
    });
    child = now;
    let words = '';
    const hear = (line: string) => {
      const reading = readGpuLine(line, fields);
      if (reading === undefined) {
        words = `${words}${line}\n`.slice(-WORDS_KEPT);
        return;
      }
      latest.set(reading.uuid, { at: clock.now(), reading });
      [state, trouble, failures] = ['read', undefined, 0];
      expectMore(now);
    };
    createInterface({ input: now.stdout }).on('line', hear);
    createInterface({ input: now.stderr }).on('line', (line) => {
      words = `${words}${line}\n`.slice(-WORDS_KEPT);
    });
    expectMore(now);
    let isAbsent = false;
    now.once('error', (cause: NodeJS.ErrnoException) => {
      isAbsent = cause.code === 'ENOENT';
      words = String(cause);
    });
    ended = new Promise((resolve) => {
      now.once('close', () => {
        over({ isAbsent, words });
        resolve();
      });
    });
  };
  const over = ({ isAbsent, words }: { isAbsent: boolean; words: string }) => {
    stopWaiting();
    child = undefined;
    if (closed) return;
    latest.clear();
    if (isAbsent) {
      state = 'absent';
      return;
    }
    const fewer = withoutRefused(fields, words);
    if (fewer !== undefined) {
      fields = fewer;
      start();
      return;
    }
    state = 'failing';
    trouble = words.trim().split('\n')[0] || trouble || 'nvidia-smi ended without a word.';
    if (failures === 0) log.warn('gpu.unread', { why: trouble });
    stopWaiting = clock.after(AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]!, start);
    failures += 1;
  };
  start();

  return {
    get state() {
      return state;
    },
    get trouble() {
      return trouble;
    },
    readings: () => {
      const oldest = clock.now() - EVERY_S * 1000 * MISSED;
      return [...latest.values()]
        .filter(({ at }) => at >= oldest)
        .map(({ reading }) => reading)
        .sort((a, b) => a.index - b.index);
    },
    async close() {
      closed = true;
      stopWaiting();
      child?.kill('SIGKILL');
      await ended;
    },
  };
}

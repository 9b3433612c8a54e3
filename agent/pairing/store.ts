// The one place on the disk where the pairing's records lie, as rows of text in an embedded key-value store. Every
// write is synced before it counts, those that come at the same time share one sync. It does not know what a row means.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { ClassicLevel } from 'classic-level';
import type { Logger } from '../log/logger.ts';

export type Row = { type: 'put'; key: string; value: string } | { type: 'del'; key: string };
export type KeyRange = { gte?: string; lt?: string; reverse?: boolean; limit?: number };

export interface Store {
  /** All rows or none, on the disk when this resolves; in the order of the calls. Throws Failure `disk-full`. */
  write(rows: readonly Row[]): Promise<void>;
  /** What is stored after everything written so far. */
  read(range: KeyRange): Promise<[key: string, text: string][]>;
  keys(range: KeyRange): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Opens or creates the store in `directory`. Throws Failure `refused` while another process has it open. A damaged
 * store is repaired as far as it goes.
 */
export async function openStore(directory: string, log: Logger): Promise<Store> {
  const level = await openLevel(directory, log);
  let pending: { rows: readonly Row[]; done: () => void; failed: (error: unknown) => void }[] = [];
  let writing: Promise<void> | undefined;
  let mustReopen = false;
  let isClosed = false;

  const drain = async () => {
    while (pending.length > 0) {
      const group = pending;
      pending = [];
      try {
        if (mustReopen) {
          // After a failed write LevelDB refuses every other one until it is opened again.
          await level.close();
          await level.open();
          mustReopen = false;
        }
        await level.batch(
          group.flatMap(({ rows }) => [...rows]),
          { sync: true },
        );
        for (const { done } of group) done();
      } catch (error) {
        mustReopen = true;
        for (const { failed } of group) failed(storeFailure(error));
      }
    }
    writing = undefined;
  };
  const settled = async () => {
    while (writing !== undefined) await writing;
  };

  return {
    write(rows) {
      if (rows.length === 0) return Promise.resolve();
      if (isClosed) return Promise.reject(new Error('the store is closed'));
      const written = new Promise<void>((done, failed) => pending.push({ rows, done, failed }));
      writing ??= drain();
      return written;
    },
    async read(range) {
      await settled();
      return await level.iterator(range).all();
    },
    async keys(range) {
      await settled();
      return await level.keys(range).all();
    },
    async close() {
      isClosed = true;
      await settled();
      await level.close();
    },
  };
}

async function openLevel(directory: string, log: Logger): Promise<ClassicLevel<string, string>> {
  const open = async () => {
    const level = new ClassicLevel<string, string>(directory, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
    await level.open();
    return level;
  };
  try {
    return await open();
  } catch (error) {
    const code = causeCode(error);
    if (code === 'LEVEL_LOCKED') {
      throw new Failure({
        code: 'refused',
        message: `Another MySpinBot agent is using the data in ${directory}.`,
        hint: 'Use the agent that is already running, or stop it first.',
        cause: error,
      });
    }
    if (code !== 'LEVEL_CORRUPTION') throw storeFailure(error);
    log.error('pairing.repair', { directory });
    await ClassicLevel.repair(directory);
    return await open();
  }
}

function storeFailure(error: unknown): unknown {
  const text = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
  if (!/no space left|ENOSPC|disk quota/i.test(text)) return error;
  return new Failure({
    code: 'disk-full',
    message: 'The disk is full: what happened to a device or a token could not be written down.',
    hint: 'Make some room on the disk that holds the data folder, then try again.',
    retry: 'soon',
    cause: error,
  });
}

function causeCode(error: unknown): unknown {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return cause?.code ?? (error as { code?: unknown } | null)?.code;
}

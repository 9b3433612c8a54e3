// Before an engine is chosen for a stage: tools that are programs of their own come and go, and what they said a while ago
// need not be so any more. It knows when to ask, not how. What is built in is asked at the start and stays as it was.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Clock } from '../clock.ts';
import type { Capability } from '../engines/engine.ts';
import type { Logger } from '../log/logger.ts';

/** So long an answer is believed: a job right after the other costs no question. */
const BELIEVED_MS = 20_000;
/** The tools answer within 1.5 s; a host that has to start first takes longer. */
const LIMIT_MS = 15_000;

export interface AskAgain {
  /** Resolves when `offers` may be believed for these capabilities; at once when nothing among them comes and goes. */
  before(capabilities: readonly Capability[], signal: AbortSignal): Promise<void>;
  /** These have answered just now. */
  answered(ids: readonly string[]): void;
}

export function createAskAgain(world: {
  offers(): readonly EngineEntry[];
  describe(ids: readonly string[], signal: AbortSignal): Promise<readonly EngineEntry[]>;
  /** The whole list, when an answer was another one than before. */
  changed(offers: readonly EngineEntry[]): void;
  clock: Clock;
  log: Logger;
}): AskAgain {
  const { clock, log } = world;
  const answeredAt = new Map<string, number>();
  const isBelieved = (id: string) => {
    const at = answeredAt.get(id);
    return at !== undefined && clock.now() - at < BELIEVED_MS;
  };
  const answered = (ids: readonly string[]) => {
    for (const id of ids) answeredAt.set(id, clock.now());
  };
  /** Whoever comes while somebody asks waits for the same answer. */
  let asking: Promise<void> | undefined;

  const ask = async (ids: readonly string[]) => {
    const limit = new AbortController();
    const stop = clock.after(LIMIT_MS, () => limit.abort(new Error('no answer in time')));
    try {
      const entries = new Map((await world.describe(ids, limit.signal)).map((entry) => [entry.id, entry]));
      const before = world.offers();
      const now = before.map((entry) => entries.get(entry.id) ?? entry);
      if (JSON.stringify(now) !== JSON.stringify(before)) world.changed(now);
    } catch (error) {
      // The stage goes on with what was known; an engine that never answered is not chosen.
      log.warn('engines.silent', { ids, why: String(error) });
    } finally {
      stop();
      answered(ids);
    }
  };
  const open = (capabilities: readonly string[]) =>
    world
      .offers()
      .filter(
        ({ id, tier, capability }) =>
          tier !== 'builtin' && capabilities.includes(capability) && !isBelieved(id),
      )
      .map(({ id }) => id);

  return {
    answered,
    async before(capabilities, signal) {
      while (!signal.aborted) {
        const ids = open(capabilities);
        if (ids.length === 0) return;
        asking ??= ask(ids).finally(() => {
          asking = undefined;
        });
        await unlessAborted(asking, signal);
      }
    },
  };
}

/** Waits for it, or until nobody waits any more. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let onAbort = () => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

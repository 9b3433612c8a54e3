// The last minutes of a few figures, so that a screen that was just opened has a line to show. It looks every two seconds
// at what costs nothing to look at; older moments are forgotten.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';

export const RECENT_EVERY_MS = 2000;
/** Four minutes. */
const KEPT = 120;
/** What a scrape or a glance every fifteen seconds cannot miss. */
const WORST_OF = 30_000 / RECENT_EVERY_MS;
/** How finely hold-ups of the event loop are seen; each is told longer by this. */
const LOOP_RESOLUTION_MS = 20;

/** What is looked at. Bytes are counted since the start. */
export interface Look {
  inBytes: Readonly<Record<string, number>>;
  outBytes: Readonly<Record<string, number>>;
  waiting: number;
}

export interface Moment {
  /** Of one processor. */
  processor: number;
  memoryBytes: number;
  loopSeconds: number;
  inPerSecond: Readonly<Record<string, number>>;
  outPerSecond: Readonly<Record<string, number>>;
  waiting: number;
}

export interface Recent {
  /** Oldest first. */
  moments(): readonly Moment[];
  /** The longest that the event loop was held up within half a minute. */
  worstLoopSeconds(): number;
  close(): void;
}

export function followRecent(world: {
  clock: Clock;
  look(): Promise<Look>;
  /** User and system time of this process, in microseconds. */
  cpuUsage?(): { user: number; system: number };
}): Recent {
  const { clock, look } = world;
  const cpuUsage = world.cpuUsage ?? (() => process.cpuUsage());
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loop.enable();
  const moments: Moment[] = [];
  const cpuMs = () => {
    const { user, system } = cpuUsage();
    return (user + system) / 1000;
  };
  const loopSeconds = () => Math.max(0, loop.max / 1e6 - LOOP_RESOLUTION_MS) / 1000;
  let before: { at: number; cpuMs: number; look: Look } | undefined;
  let closed = false;

  const note = async () => {
    const now = { at: clock.now(), cpuMs: cpuMs(), look: await look() };
    const ms = before === undefined ? 0 : now.at - before.at;
    // A clock that was set is one moment less.
    if (before !== undefined && ms > 0) {
      const { inBytes, outBytes, waiting } = now.look;
      moments.push({
        processor: (now.cpuMs - before.cpuMs) / ms,
        memoryBytes: process.memoryUsage.rss(),
        loopSeconds: loopSeconds(),
        inPerSecond: perSecond(before.look.inBytes, inBytes, ms),
        outPerSecond: perSecond(before.look.outBytes, outBytes, ms),
        waiting,
      });
      if (moments.length > KEPT) moments.shift();
    }
    loop.reset();
    before = now;
  };
  let stop = () => {};
  const again = () => {
    if (closed) return;
    stop = clock.after(RECENT_EVERY_MS, () => void note().catch(nothing).finally(again));
  };
  void note().catch(nothing).finally(again);

  return {
    moments: () => moments,
    worstLoopSeconds: () =>
      Math.max(loopSeconds(), ...moments.slice(-WORST_OF).map((moment) => moment.loopSeconds)),
    close() {
      closed = true;
      stop();
      loop.disable();
    },
  };
}

/** A moment that could not be looked at is missing from the line, and nothing else is. */
const nothing = () => undefined;

function perSecond(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
  ms: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(now).map(([link, bytes]) => [link, ((bytes - (before[link] ?? 0)) * 1000) / ms]),
  );
}

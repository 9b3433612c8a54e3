// Before an engine takes the card: whoever else keeps models there is asked to put them out, and the driver is asked until
// there is room. Tools say yes before the memory is free, so what counts is what the driver says. It knows cards and a list
// of neighbours, not what they are.

import { type Clock, pause } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { GpuAnswer } from './ask.ts';
import type { GpuHolder } from './holders.ts';

export interface RoomWorld {
  /** Each has one tool put its models out. A tool that is away has nothing there. */
  readonly neighbours: readonly ((signal: AbortSignal) => Promise<unknown>)[];
  gpus(): Promise<GpuAnswer>;
  holders(): Promise<readonly GpuHolder[]>;
  readonly clock: Clock;
}

export interface Room {
  /** Of the card that has most; undefined where no driver says. */
  readonly freeBytes: number | undefined;
  /** What a person should know when it stayed tight. */
  readonly note: string | undefined;
}

/** For the driver's own needs and what a desktop takes meanwhile. */
const MARGIN_BYTES = 512 * 1024 ** 2;
const LOOK_MS = 500;
const LIMIT_MS = 10_000;

/**
 * Resolves when `needBytes` and a margin are free, when nothing more becomes free, or after 10 s: it may work all the same,
 * in smaller pieces. Rejects only with `signal.reason`.
 */
export async function makeRoom(
  world: RoomWorld,
  { needBytes, signal, log }: { needBytes: number; signal: AbortSignal; log: Logger },
): Promise<Room> {
  const { clock } = world;
  const until = clock.now() + LIMIT_MS;
  await Promise.all(
    world.neighbours.map(async (putOut) => {
      try {
        await putOut(signal);
      } catch (error) {
        signal.throwIfAborted();
        log.info('gpu.neighbour', { why: String(error) });
      }
    }),
  );
  for (;;) {
    signal.throwIfAborted();
    const answer = await world.gpus();
    const freeBytes = answer.state === 'read' ? mostFree(answer) : undefined;
    if (freeBytes === undefined || freeBytes >= needBytes + MARGIN_BYTES)
      return { freeBytes, note: undefined };
    if (clock.now() >= until) {
      const note = tight(freeBytes, needBytes, await world.holders());
      log.warn('gpu.tight', { freeBytes, needBytes });
      return { freeBytes, note };
    }
    await pause(clock, LOOK_MS, signal);
  }
}

function mostFree({ readings }: Extract<GpuAnswer, { state: 'read' }>): number | undefined {
  const free = readings.flatMap(({ memoryFree }) => memoryFree ?? []);
  return free.length === 0 ? undefined : Math.max(...free);
}

/** "The graphics card had 1.2 GiB free of the 3.0 wanted; python3 (process 4711) holds 11.4 GiB." */
function tight(free: number, need: number, holders: readonly GpuHolder[]): string {
  const [most] = holders;
  const held =
    most === undefined ? '' : `; ${most.program} (process ${most.pid}) holds ${gibibytes(most.bytes)} GiB`;
  return `The graphics card had ${gibibytes(free)} GiB free of the ${gibibytes(need)} wanted${held}.`;
}

function gibibytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}

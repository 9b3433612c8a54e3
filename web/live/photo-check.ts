// Asks the workstation what it sees in a photo. The photo must have arrived there first, so this waits for the
// outbox, but never for a workstation that is away: then nothing is known, and nothing is said.
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { z } from 'zod';
import type { Clock } from '../link/clock.ts';
import type { PhotoCheck } from './live.ts';

/** A large photo over a slow line; after that the person is better served by no answer. */
const ARRIVAL_MS = 60_000;
const ANSWER_MS = 30_000;

const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const photoCheckSchema = z.object({
  width: z.number(),
  height: z.number(),
  faces: z.array(z.object({ box, unfit: z.string().optional() })),
  unfit: z.object({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
});

export async function inspectPhoto(
  asset: AssetRef,
  world: {
    fetch: typeof fetch;
    clock: Clock;
    isHere(): boolean;
    isSent(): Promise<boolean>;
    /** Calls back now and whenever the outbox changed. */
    onOutbox(changed: () => void): () => void;
  },
): Promise<PhotoCheck | undefined> {
  if (!world.isHere() || !(await hasArrived(world))) return undefined;
  const stop = new AbortController();
  const stopWaiting = world.clock.after(ANSWER_MS, () => stop.abort());
  try {
    const answer = await world.fetch(endpoints.inspectPhoto, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ hash: asset.hash }),
      signal: stop.signal,
    });
    if (!answer.ok) return undefined;
    const parsed = photoCheckSchema.safeParse(await answer.json());
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Gone in the middle of the question: as if it had been away from the start.
    return undefined;
  } finally {
    stopWaiting();
  }
}

function hasArrived(world: {
  clock: Clock;
  isHere(): boolean;
  isSent(): Promise<boolean>;
  onOutbox(changed: () => void): () => void;
}): Promise<boolean> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const end = (arrived: boolean) => {
      for (const stop of stops.splice(0)) stop();
      resolve(arrived);
    };
    const look = () => {
      world.isSent().then(
        (sent) => {
          if (sent) end(true);
          else if (!world.isHere()) end(false);
        },
        () => end(false),
      );
    };
    stops.push(
      world.clock.after(ARRIVAL_MS, () => end(false)),
      world.clock.every(1000, look),
      world.onOutbox(look),
    );
  });
}

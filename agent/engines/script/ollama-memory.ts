// Gives the GPU's memory back: models are put out, and it is looked whether they are gone. The server says yes before the
// memory is free, and a model that still answers somebody stays. It does not know what the memory is wanted for.
import { z } from 'zod';
import { pause } from '../../clock.ts';
import { isUnreachable, type OllamaPlace, openOllama, saidBy, within } from './ollama-link.ts';

/** The server's own comment: the memory is free 0.5 to 1.5 s after it said yes. */
const LOOK_MS = 100;
const LIMIT_MS = 10_000;

const loadedSchema = z.object({
  models: z.array(z.object({ name: z.string(), remote_host: z.string().optional() })).nullable(),
});

export type Unloaded =
  | { freed: true; models: string[] }
  /** Loaded still: somebody else may be using them. Or the server no longer answers, `why` says how. */
  | { freed: false; still: string[]; why?: string };

/**
 * Puts out every model, or the one named, and resolves when none of them is loaded any more or after 10 s. A server that
 * does not run has nothing loaded. Rejects only with `signal.reason`.
 */
export async function unloadAll(place: OllamaPlace, signal: AbortSignal, only?: string): Promise<Unloaded> {
  const limit = within(place.after, LIMIT_MS, signal);
  const ollama = openOllama(place, limit.signal);
  const loaded = async () => {
    const { models } = loadedSchema.parse(await ollama.ps());
    return (models ?? [])
      .filter(({ name, remote_host }) => remote_host === undefined && (only === undefined || name === only))
      .map(({ name }) => name);
  };
  let still: string[] = [];
  try {
    const models = await loaded();
    still = models;
    for (const model of models) await putOut(ollama, model);
    while (still.length > 0) {
      await pause(place, LOOK_MS, limit.signal);
      still = await loaded();
    }
    return { freed: true, models };
  } catch (error) {
    signal.throwIfAborted();
    if (limit.signal.aborted) return { freed: false, still, why: 'not gone in time' };
    if (isUnreachable(error)) return { freed: true, models: still };
    return { freed: false, still, why: saidBy(error).words };
  } finally {
    limit.done();
  }
}

async function putOut(ollama: ReturnType<typeof openOllama>, model: string): Promise<void> {
  try {
    await ollama.generate({ model, prompt: '', keep_alive: 0, stream: false });
  } catch (error) {
    // Removed from the disk meanwhile: whether it is gone from the memory, the next look shows.
    if (saidBy(error).status !== 404) throw error;
  }
}

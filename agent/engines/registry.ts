// The engines of this version: who they are (light, known without loading anything) and how to load them
// (heavy, in the stage host only). Adding an engine = one line here.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { FfmpegTools } from '../media/ffmpeg.ts';
import type { Engines } from '../stages/stage.ts';
import type { Capability, ProbeAnswer } from './engine.ts';

/** What an engine may be given of the machine. */
export interface EngineWorld {
  ffmpeg(): Promise<FfmpegTools>;
  /** Where the language model server is, and which of its models; the engine's own choice when absent. */
  readonly ollama?: { readonly url?: string; readonly model?: string };
  /** Where a ComfyUI is; where it is by itself when absent. */
  readonly comfyui?: string;
}

export interface EngineOffer<C extends Capability = Capability> {
  readonly capability: C;
  readonly id: string;
  readonly version: string;
  readonly tier: 'builtin' | 'gpu';
  load(world: EngineWorld): Promise<Engines[C]>;
}

/** A list in order of preference within a tier. */
export type EngineCatalog = readonly EngineOffer[];

export function offer<C extends Capability>(
  capability: C,
  identity: { id: string; version: string; tier: 'builtin' | 'gpu' },
  load: (world: EngineWorld) => Promise<Engines[C]>,
): EngineOffer<C> {
  const { id, version, tier } = identity;
  return { capability, id, version, tier, load };
}

/**
 * The catalogue as the daemon knows it before anybody was asked. What is built in is taken for ready; a tool of its own
 * is not, because it may not be on this machine at all.
 */
export function entriesOf(catalog: EngineCatalog): EngineEntry[] {
  return catalog.map(({ id, capability, tier, version }) => ({
    id,
    capability,
    tier,
    version,
    readiness:
      tier === 'builtin'
        ? { ready: true, detail: 'not asked yet' }
        : { ready: false, reason: 'unreachable', hint: 'It was not asked yet whether it can work.' },
  }));
}

/** Longest that one engine may think about whether it can work. */
const PROBE_LIMIT_MS = 20_000;

/** The schema's own limit. */
const MAX_VERSION_CHARS = 60;

/** Loads every engine, or those named, and asks it. Never throws: an engine that cannot even be loaded says so. */
export async function probeAll(
  engines: LoadedEngines,
  signal: AbortSignal,
  only?: readonly string[],
): Promise<EngineEntry[]> {
  const asked = engines.catalog.filter(({ id }) => only === undefined || only.includes(id));
  return Promise.all(
    asked.map(async ({ id, capability, tier, version }): Promise<EngineEntry> => {
      let answer: ProbeAnswer;
      try {
        const engine = await engines.load(id);
        answer = await engine.probe(AbortSignal.any([signal, AbortSignal.timeout(PROBE_LIMIT_MS)]));
      } catch (error) {
        const hint = whyNot(error);
        answer = { ready: false, reason: 'not-installed', hint: hint.slice(0, 400) };
      }
      const { identity, ...readiness } = answer;
      const whole = identity === undefined ? version : `${version}+${identity}`.slice(0, MAX_VERSION_CHARS);
      return { id, capability, tier, version: whole, readiness };
    }),
  );
}

export interface LoadedEngines {
  readonly catalog: EngineCatalog;
  /** Loads at the first call. Throws Failure `engine-missing` for an id that is not in the catalogue. */
  load(id: string): Promise<Engines[Capability]>;
  /** The engine with this id as one of `capability`. Throws Failure `engine-missing`. */
  engine<C extends Capability>(capability: C, id: string): Promise<Engines[C]>;
}

export function createEngines(catalog: EngineCatalog, world: EngineWorld): LoadedEngines {
  const loaded = new Map<string, Promise<Engines[Capability]>>();
  const load = (id: string) => {
    const found = catalog.find((one) => one.id === id);
    if (found === undefined) {
      throw new Failure({
        code: 'engine-missing',
        message: `This agent has no engine called ${id}.`,
        hint: 'Choose another engine, or update MySpinBot.',
      });
    }
    const before = loaded.get(id);
    if (before !== undefined) return before;
    const engine = found.load(world);
    loaded.set(id, engine);
    // A failed load is tried again by the next call.
    engine.catch(() => loaded.delete(id));
    return engine;
  };
  return {
    catalog,
    load: async (id) => load(id),
    async engine(capability, id) {
      if (catalog.some((one) => one.id === id && one.capability !== capability)) {
        throw new Failure({
          code: 'engine-missing',
          message: `The engine ${id} does not do ${capability}.`,
          hint: 'Choose an engine of that capability.',
        });
      }
      // The catalogue ties an id to its capability's port.
      return (await load(id)) as Engines[typeof capability];
    },
  };
}

/** What happened and, when it is known, what to do: this is all a person reads about an engine that is not ready. */
function whyNot(error: unknown): string {
  if (error instanceof Failure) return `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

// What every engine shares: identity, tier, probe, and the context a call runs in. A port speaks the
// product's words; an adapter speaks the tool's. Concrete engines are wired in main.ts and stage-host.ts only.
import type { Readiness } from '@myspinbot/shared/document/agent-entry.ts';
import type { Logger } from '../log/logger.ts';

export type { Readiness };

/**
 * What probe() answers. `identity` is what decides the output besides `version` and is known only by asking: the tool's
 * own version, the digest of its model. It becomes part of the fingerprint.
 */
export type ProbeAnswer = Readiness & { readonly identity?: string };

export const capabilities = [
  'script',
  'look',
  'voice',
  'speech',
  'timing',
  'portrait',
  'upscale',
  'finish',
] as const;
export type Capability = (typeof capabilities)[number];

export interface Engine {
  /** "capability/name", stable for ever: it is part of fingerprints and recipes. */
  readonly id: string;
  /** Changes whenever the same input could give another output: it is part of the fingerprint. */
  readonly version: string;
  readonly tier: 'builtin' | 'gpu';
  /** Never throws, never takes long; `signal` ends it early. */
  probe(signal: AbortSignal): Promise<ProbeAnswer>;
}

export interface EngineContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Memory ran out before: take less of it, be it at the cost of time. */
  readonly smaller?: boolean;
  /** An existing, empty directory that belongs to this call; the caller removes it. */
  readonly workDir: string;
  /** `done` of `total`, any unit; may be called often, the caller throttles. */
  progress(done: number, total: number): void;
}

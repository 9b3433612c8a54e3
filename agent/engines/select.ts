// Which engine does the work: what was asked for, else the best ready one; and who was passed over and why.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Capability } from './engine.ts';

export interface PassedOver {
  id: string;
  why: 'not-ready' | 'not-asked-for' | 'a-better-one-is-ready';
  /** What the engine said of itself, when it is not ready. */
  hint?: string;
}

export type Selection =
  | { found: true; engine: EngineEntry; passedOver: PassedOver[] }
  | { found: false; why: 'unknown' | 'not-ready' | 'none'; hint: string; passedOver: PassedOver[] };

/** Pure. `offers` in order of preference within a tier; an engine on the GPU goes before a built-in one. */
export function select(
  offers: readonly EngineEntry[],
  capability: Capability,
  wanted: string | undefined,
): Selection {
  const able = offers.filter((offer) => offer.capability === capability);
  const notReady = able.flatMap((offer): PassedOver[] =>
    offer.readiness.ready ? [] : [{ id: offer.id, why: 'not-ready', hint: offer.readiness.hint }],
  );
  const ready = able.filter((offer) => offer.readiness.ready);
  if (wanted !== undefined) {
    const engine = able.find((offer) => offer.id === wanted);
    const others = ready
      .filter((offer) => offer.id !== wanted)
      .map((offer): PassedOver => ({ id: offer.id, why: 'not-asked-for' }));
    const passedOver = [...notReady, ...others];
    if (engine === undefined) {
      const names = able.map((offer) => offer.id).join(', ') || 'none';
      return {
        found: false,
        why: 'unknown',
        hint: `Engines for ${capability} on this machine: ${names}.`,
        passedOver,
      };
    }
    if (!engine.readiness.ready) {
      return { found: false, why: 'not-ready', hint: engine.readiness.hint, passedOver };
    }
    return { found: true, engine, passedOver };
  }
  const ordered = [
    ...ready.filter((offer) => offer.tier === 'gpu'),
    ...ready.filter((offer) => offer.tier === 'builtin'),
  ];
  const [engine, ...rest] = ordered;
  if (engine === undefined) {
    return {
      found: false,
      why: able.length === 0 ? 'none' : 'not-ready',
      hint: notReady[0]?.hint ?? `This version has no engine for ${capability}.`,
      passedOver: notReady,
    };
  }
  const passed = rest.map((offer): PassedOver => ({ id: offer.id, why: 'a-better-one-is-ready' }));
  return { found: true, engine, passedOver: [...notReady, ...passed] };
}

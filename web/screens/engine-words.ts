// Engines by the names a person can read. An engine this app does not know keeps its own id.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { type Size, sizePixels } from '@myspinbot/shared/project/options.ts';

/** "builtin/portrait" and "portrait/builtin" alike become "the built-in engine". */
export function engineWords(id: string): string {
  return /(^|[/:-])built-?in($|[/:-])/.test(id) ? 'the built-in engine' : id;
}

/** The engines of a result, each once, in words. */
export function enginesWords(engines: Readonly<Record<string, string>>): string {
  const named = [...new Set(Object.values(engines).map(engineWords))];
  if (named.length === 0) return 'unknown engines';
  const last = named.pop()!;
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`;
}

const capabilities: Readonly<Record<string, string>> = {
  script: 'Script writer',
  look: 'Face finder',
  voice: 'Voice matching',
  speech: 'Speech',
  timing: 'Timing',
  portrait: 'Performance',
  upscale: 'Enlargement',
  finish: 'Finish',
};

/** Who will write the words of a topic, as far as the workstation has said, and what to expect of it. */
export function writerWords(engines: readonly EngineEntry[]): string {
  const model = engines.find(
    (one) => one.capability === 'script' && one.tier === 'gpu' && one.readiness.ready,
  );
  return model === undefined
    ? 'Written on your workstation from templates, so expect charm rather than insight. Your own words are better.'
    : 'Written on your workstation by a language model. It may make things up: watch it before you show it.';
}

/** What enlarging a picture of this size makes of it, and who will do it, as far as the workstation has said. */
export function enlargeWords(size: Size, engines: readonly EngineEntry[]): string {
  const { width, height } = sizePixels(size);
  const isModel = engines.some(
    (one) => one.capability === 'upscale' && one.tier === 'gpu' && one.readiness.ready,
  );
  return `${width * 1.5} × ${height * 1.5} instead of ${width} × ${height}. ${
    isModel
      ? 'ComfyUI on your workstation adds detail; that takes long.'
      : 'Larger, without new detail: for that your workstation needs ComfyUI and a graphics card.'
  }`;
}

/** What an engine offers, as a title; a capability this app does not know keeps its own name. */
export function engineTitle(capability: string): string {
  return capabilities[capability] ?? capability;
}

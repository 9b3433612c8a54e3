// Engines by the names a person can read. An engine this app does not know keeps its own id.

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
  finish: 'Finish',
};

/** What an engine offers, as a title; a capability this app does not know keeps its own name. */
export function engineTitle(capability: string): string {
  return capabilities[capability] ?? capability;
}

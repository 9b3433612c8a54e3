// What a ComfyUI says of its nodes at /object_info, in one shape for all its generations: which inputs a class has, what
// may be chosen for them, and where its outputs are. Graphs are built from this and not from what some version had.

export interface NodeInput {
  readonly name: string;
  /** "IMAGE", "INT", "COMBO", ... */
  readonly type: string;
  readonly required: boolean;
  /** What may be chosen, for a COMBO. */
  readonly choices?: readonly string[];
  readonly default?: unknown;
}

export interface NodeSchema {
  readonly inputs: readonly NodeInput[];
  /** Types by slot. */
  readonly outputs: readonly string[];
}

export type NodeSchemas = ReadonlyMap<string, NodeSchema>;

/** Values that are written into a graph; everything else is a link to another node's output. */
const literalTypes = new Set(['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO']);

export function isLiteral({ type }: NodeInput): boolean {
  return literalTypes.has(type) || type.startsWith('COMFY_DYNAMICCOMBO');
}

/** Of the answer to /object_info; a class that reads like none is left out. */
export function readNodeSchemas(answer: unknown): NodeSchemas {
  const schemas = new Map<string, NodeSchema>();
  if (!isRecord(answer)) return schemas;
  for (const [name, said] of Object.entries(answer)) {
    if (!isRecord(said) || !Array.isArray(said.output)) continue;
    const input = isRecord(said.input) ? said.input : {};
    schemas.set(name, {
      inputs: [...readInputs(input.required, true), ...readInputs(input.optional, false)],
      // A slot whose type is a list of choices is a COMBO of the first generation.
      outputs: said.output.map((one) => (typeof one === 'string' ? one : 'COMBO')),
    });
  }
  return schemas;
}

function* readInputs(said: unknown, required: boolean): Generator<NodeInput> {
  if (!isRecord(said)) return;
  for (const [name, spec] of Object.entries(said)) {
    if (!Array.isArray(spec)) continue;
    const [type, options = {}] = spec as [unknown, unknown?];
    const settings = isRecord(options) ? options : {};
    const common = { name, required, ...('default' in settings ? { default: settings.default } : {}) };
    // First generation: the choices themselves; second: "COMBO" with its options.
    if (Array.isArray(type)) yield { ...common, type: 'COMBO', choices: words(type) };
    else if (type === 'COMBO') yield { ...common, type, choices: words(settings.options) };
    else if (typeof type === 'string') yield { ...common, type };
  }
}

/** The choices of a COMBO input; undefined when there is no such class or input. */
export function choicesOf(schemas: NodeSchemas, type: string, input: string): readonly string[] | undefined {
  return schemas.get(type)?.inputs.find(({ name }) => name === input)?.choices;
}

/** Dynamic combos name their choices as objects with a key. */
function words(of: unknown): string[] {
  if (!Array.isArray(of)) return [];
  return of.flatMap((one) => {
    if (typeof one === 'string') return [one];
    return isRecord(one) && typeof one.key === 'string' ? [one.key] : [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

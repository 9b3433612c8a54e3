// Builds a graph for one ComfyUI out of what that server says of its nodes: outputs are named by their type, values that
// this version needs and we do not know take its defaults, values it does not know are left away. Whatever it lacks is said
// before anything is sent. It sends nothing itself.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { isLiteral, type NodeInput, type NodeSchemas } from './node-schemas.ts';

/** [id of the node, its output slot]. */
export type Link = readonly [string, number];
export type InputValue = string | number | boolean | Link;

/** What /prompt takes (the "API format"). */
export type ApiGraph = Record<string, { class_type: string; inputs: Record<string, InputValue> }>;

export interface GraphNode {
  readonly id: string;
  /** The link to its first output of this type. Throws Failure `engine-missing` when this version has none. */
  out(type: string): Link;
}

export interface GraphBuilder {
  /**
   * Adds a node. Throws Failure `engine-missing` when the server lacks the class, one of its links, or the file that is
   * named in a choice.
   */
  add(type: string, inputs: Readonly<Record<string, InputValue>>): GraphNode;
  readonly graph: ApiGraph;
}

/** Folders of a ComfyUI's `models`, by the input that names a file of them. */
const modelFolders: Readonly<Record<string, string>> = {
  ckpt_name: 'checkpoints',
  lora_name: 'loras',
  vae_name: 'vae',
  clip_name: 'text_encoders',
  unet_name: 'diffusion_models',
  model_name: 'upscale_models',
  audio_encoder_name: 'audio_encoders',
};

export function buildGraph(schemas: NodeSchemas, server: string): GraphBuilder {
  const graph: ApiGraph = {};
  return {
    graph,
    add(type, given) {
      const schema = schemas.get(type);
      if (schema === undefined) throw missingNode(server, type);
      const id = String(Object.keys(graph).length + 1);
      const inputs: Record<string, InputValue> = {};
      for (const input of schema.inputs) {
        const value = given[input.name] ?? (input.required ? ownValue(input) : undefined);
        if (value === undefined) {
          if (!input.required) continue;
          throw new Failure({
            code: 'engine-missing',
            message: `${server}: its node ${type} needs "${input.name}" (${input.type}), which this version of MySpinBot does not know.`,
            hint: 'Update MySpinBot, or use a ComfyUI of the versions in docs/engines.md.',
          });
        }
        if (typeof value === 'string') mustBeChoice(server, type, input, value);
        inputs[input.name] = value;
      }
      // Sub-inputs of a dynamic choice ("format.codec") stand in no schema of their own.
      for (const [name, value] of Object.entries(given)) {
        const [parent] = name.split('.');
        if (name.includes('.') && parent !== undefined && parent in inputs) inputs[name] = value;
      }
      graph[id] = { class_type: type, inputs };
      return {
        id,
        out(wanted) {
          const slot = schema.outputs.indexOf(wanted);
          if (slot >= 0) return [id, slot];
          throw new Failure({
            code: 'engine-missing',
            message: `${server}: its node ${type} gives no ${wanted}, only ${schema.outputs.join(', ') || 'nothing'}.`,
            hint: 'Update MySpinBot, or use a ComfyUI of the versions in docs/engines.md.',
          });
        },
      };
    },
  };
}

/** What a server takes when nobody chose: its default, or the first of its choices. */
function ownValue(input: NodeInput): InputValue | undefined {
  if (!isLiteral(input)) return undefined;
  const { default: own, choices } = input;
  if (typeof own === 'string' || typeof own === 'number' || typeof own === 'boolean') return own;
  return choices?.[0];
}

function mustBeChoice(server: string, type: string, input: NodeInput, value: string): void {
  if (input.choices === undefined || input.choices.includes(value)) return;
  const folder = modelFolders[input.name];
  if (folder === undefined) {
    // Uploads are not in the list that was read before them; the server itself looks when it is asked.
    if (['image', 'audio', 'file'].includes(input.name)) return;
    throw new Failure({
      code: 'engine-missing',
      message: `${server}: its node ${type} has no "${value.slice(0, 80)}" for "${input.name}".`,
      hint: `It has ${input.choices.slice(0, 12).join(', ') || 'none'}.`,
    });
  }
  throw missingModel(server, folder, value, input.choices);
}

export function missingModel(
  server: string,
  folder: string,
  file: string,
  there: readonly string[],
): Failure {
  const others = there.length === 0 ? 'none' : there.slice(0, 8).join(', ');
  return new Failure({
    code: 'engine-missing',
    message: `${server} has no model ${file.slice(0, 120)}.`,
    hint: `Put the file into its folder models/${folder} (now there: ${others}), then try again.`,
  });
}

export function missingNode(server: string, type: string): Failure {
  return new Failure({
    code: 'engine-missing',
    message: `${server} has no node ${type.slice(0, 120)}.`,
    hint: 'Update ComfyUI; if the node is of a custom pack, install the pack there and restart it.',
  });
}

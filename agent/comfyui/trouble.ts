// What a ComfyUI says when it will not or cannot, in the product's words: which node, what it said, what to do next.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { saysOutOfMemory } from '../process/memory-words.ts';
import { missingModel, missingNode } from './graph.ts';

/** Of an answer to /prompt that is no 200, or a 200 with errors of some nodes in it. */
export function refusedGraph(server: string, answer: unknown): Failure {
  const { error, node_errors: nodes } = asRecord(answer);
  const { type, message, details, extra_info: extra } = asRecord(error);
  if (type === 'missing_node_type') {
    const { class_type: missing } = asRecord(extra);
    if (typeof missing === 'string') return missingNode(server, missing);
  }
  // Before 0.27 it is told in words alone.
  const [, unknown] = /because node (\S+) does not exist/.exec(text(message)) ?? [];
  if (unknown !== undefined) return missingNode(server, unknown);
  for (const [id, said] of Object.entries(asRecord(nodes))) {
    const { errors, class_type: of } = asRecord(said);
    const [first] = Array.isArray(errors) ? errors : [];
    const one = asRecord(first);
    const { input_name: input, received_value: value } = asRecord(one.extra_info);
    const where = `node ${id} (${text(of) || 'unknown'})`;
    if (one.type === 'value_not_in_list' && typeof value === 'string' && /_name$/.test(text(input))) {
      return missingModel(server, folderOf(text(input)), value, []);
    }
    return new Failure({
      code: 'engine-failed',
      message: `${server} refused the graph at ${where}: ${text(one.message)}${brackets(text(one.details))}.`,
      hint: 'If it is your own workflow, open it in ComfyUI and run it there once; else update ComfyUI and MySpinBot.',
    });
  }
  return new Failure({
    code: 'engine-failed',
    message: `${server} refused the graph: ${text(message) || 'it did not say why'}${brackets(text(details))}.`,
    hint: 'If it is your own workflow, open it in ComfyUI and run it there once; else update ComfyUI and MySpinBot.',
  });
}

/** Of an `execution_error`: the node, the exception, and whether memory ran out. */
export function failedGraph(server: string, data: unknown): Failure {
  const { node_id: id, node_type: of, exception_type: type, exception_message: said } = asRecord(data);
  const where = `node ${text(id)} (${text(of) || 'unknown'})`;
  const words = `${text(type)}: ${text(said)}`;
  // An empty list of choices is not looked at before the node runs.
  const [, folder, file] =
    /Model in folder '([^']+)' with filename '([^']+)' not found/.exec(text(said)) ?? [];
  if (folder !== undefined && file !== undefined) return missingModel(server, folder, file, []);
  if (saysOutOfMemory(words)) {
    return new Failure({
      code: 'out-of-memory',
      message: `${server} ran out of memory at ${where}: ${text(said)}`,
      hint: 'Close what else uses the graphics card, or choose a smaller size or a shorter text.',
      retry: 'soon',
    });
  }
  return new Failure({
    code: 'engine-failed',
    message: `${server} failed at ${where}: ${words}`,
    hint: 'Its own window has the whole error. Run the built-in engine meanwhile, or try again.',
  });
}

export function unreachable(server: string, cause: unknown): Failure {
  const { code } = asRecord((cause as { cause?: unknown } | undefined)?.cause);
  return new Failure({
    code: 'engine-missing',
    message: `${server} cannot be reached${typeof code === 'string' ? ` (${code})` : ''}.`,
    hint: 'Start ComfyUI, or correct "comfyui" in config.json (MYSPINBOT_COMFYUI).',
    retry: 'soon',
    cause,
  });
}

export function forgotten(server: string): Failure {
  return new Failure({
    code: 'engine-failed',
    message: `${server} does not know the work that it was given any more; it was probably restarted.`,
    hint: 'It is tried again by itself. If it ends again, look into its window: memory may run out.',
    retry: 'soon',
  });
}

function folderOf(input: string): string {
  return (
    { ckpt_name: 'checkpoints', lora_name: 'loras', vae_name: 'vae', unet_name: 'diffusion_models' }[input] ??
    '<kind>'
  );
}

/** Names and words of a server are anybody's: short, and one line. */
function text(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return String(value)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 600);
}

function brackets(of: string): string {
  return of === '' ? '' : ` (${of})`;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

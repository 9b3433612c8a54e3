// The pipelines that people wrote themselves: JSON files in the data folder, read at the start and checked as the shipped
// ones are. What cannot be used is kept with the reason, so that whoever asks for it hears it.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  checkPipeline,
  describeFault,
  type Pipeline,
  pipelineSchema,
} from '@myspinbot/shared/pipeline/graph.ts';
import type { Logger } from '../log/logger.ts';

/** Larger than any pipeline; a file that somebody dropped there by mistake is not read. */
const MAX_BYTES = 256 * 1024;
const MAX_FILES = 100;

export interface OwnPipelines {
  /** Those that can run, by name. */
  usable: ReadonlyMap<string, Pipeline>;
  /** Why the others cannot, by the name that they have or that their file has: one sentence with the place. */
  unusable: ReadonlyMap<string, string>;
}

/** Reads `dir/*.json`; a folder that is missing has none. `taken`: names that are shipped and are not replaced. */
export async function readPipelines(
  dir: string,
  taken: ReadonlySet<string>,
  log: Logger,
): Promise<OwnPipelines> {
  const usable = new Map<string, Pipeline>();
  const unusable = new Map<string, string>();
  const names = await readdir(dir).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json')).sort();
  for (const file of files.slice(0, MAX_FILES)) {
    const found = await readOne(join(dir, file));
    const name = found.name ?? basename(file, '.json');
    let why = found.why;
    if (why === undefined && (taken.has(name) || usable.has(name))) {
      why = `There is a pipeline called "${name}" already: give this one another name.`;
    }
    if (why === undefined) usable.set(name, found.pipeline!);
    else {
      unusable.set(taken.has(name) || usable.has(name) ? basename(file, '.json') : name, `${file}: ${why}`);
      log.warn('pipeline.unusable', { file, why });
    }
  }
  if (files.length > MAX_FILES) log.warn('pipeline.too-many', { files: files.length, read: MAX_FILES });
  return { usable, unusable };
}

async function readOne(path: string): Promise<{ name?: string; pipeline?: Pipeline; why?: string }> {
  let json: unknown;
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) return { why: `The file is larger than ${MAX_BYTES / 1024} KiB.` };
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    return { why: `It cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.` };
  }
  const parsed = pipelineSchema.safeParse(json);
  const name = (json as { name?: unknown } | null)?.name;
  const named = typeof name === 'string' && /^[a-z][a-z0-9-]{0,59}$/.test(name) ? { name } : {};
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.map(String).join('.') ?? '';
    return {
      ...named,
      why: `${place === '' ? 'The whole of it' : `"${place}"`}: ${issue?.message ?? 'is wrong'}.`,
    };
  }
  const [fault] = checkPipeline(parsed.data);
  if (fault !== undefined) return { ...named, why: describeFault(fault) };
  return { name: parsed.data.name, pipeline: parsed.data };
}

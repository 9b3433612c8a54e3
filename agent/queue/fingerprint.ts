// A stage's fingerprint: the hash of everything that decides its output. Same fingerprint, same artifact: that
// gives resume after a crash, cheap re-runs and an exact recipe beside every result.
import { createHash } from 'node:crypto';
import type { StageName } from '@myspinbot/shared/job/job.ts';

export interface Recipe {
  stage: StageName;
  /** Version of the stage's own code. */
  version: string;
  /** The engines the stage uses for this job, with everything that identifies their models in the version. */
  engines: readonly { id: string; version: string }[];
  /** The pipeline node's parameters. */
  params: Readonly<Record<string, unknown>>;
  /** Options and earlier outputs that decide the output. */
  ingredients: unknown;
}

/** SHA-256 of the recipe in canonical JSON, 64 lower-case hex digits. */
export function fingerprint(recipe: Recipe): string {
  const engines = [...recipe.engines]
    .map(({ id, version }) => ({ id, version }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const { stage, version, params, ingredients } = recipe;
  return createHash('sha256')
    .update(canonicalJson({ stage, version, engines, params, ingredients }))
    .digest('hex');
}

/** JSON with object keys in code-unit order and undefined members left out: equal values, equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

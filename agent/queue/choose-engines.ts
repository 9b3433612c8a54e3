// Which engines a stage works with for one job, and in which lane that puts it. It asks what the engines said of
// themselves; it runs nothing.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { PipelineNode } from '@myspinbot/shared/pipeline/graph.ts';
import type { SpinOptions } from '@myspinbot/shared/project/options.ts';
import type { Capability } from '../engines/engine.ts';
import { select } from '../engines/select.ts';
import { stages } from '../stages/stages.ts';
import type { Lane } from './lanes.ts';

export interface ChosenEngines {
  /** Where the stage works: on the GPU as soon as one of its engines does. */
  lane: Lane;
  /** Engine of the stage's own capability; null when it needs none for this job. */
  main: string | null;
  ids: Partial<Record<Capability, string>>;
  identities: { id: string; version: string }[];
  missing?: Failure;
}

export function chooseEngines(
  offers: readonly EngineEntry[],
  node: PipelineNode,
  options: SpinOptions,
): ChosenEngines {
  const chosen: ChosenEngines = { lane: 'cpu', main: null, ids: {}, identities: [] };
  for (const capability of stages[node.stage].uses(options)) {
    const wanted = node.engine?.startsWith(`${capability}/`) === true ? node.engine : undefined;
    const selection = select(offers, capability, wanted);
    if (!selection.found) {
      chosen.missing ??= new Failure({
        code: 'engine-missing',
        message:
          wanted === undefined
            ? `No engine on this workstation can do ${capability}.`
            : `The engine ${wanted} cannot work on this workstation.`,
        hint: selection.hint,
      });
      continue;
    }
    const { id, version, tier } = selection.engine;
    if (tier === 'gpu') chosen.lane = 'gpu';
    chosen.main ??= id;
    chosen.ids[capability] = id;
    chosen.identities.push({ id, version });
  }
  return chosen;
}

/** The GPU engines that a job will use, as one word: jobs with the same one go well after each other. Empty = none. */
export function modelsOf(
  offers: readonly EngineEntry[],
  nodes: readonly PipelineNode[],
  options: SpinOptions,
): string {
  const ids = nodes.flatMap((node) => {
    const { lane, identities } = chooseEngines(offers, node, options);
    return lane === 'gpu' ? identities.map(({ id, version }) => `${id}@${version}`) : [];
  });
  return [...new Set(ids)].sort().join(' ');
}

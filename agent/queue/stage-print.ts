// By what a stage's work is found again: its fingerprint, the look or voice that was asked for by name, and which stages
// are made anew whatever is there.
import type { JobRequest, StageRun } from '@myspinbot/shared/job/job.ts';
import { type Pipeline, type PipelineNode, pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import type { Earlier } from '../stages/stage.ts';
import { stages } from '../stages/stages.ts';
import type { ChosenEngines } from './choose-engines.ts';
import { fingerprint } from './fingerprint.ts';

export function printOf(
  node: PipelineNode,
  options: JobRequest['options'],
  earlier: Earlier,
  chosen: ChosenEngines,
): string {
  const stage = stages[node.stage];
  return fingerprint({
    stage: node.stage,
    version: stage.version,
    engines: chosen.identities,
    params: node.params,
    ingredients: stage.ingredients(options, earlier),
  });
}

/** Ids of the nodes of that stage and of all that follow from them. */
export function fromStageOn(pipeline: Pipeline, from: StageRun['stage'] | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  if (from === undefined) return found;
  for (const node of pipelineOrder(pipeline)) {
    const follows = pipeline.edges.some((edge) => edge.to === node.id && found.has(edge.from));
    if (node.stage === from || follows) found.add(node.id);
  }
  return found;
}

/** The look or voice that was asked for by name. */
export function pinnedPrint({ stage }: PipelineNode, options: JobRequest['options']): string | undefined {
  if (stage === 'look') return options.look;
  return stage === 'voice' ? options.voice : undefined;
}

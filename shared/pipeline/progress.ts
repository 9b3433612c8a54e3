// Progress arithmetic of a graph: how far a whole job is when some stages are done and one is part-way.
import type { Pipeline } from './graph.ts';

/** `done` holds node ids that are finished; `running` maps node id to its fraction 0..1. Returns 0..1. */
export function pipelineProgress(
  pipeline: Pipeline,
  done: ReadonlySet<string>,
  running: ReadonlyMap<string, number>,
): number {
  let total = 0;
  let reached = 0;
  for (const node of pipeline.nodes) {
    total += node.weight;
    if (done.has(node.id)) reached += node.weight;
    else reached += node.weight * Math.min(1, Math.max(0, running.get(node.id) ?? 0));
  }
  return total === 0 ? 0 : reached / total;
}

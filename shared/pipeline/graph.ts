// A pipeline is data: nodes (stages) and edges (what flows). This file owns the schema and every check
// that can be made before running. It does not know engines or how a stage works.
import { z } from 'zod';
import { type StageName, stageNames } from '../job/job.ts';

export const pipelineNodeSchema = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  stage: z.enum(stageNames),
  /** Engine wanted by id ("speech/builtin"); absent = the best ready one. */
  engine: z.string().max(80).optional(),
  params: z.record(z.string(), z.json()).default({}),
  /** Share of the whole job's time, for progress; any positive number, normalised over the graph. */
  weight: z.number().positive().max(1000),
});
export type PipelineNode = z.infer<typeof pipelineNodeSchema>;

export const pipelineSchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/),
  title: z.string().max(120),
  nodes: z.array(pipelineNodeSchema).min(1).max(40),
  edges: z.array(z.object({ from: z.string(), to: z.string() })).max(200),
});
export type Pipeline = z.infer<typeof pipelineSchema>;

/** What each stage needs from before it (any of the stages in each group) and that it makes. */
export const stageNeeds: Readonly<Record<StageName, readonly StageName[]>> = {
  script: [],
  look: [],
  voice: [],
  speech: ['script', 'voice'],
  timing: ['speech'],
  portrait: ['look', 'timing'],
  upscale: ['portrait'],
  finish: ['portrait', 'speech', 'timing'],
};

export type PipelineFault =
  | { fault: 'duplicate-id'; at: string }
  | { fault: 'unknown-edge'; at: string }
  | { fault: 'cycle'; at: string }
  | { fault: 'unreachable'; at: string }
  | { fault: 'missing-input'; at: string; needs: StageName }
  | { fault: 'no-finish'; at: string };

/** Every fault of a graph whose shape is already valid, in reading order; empty = it can run. */
export function checkPipeline(pipeline: Pipeline): PipelineFault[] {
  const faults: PipelineFault[] = [];
  const nodes = new Map<string, PipelineNode>();
  for (const node of pipeline.nodes) {
    if (nodes.has(node.id)) faults.push({ fault: 'duplicate-id', at: node.id });
    nodes.set(node.id, node);
  }
  const edges = pipeline.edges.filter((edge) => {
    const known = nodes.has(edge.from) && nodes.has(edge.to);
    if (!known) faults.push({ fault: 'unknown-edge', at: `${edge.from} -> ${edge.to}` });
    return known;
  });
  const { order, rest } = sortNodes([...nodes.keys()], edges);
  for (const id of rest) faults.push({ fault: 'cycle', at: id });

  const before = new Map<string, Set<string>>();
  for (const id of order) {
    const all = new Set<string>();
    for (const edge of edges) {
      if (edge.to !== id) continue;
      all.add(edge.from);
      for (const earlier of before.get(edge.from) ?? []) all.add(earlier);
    }
    before.set(id, all);
  }
  for (const id of order) {
    const node = nodes.get(id)!;
    const stages = new Set([...(before.get(id) ?? [])].map((earlier) => nodes.get(earlier)!.stage));
    for (const needs of stageNeeds[node.stage]) {
      if (!stages.has(needs)) faults.push({ fault: 'missing-input', at: id, needs });
    }
  }
  const finish = pipeline.nodes.find((node) => node.stage === 'finish');
  if (finish === undefined) {
    // What only trains makes a look or a voice, and no video.
    if (!pipeline.nodes.every(({ stage }) => stage === 'look' || stage === 'voice')) {
      faults.push({ fault: 'no-finish', at: pipeline.name });
    }
  } else {
    const used = before.get(finish.id);
    for (const id of order) {
      if (id !== finish.id && used?.has(id) !== true) faults.push({ fault: 'unreachable', at: id });
    }
  }
  return faults;
}

/** One sentence that names the place. */
export function describeFault(fault: PipelineFault): string {
  switch (fault.fault) {
    case 'duplicate-id':
      return `Two nodes are called "${fault.at}".`;
    case 'unknown-edge':
      return `The edge ${fault.at} leads to or from a node that does not exist.`;
    case 'cycle':
      return `The node "${fault.at}" waits for itself: its edges form a circle.`;
    case 'unreachable':
      return `Nothing uses what the node "${fault.at}" makes: no way leads from it to the finish.`;
    case 'missing-input':
      return `The node "${fault.at}" needs what a ${fault.needs} stage makes, and none runs before it.`;
    case 'no-finish':
      return `The pipeline "${fault.at}" has no finish stage, so it would never make a video.`;
  }
}

/** The nodes in an order in which every edge points forward (Kahn), stable in the document's own order. */
export function pipelineOrder(pipeline: Pipeline): PipelineNode[] {
  const { order } = sortNodes(
    pipeline.nodes.map((node) => node.id),
    pipeline.edges,
  );
  const byId = new Map(pipeline.nodes.map((node) => [node.id, node]));
  return order.map((id) => byId.get(id)!);
}

function sortNodes(
  ids: readonly string[],
  edges: readonly { from: string; to: string }[],
): { order: string[]; rest: string[] } {
  const order: string[] = [];
  const rest = new Set(ids);
  for (;;) {
    const next = [...rest].find((id) => !edges.some((edge) => edge.to === id && rest.has(edge.from)));
    if (next === undefined) return { order, rest: [...rest] };
    rest.delete(next);
    order.push(next);
  }
}

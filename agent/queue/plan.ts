// What a job would do before it is asked for: which stages are there already, which would be made, and how long that
// takes here. It changes nothing.
import type { JobRequest } from '@myspinbot/shared/job/job.ts';
import { type Pipeline, pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import type { Earlier } from '../stages/stage.ts';
import { stages } from '../stages/stages.ts';
import { reusable } from './artifacts.ts';
import { chooseEngines } from './choose-engines.ts';
import { expectedMs, expectedRangeMs, guessSeconds, workUnits } from './estimate.ts';
import type { PlannedStage } from './port.ts';
import type { RunWorld } from './run-session.ts';
import { fromStageOn, pinnedPrint, printOf } from './stage-print.ts';

export async function planJob(
  world: Pick<RunWorld, 'ledger' | 'vault' | 'offers' | 'askAgain'>,
  { options, fresh }: Pick<JobRequest, 'options' | 'fresh'>,
  pipeline: Pipeline,
): Promise<PlannedStage[]> {
  const anew = fromStageOn(pipeline, fresh);
  const earlier: Earlier = {};
  const made = new Set<string>();
  const planned: PlannedStage[] = [];
  let seconds = guessSeconds(options);
  for (const node of pipelineOrder(pipeline)) {
    const { stage } = node;
    await world.askAgain?.(stages[stage].uses(options), new AbortController().signal);
    const chosen = chooseEngines(world.offers(), node, options);
    const follows = pipeline.edges.some((edge) => edge.to === node.id && made.has(edge.from));
    const pinned = pinnedPrint(node, options);
    const isAnew = pinned === undefined && (follows || anew.has(node.id));
    // What follows from something that is not made yet has no fingerprint yet either.
    const artifact = isAnew
      ? undefined
      : await reusable(world, stage, pinned ?? printOf(node, options, earlier, chosen));
    const named = { node: node.id, stage, engine: chosen.main };
    if (artifact !== undefined) {
      earlier[stage] = artifact.output;
      const { durationMs } = artifact.output as { durationMs?: unknown };
      if (stage === 'speech' && typeof durationMs === 'number') seconds = durationMs / 1000;
      planned.push({ ...named, will: 'reuse', expectedMs: 0, rangeMs: [0, 0] });
      continue;
    }
    made.add(node.id);
    const units = workUnits(stage, options, seconds);
    const paces = world.ledger.paces(stage, chosen.main);
    planned.push({
      ...named,
      will: 'run',
      expectedMs: expectedMs(stage, units, paces),
      rangeMs: expectedRangeMs(stage, units, paces),
    });
  }
  return planned;
}

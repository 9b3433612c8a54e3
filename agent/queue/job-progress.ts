// How far a job is and how long it will still take, from this machine's own history. It tells; it decides nothing.
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobRequest } from '@myspinbot/shared/job/job.ts';
import { type Pipeline, type PipelineNode, pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { pipelineProgress } from '@myspinbot/shared/pipeline/progress.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import { expectedMs, expectedRangeMs, guessSeconds, stageLeftMs, stageShare, workUnits } from './estimate.ts';
import type { Ledger } from './ledger.ts';

export interface ProgressOfJob {
  /** Seconds of speech: guessed until the speech stage knows. */
  seconds: number;
  still: AssetRef | undefined;
  done(node: PipelineNode): void;
  /** The progress now: this node has run for `elapsedMs` and says that it has done `said`, 0..1. Never goes back. */
  at(node: PipelineNode, engine: string | null, said: number, elapsedMs: number): JobProgress;
}

/** `engineOf`: the engine that a later node would use now. */
export function progressOf(
  { id, options }: JobRequest,
  pipeline: Pipeline,
  ledger: Pick<Ledger, 'paces'>,
  engineOf: (node: PipelineNode) => string | null,
): ProgressOfJob {
  const nodes = pipelineOrder(pipeline);
  const done = new Set<string>();
  let reached = 0;
  const timeOf = (node: PipelineNode, engine: string | null, seconds: number) => {
    const units = workUnits(node.stage, options, seconds);
    const paces = ledger.paces(node.stage, engine);
    return { ms: expectedMs(node.stage, units, paces), range: expectedRangeMs(node.stage, units, paces) };
  };
  return {
    seconds: guessSeconds(options),
    still: undefined,
    done: (node) => void done.add(node.id),
    at(node, engine, said, elapsedMs) {
      const times = new Map(
        nodes.map((one) => [one.id, timeOf(one, one.id === node.id ? engine : engineOf(one), this.seconds)]),
      );
      const mine = times.get(node.id)!;
      const share = stageShare(said, elapsedMs, mine.ms);
      const byTime = {
        ...pipeline,
        nodes: nodes.map((one) => ({ ...one, weight: times.get(one.id)!.ms + 1 })),
      };
      reached = Math.max(reached, pipelineProgress(byTime, done, new Map([[node.id, share]])));
      let leftMs = stageLeftMs(mine.ms, elapsedMs, said);
      let low = Math.min(leftMs, Math.max(0, mine.range[0] - elapsedMs));
      let high = Math.max(leftMs, mine.range[1] - elapsedMs);
      for (const later of nodes) {
        if (later.id === node.id || done.has(later.id)) continue;
        const { ms, range } = times.get(later.id)!;
        leftMs += ms;
        low += range[0];
        high += range[1];
      }
      return {
        job: id,
        stage: node.stage,
        stageFraction: share,
        fraction: reached,
        leftMs,
        leftRangeMs: [low, high],
        ...(this.still === undefined ? {} : { preview: this.still }),
      };
    },
  };
}

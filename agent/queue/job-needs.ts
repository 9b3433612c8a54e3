// What a job needs before and while it runs, asked of the vault, the pipelines, the engines and this machine's history.
// It changes nothing and knows no states.
import type { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobRequest } from '@myspinbot/shared/job/job.ts';
import { type Pipeline, pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { assetsNamed } from '@myspinbot/shared/project/options.ts';
import { chooseEngines, modelsOf } from './choose-engines.ts';
import { expectedMs, guessSeconds, workUnits } from './estimate.ts';
import { PACES_KEPT } from './ledger.ts';
import type { RunWorld } from './run-session.ts';
import { unfitPipeline } from './trouble.ts';

export interface JobNeeds {
  hasAssets(request: JobRequest): boolean;
  /** Why its pipeline cannot run; undefined when it can. */
  unfit(request: Pick<JobRequest, 'pipeline'>): Failure | undefined;
  pipeline(request: Pick<JobRequest, 'pipeline'>): Pipeline | undefined;
  /** The models it has loaded on the GPU, as a word to compare; empty when it needs none. */
  models(request: JobRequest): string;
  /** Whether it takes next to nothing, as far as this machine has seen such jobs. */
  isShort(request: JobRequest): boolean;
}

/** A job that is expected to take less in all is claimed together with those before it. */
const SHORT_MS = 5;

export function jobNeeds(
  world: Pick<RunWorld, 'vault' | 'offers' | 'ledger'> & {
    pipelines: ReadonlyMap<string, Pipeline>;
    unusablePipelines?: ReadonlyMap<string, string>;
  },
): JobNeeds {
  const pipelineOf = ({ pipeline }: Pick<JobRequest, 'pipeline'>) => world.pipelines.get(pipeline);
  return {
    hasAssets: ({ options }) => assetsNamed(options).every((hash) => world.vault.ref(hash) !== undefined),
    unfit: ({ pipeline }) => unfitPipeline(world.pipelines, pipeline, world.unusablePipelines),
    pipeline: pipelineOf,
    models(request) {
      const pipeline = pipelineOf(request);
      return pipeline === undefined ? '' : modelsOf(world.offers(), pipelineOrder(pipeline), request.options);
    },
    isShort(request) {
      const pipeline = pipelineOf(request);
      if (pipeline === undefined) return false;
      const { options } = request;
      let ms = 0;
      for (const node of pipeline.nodes) {
        const { main } = chooseEngines(world.offers(), node, options);
        const paces = world.ledger.paces(node.stage, main);
        if (paces.length < PACES_KEPT) return false;
        ms += expectedMs(node.stage, workUnits(node.stage, options, guessSeconds(options)), paces);
      }
      return ms < SHORT_MS;
    },
  };
}

// The pipelines that come with the product, by name.
import { type Pipeline, pipelineSchema } from './graph.ts';
import portrait from './portrait.json' with { type: 'json' };
import portraitLarge from './portrait-large.json' with { type: 'json' };
import train from './train.json' with { type: 'json' };

export const shippedPipelines: ReadonlyMap<string, Pipeline> = new Map(
  [portrait, portraitLarge, train].map((json) => {
    const pipeline = pipelineSchema.parse(json);
    return [pipeline.name, pipeline];
  }),
);

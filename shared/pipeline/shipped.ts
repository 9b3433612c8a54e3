// The pipelines that come with the product, by name.
import { type Pipeline, pipelineSchema } from './graph.ts';
import portrait from './portrait.json' with { type: 'json' };
import portraitLarge from './portrait-large.json' with { type: 'json' };
import train from './train.json' with { type: 'json' };
import trainVoice from './train-voice.json' with { type: 'json' };

export const shippedPipelines: ReadonlyMap<string, Pipeline> = new Map(
  [portrait, portraitLarge, train, trainVoice].map((json) => {
    const pipeline = pipelineSchema.parse(json);
    return [pipeline.name, pipeline];
  }),
);

/** Whether a job of that pipeline ends with a video, and not with a look or a voice; of an own pipeline it is assumed. */
export function makesVideo(pipeline: string): boolean {
  return shippedPipelines.get(pipeline)?.nodes.some(({ stage }) => stage === 'finish') ?? true;
}

// A version: a look or a voice that a job of a project made, with what it was made from, to be named in later jobs. It
// knows nothing of where versions are written down.
import { z } from 'zod';
import { assetRefSchema } from '../asset/asset.ts';
import { MAX_PHOTOS } from '../project/options.ts';
import { type ProjectId, projectIdSchema } from '../project/project.ts';
import { type JobRequest, jobIdSchema, type Trained, trainedSchema } from './job.ts';

export const trainedVersionSchema = trainedSchema.extend({
  project: projectIdSchema,
  /** 1 is the first of its stage in this project. */
  version: z.int().min(1),
  /** The job that made it. */
  job: jobIdSchema,
  /** What a look was made from. */
  photos: z.array(assetRefSchema).max(MAX_PHOTOS),
  /** What a voice was made from. */
  clip: assetRefSchema.optional(),
});
export type TrainedVersion = z.infer<typeof trainedVersionSchema>;

/** Two projects may have the same photos and so the same look: each has a version of its own. */
export function versionKey({ project, fingerprint }: { project: ProjectId; fingerprint: string }): string {
  return `${project}/${fingerprint}`;
}

/** What `made` is in the project of the job that made it. */
export function versionOf(request: JobRequest, made: Trained, version: number): TrainedVersion {
  const { options, assets } = request;
  const named = (hash: string) => assets.find((asset) => asset.hash === hash);
  const clip = options.voiceClip === undefined ? undefined : named(options.voiceClip);
  return {
    ...made,
    project: request.project,
    version,
    job: request.id,
    photos: made.stage === 'look' ? options.photos.flatMap((hash) => named(hash) ?? []) : [],
    ...(made.stage === 'voice' && clip !== undefined ? { clip } : {}),
  };
}

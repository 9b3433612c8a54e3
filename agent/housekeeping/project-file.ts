// The layout of a file that holds one project: which facts stand in its manifest and which files it may have.
import { assetRefSchema } from '@myspinbot/shared/asset/asset.ts';
import { jobRequestSchema, jobRunSchema } from '@myspinbot/shared/job/job.ts';
import { projectEntrySchema } from '@myspinbot/shared/project/project.ts';
import { z } from 'zod';
import type { QueuedJob } from '../queue/port.ts';

/** Its Yjs state: with it two machines that both have the project understand each other's changes. */
export const DOCUMENT = 'document.yjs';
/** A project has some 100 kB. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
export const MAX_JOBS = 5000;
export const MAX_ASSETS = 20_000;

export const projectFactsSchema = z.object({
  project: projectEntrySchema,
  /** Jobs that have ended. */
  jobs: z.array(z.object({ request: jobRequestSchema, run: jobRunSchema })).max(MAX_JOBS),
  assets: z.array(assetRefSchema).max(MAX_ASSETS),
});
export type ProjectFacts = z.infer<typeof projectFactsSchema>;

export function isOfProjectFile(name: string): boolean {
  return name === DOCUMENT || /^assets\/[0-9a-f]{64}$/.test(name);
}

/** An ended job as it is on another machine: without looks and voices that were trained here, and without other jobs. */
export function elsewhere({ request, run }: QueuedJob): QueuedJob {
  const { supersedes: _s, fresh: _f, ...asked } = request;
  const { look: _l, voice: _v, ...options } = asked.options;
  const { trained: _t, supersededBy: _b, place: _p, now: _n, waits: _w, fresh: _r, ...made } = run;
  return { request: { ...asked, options }, run: made };
}

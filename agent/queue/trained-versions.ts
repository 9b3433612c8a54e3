// Looks and voices by project, numbered as they were made: an index over what jobs made. It knows jobs; not whether what
// they made is still kept.
import type { Trained } from '@myspinbot/shared/job/job.ts';
import { type TrainedVersion, versionKey, versionOf } from '@myspinbot/shared/job/trained.ts';
import type { QueuedJob } from './port.ts';

export interface TrainedIndex {
  /** Takes in what a job made; returns those that are new, or newly made. */
  add(job: QueuedJob): TrainedVersion[];
  get(key: string): TrainedVersion | undefined;
  /** In the order in which they were made first. */
  all(): Iterable<TrainedVersion>;
}

/** `known`: versions that have their numbers already; the jobs that made them may be forgotten. */
export function indexTrained(
  jobs: readonly QueuedJob[],
  known: readonly TrainedVersion[] = [],
): TrainedIndex {
  const versions = new Map<string, TrainedVersion>();
  const numbered = new Map(known.map((version) => [versionKey(version), version]));
  /** The highest number so far, by project and stage. */
  const numbers = new Map<string, number>();
  const put = (version: TrainedVersion) => {
    const counted = `${version.project} ${version.stage}`;
    numbers.set(counted, Math.max(numbers.get(counted) ?? 0, version.version));
    versions.set(versionKey(version), version);
    return version;
  };
  const addOne = ({ request }: QueuedJob, made: Trained): TrainedVersion[] => {
    const key = versionKey({ project: request.project, fingerprint: made.fingerprint });
    const before = versions.get(key);
    // Later jobs used it as it is; made again after it was thrown away it keeps its number.
    if (before !== undefined && before.madeAt >= made.madeAt) return [];
    const next = (numbers.get(`${request.project} ${made.stage}`) ?? 0) + 1;
    return [put(versionOf(request, made, (before ?? numbered.get(key))?.version ?? next))];
  };

  const all = jobs.flatMap((job) => (job.run.trained ?? []).map((made) => ({ job, made })));
  // Of two that name the same one the earlier asked for made it.
  all.sort((a, b) => a.made.madeAt - b.made.madeAt || a.job.request.requestedAt - b.job.request.requestedAt);
  for (const { job, made } of all) addOne(job, made);
  for (const [key, version] of numbered) if (!versions.has(key)) put(version);
  return {
    add: (job) => (job.run.trained ?? []).flatMap((made) => addOne(job, made)),
    get: (key) => versions.get(key),
    all: () => versions.values(),
  };
}

// What may be asked of housekeeping, and what it answers. Such work is long: it is begun with a wish, and looked after
// by its id until it has ended.
import { z } from 'zod';
import type { AssetType } from '../asset/asset.ts';
import { failureRecordSchema } from '../failure/failure.ts';
import { projectIdSchema } from '../project/project.ts';

/** A path on the workstation itself, absolute: only whoever sits there may name one. */
const fileSchema = z.string().min(1).max(4000);

/** `project` of an export: an id, or a title that only one project has. */
export const housekeepingWishSchema = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('collect'), dryRun: z.boolean() }),
  z.strictObject({ what: z.literal('backup'), file: fileSchema }),
  z.strictObject({ what: z.literal('export'), project: z.string().min(1).max(200), file: fileSchema }),
  z.strictObject({ what: z.literal('import'), file: fileSchema }),
  z.strictObject({ what: z.literal('doctor'), quick: z.boolean(), repair: z.boolean() }),
]);
export type HousekeepingWish = z.infer<typeof housekeepingWishSchema>;

export const collectedKinds = ['pictures', 'sounds', 'videos', 'captions', 'other files'] as const;
export type CollectedKind = (typeof collectedKinds)[number];

/** The kind a file is counted to; `undefined` = nobody knows what it is. */
export function kindOf(type: AssetType | undefined): CollectedKind {
  if (type?.startsWith('image/')) return 'pictures';
  if (type?.startsWith('audio/')) return 'sounds';
  if (type?.startsWith('video/')) return 'videos';
  return type === 'text/vtt' || type === 'application/x-subrip' ? 'captions' : 'other files';
}

const countedSchema = z.object({ files: z.int().min(0), bytes: z.number().min(0) });
const collectedSchema = z.object({
  dryRun: z.boolean(),
  /** Ended jobs that were forgotten, or would be. */
  jobs: z.int(),
  /** What stages made and nobody used for long; forgotten, or would be. */
  artifacts: z.int(),
  /** Of these so many stay for now, since a job is running. */
  heldBack: z.int(),
  /** Files that went, or would. */
  kinds: z.record(z.enum(collectedKinds), countedSchema),
  kept: countedSchema,
  /** Named by nothing, but not there for long enough. */
  young: countedSchema,
});
export type Collected = z.infer<typeof collectedSchema>;

const backedUpSchema = z.object({
  file: z.string(),
  bytes: z.number(),
  assets: z.int(),
  /** Named by something, but not on the workstation: still on a device, perhaps. */
  missing: z.int(),
});
export type BackedUp = z.infer<typeof backedUpSchema>;

const exportedSchema = z.object({
  file: z.string(),
  bytes: z.number(),
  title: z.string(),
  jobs: z.int(),
  assets: z.int(),
  missing: z.int(),
});
export type Exported = z.infer<typeof exportedSchema>;

const importedSchema = z.object({
  project: projectIdSchema,
  /** The id it had where it came from, when that was taken here. */
  was: projectIdSchema.optional(),
  title: z.string(),
  jobs: z.int(),
  assets: z.int(),
});
export type Imported = z.infer<typeof importedSchema>;

export const findingSchema = z.object({
  /** mended: it was wrong and is not any more. */
  state: z.enum(['ok', 'note', 'bad', 'mended']),
  what: z.string(),
  hint: z.string().optional(),
});
export type Finding = z.infer<typeof findingSchema>;
const examinedSchema = z.object({ findings: z.array(findingSchema) });
export type Examination = z.infer<typeof examinedSchema>;

export const housekeepingReportSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('collect'), ...collectedSchema.shape }),
  z.object({ what: z.literal('backup'), ...backedUpSchema.shape }),
  z.object({ what: z.literal('export'), ...exportedSchema.shape }),
  z.object({ what: z.literal('import'), ...importedSchema.shape }),
  z.object({ what: z.literal('doctor'), ...examinedSchema.shape }),
]);
export type HousekeepingReport = z.infer<typeof housekeepingReportSchema>;

export const housekeepingTaskSchema = z.object({
  id: z.string(),
  state: z.discriminatedUnion('state', [
    z.object({ state: z.literal('running'), done: z.number(), total: z.number() }),
    z.object({ state: z.literal('done'), report: housekeepingReportSchema }),
    z.object({ state: z.literal('failed'), failure: failureRecordSchema }),
  ]),
});
export type HousekeepingTask = z.infer<typeof housekeepingTaskSchema>;

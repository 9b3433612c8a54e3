// A project is one bot: its photos, voice, script and wishes for the picture. Plain records only;
// the Yjs layout is document/, the bytes are assets.
import { z } from 'zod';
import { assetRefSchema } from '../asset/asset.ts';
import { backgroundSchema, fingerprintSchema, languages, MAX_PHOTOS, sizes, tones } from './options.ts';

export type ProjectId = string & { readonly __brand: 'ProjectId' };
export const projectIdSchema = z
  .string()
  .regex(/^p_[0-9a-z]{12,32}$/)
  .transform((value) => value as ProjectId);

/** One line of the workspace's index: what a list needs without opening the project's document. */
export const projectEntrySchema = z.object({
  id: projectIdSchema,
  title: z.string().max(200),
  createdAt: z.number(),
  updatedAt: z.number(),
  cover: assetRefSchema.optional(),
  deleted: z.boolean().default(false),
});
export type ProjectEntry = z.infer<typeof projectEntrySchema>;

export const narrationModes = ['text', 'recording', 'topic'] as const;

/** A project's fields other than its script text (a Y.Text) and its photos (one key each). */
export const projectFieldsSchema = z.object({
  title: z.string().max(200).default(''),
  mode: z.enum(narrationModes).default('text'),
  lang: z.union([z.literal('auto'), z.enum(languages)]).default('auto'),
  topic: z.string().max(300).default(''),
  tone: z.enum(tones).default('casual'),
  persona: z.string().max(120).default(''),
  seconds: z.int().min(5).max(60).default(20),
  voiceClip: assetRefSchema.nullable().default(null),
  voiceName: z.string().max(60).nullable().default(null),
  /** Trained versions that spins use, by fingerprint; null = made fresh each time. */
  look: fingerprintSchema.nullable().default(null),
  voice: fingerprintSchema.nullable().default(null),
  recording: assetRefSchema.nullable().default(null),
  face: z.int().min(0).max(50).nullable().default(null),
  size: z.enum(sizes).default('720x720'),
  background: backgroundSchema.default({ kind: 'keep' }),
  backgroundImage: assetRefSchema.nullable().default(null),
  captions: z.boolean().default(true),
  /** Half as wide and high again as `size`. */
  enlarged: z.boolean().default(false),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
});
export type ProjectFields = z.infer<typeof projectFieldsSchema>;

export const photoSchema = z.object({
  asset: assetRefSchema,
  addedAt: z.number(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
});
export type Photo = z.infer<typeof photoSchema>;

export { MAX_PHOTOS };

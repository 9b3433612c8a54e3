// What is said about uploads by HTTP: POST an offer, PUT its blocks at their offsets, and it is told what is still
// missing. The bytes themselves travel as bodies.
import { z } from 'zod';
import { assetRefSchema } from '../asset/asset.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** POST /api/uploads. Asking again is how an upload is resumed. */
export const uploadOfferSchema = z.strictObject({
  asset: assetRefSchema,
  /** SHA-256 of every block of 1 MiB in order. */
  blocks: z.array(sha256).max(2048),
});
export type UploadOffer = z.infer<typeof uploadOfferSchema>;

/** The answer to it and to every PUT. */
export const uploadStateSchema = z.object({
  /** Indices of blocks that are missing, as [first, count] runs. */
  missing: z.array(z.tuple([z.int().min(0), z.int().min(1)])).max(2048),
  /** There once the file is whole, verified and kept. */
  asset: assetRefSchema.optional(),
});
export type UploadState = z.infer<typeof uploadStateSchema>;

/** GET /api/assets/:hash/blocks */
export const whatIsHereSchema = z.object({ asset: assetRefSchema, blocks: z.array(sha256).max(2048) });
export type WhatIsHere = z.infer<typeof whatIsHereSchema>;

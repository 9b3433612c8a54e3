// An asset is bytes known by their hash. This file owns the hash's form, the record that names an asset
// and the kinds of bytes the product accepts. It does not know where bytes are kept or how they travel.
import { z } from 'zod';

/** SHA-256 of the whole asset, 64 lower-case hex digits. */
export type AssetHash = string & { readonly __brand: 'AssetHash' };

export const assetHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'an asset hash is 64 lower-case hex digits')
  .transform((value) => value as AssetHash);

/** Unit of transfer and of verification. 1 MiB: small enough to resend, large enough to hash fast. */
export const BLOCK_BYTES = 1024 * 1024;

/** Largest asset either side accepts. A one-hour 1080p result stays below; a phone's storage stays usable. */
export const MAX_ASSET_BYTES = 2 * 1024 * 1024 * 1024;

export const assetTypes = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/gif',
  'image/tiff',
  'image/heic',
  'audio/wav',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/webm',
  'audio/flac',
  'video/mp4',
  'video/webm',
  'text/vtt',
  'application/x-subrip',
  'application/json',
  'application/octet-stream',
] as const;
export type AssetType = (typeof assetTypes)[number];

export const assetRefSchema = z.object({
  hash: assetHashSchema,
  bytes: z.int().min(0).max(MAX_ASSET_BYTES),
  type: z.enum(assetTypes),
  /** The name a person knows it by (a file name); never used as a path. */
  name: z.string().max(200).optional(),
});
export type AssetRef = z.infer<typeof assetRefSchema>;

/** How many blocks an asset of `bytes` bytes has; an empty asset has none. */
export function blockCount(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES);
}

/** The byte range [start, end) of block `index`, the last one cut to the asset's length. */
export function blockRange(bytes: number, index: number): { start: number; end: number } {
  const start = index * BLOCK_BYTES;
  return { start, end: Math.min(bytes, start + BLOCK_BYTES) };
}

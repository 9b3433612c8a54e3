// The conversation that moves assets between a device and the agent over any ordered, reliable link.
// Text frames carry these messages as JSON; binary frames carry pieces of blocks (see block-frame.ts).
// The whole protocol, with its rules and reasons: docs/protocol.md.
//
//   holder                                   wanter
//   transfer/offer {asset, blocks[]}  ->
//                                     <-  transfer/want {asset, missing, begun, credits}
//   [pieces of a block] ...           ->      (puts together, verifies, stores durably)
//                                     <-  transfer/got {asset, index} (also returns one credit)
//                                     <-  transfer/done {asset}       (whole hash verified and committed)
//   wanter may also start: transfer/ask {asset} -> offer, or transfer/refuse 'unknown-asset'.
//   Both sides say transfer/hello first. An offer of what the wanter has already is answered with done.
//
// Credits count blocks in flight: the wanter grants them, the holder never sends past them. A second want adds
// its blocks and credits to what is granted: so a damaged block is asked for again. Nothing is
// acknowledged before it is verified and durable. After a break either side simply offers or asks again;
// the wanter says which blocks are missing and how much of them came before the break.
//
// Versions: 1, whole blocks in one frame (2026-11). 2, pieces; `begun`, `urgency`, hello's `from`; beats (2026-11).
import { z } from 'zod';
import { assetHashSchema, assetRefSchema, BLOCK_BYTES } from '../asset/asset.ts';

export const TRANSFER_VERSION = 2;
/** Blocks in flight per asset: 4 MiB keeps a gigabit link full at LAN round trips and bounds memory. */
export const TRANSFER_CREDITS = 4;
/** Most credits one holder may hold for an asset, whatever the wanter grants. */
export const MAX_TRANSFER_CREDITS = 64;
/** Longest text frame: an offer of the largest asset (2048 block hashes) has about 140 KiB. */
export const MAX_TRANSFER_TEXT = 256 * 1024;

/**
 * How much a person waits for it. watching: it is on the screen, or they wait for it. usual. ahead: fetched because it
 * may be wanted later; it moves while nothing else does.
 */
export const urgencies = ['watching', 'usual', 'ahead'] as const;
export type Urgency = (typeof urgencies)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const transferMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('transfer/hello'),
    version: z.int().min(1),
    /** Who sends, as long as its process lives: a second link of the same one takes over from the first. */
    from: z
      .string()
      .regex(/^[0-9a-z]{8,40}$/)
      .optional(),
  }),
  /** Somebody is here. Sent when nothing else was for a second; silence for three is the end of the link. */
  z.object({ type: z.literal('transfer/beat') }),
  z.object({
    type: z.literal('transfer/offer'),
    asset: assetRefSchema,
    /** SHA-256 of every block in order. */
    blocks: z.array(sha256).max(2048),
  }),
  z.object({
    type: z.literal('transfer/ask'),
    hash: assetHashSchema,
    urgency: z.enum(urgencies).optional(),
  }),
  z.object({
    type: z.literal('transfer/want'),
    hash: assetHashSchema,
    /** Indices still missing, as [first, count] runs in ascending order. */
    missing: z.array(z.tuple([z.int().min(0), z.int().min(1)])).max(2048),
    /** Of missing blocks, those that came in part before: [index, bytes from the block's beginning]. */
    begun: z
      .array(z.tuple([z.int().min(0), z.int().min(1).max(BLOCK_BYTES)]))
      .max(MAX_TRANSFER_CREDITS)
      .optional(),
    credits: z.int().min(1).max(MAX_TRANSFER_CREDITS),
  }),
  z.object({ type: z.literal('transfer/got'), hash: assetHashSchema, index: z.int().min(0) }),
  z.object({ type: z.literal('transfer/done'), hash: assetHashSchema }),
  z.object({ type: z.literal('transfer/cancel'), hash: assetHashSchema }),
  z.object({
    type: z.literal('transfer/refuse'),
    hash: assetHashSchema,
    /** `not-allowed`: whoever offers may look and bring nothing. */
    why: z.enum(['unknown-asset', 'no-space', 'too-large', 'bad-hash', 'busy', 'not-allowed']),
    hint: z.string().max(400).optional(),
  }),
]);
export type TransferMessage = z.infer<typeof transferMessageSchema>;

export type Decoded<T> = { ok: true; value: T } | { ok: false; unknown: boolean; why: string };

/** Decodes one text frame. `unknown` = a type this version does not know: count it and go on. */
export function decodeTransfer(raw: string): Decoded<TransferMessage> {
  if (raw.length > MAX_TRANSFER_TEXT) return { ok: false, unknown: false, why: 'too long' };
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return { ok: false, unknown: false, why: 'not JSON' };
  }
  const parsed = transferMessageSchema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const type = (json as { type?: unknown } | null)?.type;
  const known = transferMessageSchema.options.some((option) => option.shape.type.value === type);
  return {
    ok: false,
    unknown: typeof type === 'string' && !known,
    why: parsed.error.issues[0]?.message ?? '',
  };
}

export function encodeTransfer(message: TransferMessage): string {
  return JSON.stringify(message);
}

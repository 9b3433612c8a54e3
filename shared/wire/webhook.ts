// What is said about the webhook: where an owner has the ends of jobs told, how that went lately, and what is told. The
// POST itself is signed with HMAC-SHA-256 over the time, a dot and the body; docs/api.md shows how to check it.
import { z } from 'zod';
import { jobIdSchema } from '../job/job.ts';

export const webhookEvents = ['job.succeeded', 'job.failed', 'job.cancelled'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** Only http and https, and nothing that would travel in the open beside the secret. */
const addressSchema = z.string().max(2000).refine(isPlainAddress, {
  error: 'an address is http:// or https:// and a host, without a user, a password or a fragment',
});

/** PUT /api/webhook, and `webhook` in config.json. Without a secret nothing is signed. */
export const webhookSchema = z.strictObject({
  url: addressSchema,
  secret: z.string().min(8).max(200).optional(),
});
export type WebhookTarget = z.infer<typeof webhookSchema>;

/** The answer to it and to GET. The secret is told to nobody. */
export const webhookStateSchema = z.object({
  webhook: z
    .object({
      url: z.string(),
      hasSecret: z.boolean(),
      /** Who said so: an owner, or config.json. */
      from: z.enum(['owner', 'config']),
    })
    .nullable(),
  /** Newest first. */
  recent: z.array(
    z.object({
      id: z.string(),
      jobId: jobIdSchema,
      event: z.enum(webhookEvents),
      /** When the job ended, epoch ms. */
      at: z.number(),
      attempts: z.int(),
      state: z.enum(['waiting', 'delivered', 'given-up']),
      /** Why it did not work the last time. */
      why: z.string().nullable(),
    }),
  ),
});
export type WebhookState = z.infer<typeof webhookStateSchema>;

/** Names of the headers beside the body. */
export const webhookHeaders = {
  event: 'x-myspinbot-event',
  /** The same one for every try of one delivery: whoever has seen it may leave it out. */
  delivery: 'x-myspinbot-delivery',
  /** Epoch seconds, part of what is signed. */
  time: 'x-myspinbot-time',
  /** "sha256=" and 64 hex digits. */
  signature: 'x-myspinbot-signature',
} as const;

function isPlainAddress(text: string): boolean {
  return /^https?:\/\/(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?][^#\s\\]*)?$/i.test(
    text,
  );
}

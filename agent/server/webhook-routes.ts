// The webhook as requests of owners: where the ends of jobs are told, and how that went. What is told, and how often it is
// tried, is webhook/.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { webhookSchema, webhookStateSchema } from '@myspinbot/shared/wire/webhook.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Gate } from '../pairing/port.ts';
import type { Webhook } from '../webhook/webhook.ts';
import { parsed } from './described.ts';

const needs = { on: 'devices', may: 'manage' } as const;
/** `as`: none at all, or again what config.json says. */
const removalSchema = z.strictObject({ as: z.enum(['none', 'config']).default('none') });

export function addWebhookRoutes(
  app: FastifyInstance,
  webhook: Pick<Webhook, 'state' | 'set' | 'reset'>,
  gate: Pick<Gate, 'note'>,
): void {
  // Where it goes may have a secret in it, so the log says only that it was changed.
  const note = ({ who, origin }: FastifyRequest, what: string) =>
    gate.note({ kind: 'changed', what }, who, origin.address);
  app.get(
    endpoints.webhook,
    {
      config: {
        needs,
        described: {
          summary: 'Where the ends of jobs are told, and how that went',
          reply: webhookStateSchema,
        },
      },
    },
    async () => webhook.state(),
  );
  app.put(
    endpoints.webhook,
    {
      config: {
        needs,
        described: {
          summary: 'Has the end of every job told to an address by POST',
          body: webhookSchema,
          reply: webhookStateSchema,
        },
      },
    },
    async (request) => {
      await webhook.set(parsed(webhookSchema, 'The webhook', request.body));
      note(request, 'The webhook was set: the ends of jobs are told to another address');
      return webhook.state();
    },
  );
  app.delete(
    endpoints.webhook,
    {
      config: {
        needs,
        described: {
          summary: 'Tells nobody any more; `as=config` = what config.json says counts again',
          query: removalSchema,
          status: 204,
        },
      },
    },
    async (request, reply) => {
      const { as } = parsed(removalSchema, 'The query', request.query);
      if (as === 'none') await webhook.set(undefined);
      else await webhook.reset();
      note(request, 'The webhook was removed');
      return reply.code(204).send();
    },
  );
}

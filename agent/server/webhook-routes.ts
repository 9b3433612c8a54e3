// The webhook as requests of owners: where the ends of jobs are told, and how that went. What is told, and how often it is
// tried, is webhook/.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { webhookSchema, webhookStateSchema } from '@myspinbot/shared/wire/webhook.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Webhook } from '../webhook/webhook.ts';
import { parsed } from './described.ts';

const needs = { on: 'devices', may: 'manage' } as const;
/** `as`: none at all, or again what config.json says. */
const removalSchema = z.strictObject({ as: z.enum(['none', 'config']).default('none') });

export function addWebhookRoutes(
  app: FastifyInstance,
  webhook: Pick<Webhook, 'state' | 'set' | 'reset'>,
): void {
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
    async ({ body }) => {
      await webhook.set(parsed(webhookSchema, 'The webhook', body));
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
    async ({ query }, reply) => {
      const { as } = parsed(removalSchema, 'The query', query);
      if (as === 'none') await webhook.set(undefined);
      else await webhook.reset();
      return reply.code(204).send();
    },
  );
}

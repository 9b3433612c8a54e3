// Housekeeping over HTTP: begun, looked after, stopped. Owners collect garbage and have the agent examined from anywhere;
// what names a file of the workstation is for the workstation's own account alone.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  type HousekeepingTask,
  housekeepingTaskSchema,
  housekeepingWishSchema,
} from '@myspinbot/shared/wire/housekeeping.ts';
import type { FastifyInstance } from 'fastify';
import type { Housekeeping } from '../housekeeping/housekeeping.ts';
import { schemaFailure } from './replies.ts';

interface ById {
  Params: { id: string };
}

export function addHousekeepingRoutes(
  app: FastifyInstance,
  housekeeping: Pick<Housekeeping, 'begin' | 'task' | 'cancel'>,
): void {
  const needs = { on: 'devices', may: 'manage' } as const;
  const find = (id: string): HousekeepingTask => {
    const task = housekeeping.task(id);
    if (task !== undefined) return task;
    throw new Failure({
      code: 'not-found',
      message: 'Nothing is known of this piece of housekeeping.',
      hint: 'The agent was started again meanwhile, or it ended some time ago. Ask for it again.',
    });
  };

  app.post(
    endpoints.housekeeping,
    {
      config: {
        needs,
        described: {
          summary: 'Begins a piece of housekeeping',
          body: housekeepingWishSchema,
          reply: housekeepingTaskSchema,
          status: 202,
        },
      },
    },
    async (request, reply) => {
      const wish = housekeepingWishSchema.safeParse(request.body);
      if (!wish.success) throw schemaFailure('The body', wish.error);
      if ('file' in wish.data && request.who?.kind !== 'local') {
        throw new Failure({
          code: 'refused',
          message: 'Files of the workstation are read and written by its own account alone.',
          hint: `Run it on the workstation: npx myspinbot ${wish.data.what}`,
        });
      }
      return reply.code(202).send(housekeeping.begin(wish.data));
    },
  );
  app.get<ById>(
    `${endpoints.housekeeping}/:id`,
    {
      config: {
        needs,
        described: { summary: 'How far it is, or what came of it', reply: housekeepingTaskSchema },
      },
    },
    async ({ params }) => find(params.id),
  );
  app.delete<ById>(
    `${endpoints.housekeeping}/:id`,
    { config: { needs, described: { summary: 'Stops it', status: 204 } } },
    async ({ params }, reply) => {
      housekeeping.cancel(find(params.id).id);
      return reply.code(204).send();
    },
  );
}

// What is shared to the app when its own worker was not there to take it: it arrives here, where nobody reads it. The
// answer leads to the app, which says what to do.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { shareProblemAddress } from '@myspinbot/shared/wire/share.ts';
import type { FastifyInstance } from 'fastify';
import { unread } from './admission.ts';

export function addShareAddress(app: FastifyInstance): void {
  app.post(
    endpoints.share,
    {
      config: { needs: 'everybody' },
      // Before anything of the body is looked at, whatever type it says it is.
      onRequest: async (request, reply) => {
        unread(request);
        return reply.redirect(shareProblemAddress(endpoints.share, 'not-ready'), 303);
      },
    },
    () => undefined,
  );
}

// The doors at which trust begins: pairing and proofs, as requests. They are open to everybody; what is asked is the
// gate's to answer. Each body is bounded and parsed before it gets there.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  challengedSchema,
  challengeSchema,
  MAX_PAIRING_BYTES,
  pairedSchema,
  pairingFinishSchema,
  pairingStartedSchema,
  pairingStartSchema,
  tokenGrantSchema,
  tokenRequestSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Gate, Origin } from '../pairing/port.ts';
import { schemaFailure } from './replies.ts';

const ownMachineSchema = z.strictObject({ nonce: z.string().regex(/^[\w-]{43}$/) });

export function addPairingRoutes(app: FastifyInstance, gate: Gate): void {
  const open = <T>(
    path: string,
    summary: string,
    schema: z.ZodType<T>,
    reply: z.ZodType,
    answer: (body: T, origin: Origin) => Promise<unknown>,
  ) =>
    app.post(
      path,
      {
        config: { needs: 'everybody', described: { summary, body: schema, reply } },
        bodyLimit: MAX_PAIRING_BYTES,
      },
      async ({ body, origin }) => {
        const parsed = schema.safeParse(body);
        if (!parsed.success) throw schemaFailure('The body', parsed.error);
        return answer(parsed.data, origin);
      },
    );
  open(
    endpoints.pairingStart,
    'Pairing, the first half: docs/protocol.md',
    pairingStartSchema,
    pairingStartedSchema,
    (start, origin) => gate.startPairing(start, origin),
  );
  open(
    endpoints.pairingFinish,
    'Pairing, the second half',
    pairingFinishSchema,
    pairedSchema,
    (finish, origin) => gate.finishPairing(finish, origin),
  );
  open(
    endpoints.challenge,
    'A number to sign, for a paired device',
    challengeSchema,
    challengedSchema,
    (asked, origin) => gate.challenge(asked, origin),
  );
  open(
    endpoints.token,
    'A short-lived token for the signed number',
    tokenRequestSchema,
    tokenGrantSchema,
    (request, origin) => gate.grantToken(request, origin),
  );

  app.get(
    endpoints.ownMachine,
    {
      config: {
        needs: 'everybody',
        described: {
          summary: 'Proves to a command of this machine that it is the agent that listens',
          query: ownMachineSchema,
          reply: z.object({ proof: z.string() }),
        },
      },
    },
    async ({ query, origin, raw }, reply) => {
      const { localAddress = '', localPort = 0, remotePort = 0 } = raw.socket;
      if (!origin.isOwnMachine) return reply.callNotFound();
      const parsed = ownMachineSchema.safeParse(query);
      if (!parsed.success) throw schemaFailure('The query', parsed.error);
      const wire = { address: localAddress, port: localPort, peerPort: remotePort };
      return { proof: gate.proveOwn(parsed.data.nonce, wire) };
    },
  );
}

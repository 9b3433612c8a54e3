// The doors at which trust begins: pairing and proofs, as requests. They are open to everybody; what is asked is the
// gate's to answer. Each body is bounded and parsed before it gets there.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  challengeSchema,
  MAX_PAIRING_BYTES,
  pairingFinishSchema,
  pairingStartSchema,
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
    schema: z.ZodType<T>,
    answer: (body: T, origin: Origin) => Promise<unknown>,
  ) =>
    app.post(
      path,
      { config: { needs: 'everybody' }, bodyLimit: MAX_PAIRING_BYTES },
      async ({ body, origin }) => {
        const parsed = schema.safeParse(body);
        if (!parsed.success) throw schemaFailure('The body', parsed.error);
        return answer(parsed.data, origin);
      },
    );
  open(endpoints.pairingStart, pairingStartSchema, (start, origin) => gate.startPairing(start, origin));
  open(endpoints.pairingFinish, pairingFinishSchema, (finish, origin) => gate.finishPairing(finish, origin));
  open(endpoints.challenge, challengeSchema, (asked, origin) => gate.challenge(asked, origin));
  open(endpoints.token, tokenRequestSchema, (request, origin) => gate.grantToken(request, origin));

  app.get(endpoints.ownMachine, { config: { needs: 'everybody' } }, async ({ query, origin, raw }, reply) => {
    const { localAddress = '', localPort = 0, remotePort = 0 } = raw.socket;
    if (!origin.isOwnMachine) return reply.callNotFound();
    const parsed = ownMachineSchema.safeParse(query);
    if (!parsed.success) throw schemaFailure('The query', parsed.error);
    const wire = { address: localAddress, port: localPort, peerPort: remotePort };
    return { proof: gate.proveOwn(parsed.data.nonce, wire) };
  });
}

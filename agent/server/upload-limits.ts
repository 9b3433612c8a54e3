// How much somebody may bring by requests: how often, and how many bytes of what there is room for. What arrives
// over the transfer sockets is limited there, by the same quota. It does not know what is in an upload.
import { principalId } from '@myspinbot/shared/access/access.ts';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { createLimit, within } from '../pairing/limits.ts';
import type { Gate } from '../pairing/port.ts';
import type { Quota } from '../vault/quota.ts';

/** A person spins a few times a minute; a script that makes a whole series waits for the queue anyway. */
const UPLOADS = { burst: 30, perSecond: 1 / 2 };

export interface UploadLimits {
  /**
   * Does `work` within what this asker may bring; it tells every byte that came. Throws Failure `too-often` before it
   * begins, and `no-room` before, or in the middle of a request that did not say how large it is. Who is removed while
   * their upload comes gets Failure `unpaired`.
   */
  within<T>(request: FastifyRequest, work: (received: (bytes: number) => void) => Promise<T>): Promise<T>;
}

export function createUploadLimits(world: {
  clock: Clock;
  quota: Quota;
  gate: Pick<Gate, 'brought'>;
  /** For the figures. */
  received(bytes: number): void;
}): UploadLimits {
  const { quota, gate } = world;
  const often = createLimit(world.clock, UPLOADS);
  return {
    async within(request, work) {
      const { who } = request;
      if (who === undefined) throw new Error('an upload of nobody');
      within(often, { address: principalId(who), isOwnMachine: who.kind === 'local' }, 'An upload');
      const length = Number(request.headers['content-length']);
      const isDeclared = Number.isSafeInteger(length) && length >= 0;
      const promised = quota.promise(who, isDeclared ? length : 0);
      let bytes = 0;
      try {
        const made = await work((more) => {
          bytes += more;
          world.received(more);
          request.askAgain();
          if (!isDeclared) promised.grow(more);
        });
        // Of what was refused nothing is kept.
        if (bytes > 0) gate.brought(who, bytes);
        return made;
      } finally {
        promised.done();
      }
    },
  };
}

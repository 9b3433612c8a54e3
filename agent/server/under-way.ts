// Requests under way, by who asked. What was true when somebody was let in may not be true any more when their body has
// come, or while their answer leaves: so each is asked about again before it takes effect and before it is answered,
// and ended when whoever asked is removed meanwhile. Who may do what is the gate's and the access table's to say.
import { type Action, may, type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Gate } from '../pairing/port.ts';
import { hangUp } from './door.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What it was let in for; undefined where nobody had to say who they are. */
    letInFor: Action | undefined;
    /** Throws Failure `unpaired` or `refused` when whoever asked may not any more. */
    askAgain(): void;
  }
}

/** Why somebody is refused who was let in before. */
export type Refusal = (now: Principal | undefined) => Error;

export interface UnderWay {
  /** From now until it is answered or breaks off. */
  begin(request: FastifyRequest, reply: FastifyReply, who: Principal, action: Action): void;
  close(): void;
}

/** Must be called before the first route is added. */
export function watchRequests(
  app: FastifyInstance,
  gate: Pick<Gate, 'standing' | 'onCut'>,
  refusal: Refusal,
): UnderWay {
  const all = new Map<string, Set<{ request: FastifyRequest; reply: FastifyReply }>>();

  /** Undefined when it still may; the request knows from now on what its asker has become. */
  const refused = (request: FastifyRequest): Error | undefined => {
    const { letInFor, who } = request;
    if (letInFor === undefined || who === undefined) return undefined;
    const now = gate.standing(who);
    if (now === undefined || !may(now, letInFor)) return refusal(now);
    request.who = now;
    return undefined;
  };
  const end = (request: FastifyRequest, reply: FastifyReply, why: Error) => {
    const { socket } = request.raw;
    if (reply.raw.headersSent) return hangUp(socket);
    if (!request.raw.complete) {
      // Whoever waits with the rest of it hears why; the connection ends with that.
      void reply.header('Connection', 'close').send(why);
      return;
    }
    // It is being answered: with a refusal, unless the first byte was as good as on its way.
    setImmediate(() => {
      const { headersSent, writableFinished, statusCode } = reply.raw;
      if (headersSent && !writableFinished && statusCode < 300) hangUp(socket);
    });
  };
  const stopListening = gate.onCut((id) => {
    for (const { request, reply } of all.get(id) ?? []) {
      const why = refused(request);
      if (why !== undefined) end(request, reply, why);
    }
  });

  app.decorateRequest('letInFor', undefined);
  app.decorateRequest('askAgain', function askAgain(this: FastifyRequest) {
    const why = refused(this);
    if (why !== undefined) throw why;
  });
  // Not async: nothing comes between this answer and the handler's first line.
  app.addHook('preHandler', (request, _reply, done) => done(refused(request)));
  app.addHook('onSend', (request, reply, payload: unknown, done) => {
    const { statusCode } = reply;
    // What is refused or empty tells nothing: whoever removed themselves hears that it is done.
    const why = statusCode >= 400 || statusCode === 204 ? undefined : refused(request);
    if (why === undefined) return done(null, payload);
    if (isStream(payload)) payload.destroy();
    for (const name of ['content-range', 'content-disposition', 'etag', 'accept-ranges', 'location']) {
      reply.removeHeader(name);
    }
    void reply.header('Cache-Control', 'no-store');
    return done(why);
  });

  return {
    begin(request, reply, who, action) {
      request.letInFor = action;
      const id = principalId(who);
      const one = { request, reply };
      const own = all.get(id) ?? new Set();
      all.set(id, own.add(one));
      reply.raw.once('close', () => {
        own.delete(one);
        if (own.size === 0 && all.get(id) === own) all.delete(id);
      });
    },
    close: stopListening,
  };
}

function isStream(payload: unknown): payload is { destroy(): void } {
  return typeof (payload as { destroy?: unknown } | null)?.destroy === 'function';
}

// Who asks, and whether they may: looked at before a body is read. Every route names what it needs, and a route that
// names nothing cannot be added. How somebody proves who they are is the gate's business, who may do what the access
// table's; here both are asked.
import type { IncomingMessage } from 'node:http';
import { type Action, may, type Principal } from '@myspinbot/shared/access/access.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../log/logger.ts';
import type { Gate, Origin } from '../pairing/port.ts';
import { markProved, originOf } from './door.ts';
import { type Refused, refuse } from './own-address.ts';
import { secureHeaders } from './static-app.ts';
import { watchRequests } from './under-way.ts';
import { isForEyes, sendWrongName } from './wrong-name.ts';

/**
 * What a route asks of whoever uses it. `everybody`: anybody whose request is meant for this agent. `own-machine`: no
 * proof from the workstation itself; from elsewhere like metrics. Else an action, or the action this request comes to.
 */
export type Needs = 'everybody' | 'own-machine' | Action | ((request: FastifyRequest) => Action);

declare module 'fastify' {
  interface FastifyContextConfig {
    needs?: Needs;
  }
  interface FastifyRequest {
    /** Undefined on routes for everybody, unless they said who they are. */
    who: Principal | undefined;
    origin: Origin;
  }
}

export interface AdmissionWorld {
  gate: Pick<Gate, 'identify' | 'standing' | 'seen' | 'note' | 'onCut'>;
  /** Under which names and addresses this agent is reached: lower case, without a port, IPv6 in brackets. */
  hosts(): ReadonlySet<string>;
  port(): number;
  log: Logger;
  /** Told when a request was turned away. */
  refused(): void;
}

/** Of a body that nobody wants: a photo's worth. */
const UNREAD_BYTES = 16 * 1024 * 1024;

/** Why a request or an upgrade is not meant for this agent; undefined when it is. It is noted. */
export function turnAway(raw: IncomingMessage, world: AdmissionWorld): Refused | undefined {
  const { headers, rawHeaders, method, url } = raw;
  const { isSecure, address } = originOf(raw.socket);
  const refused = refuse(
    { headers, rawHeaders, method, url },
    { port: world.port(), hosts: world.hosts(), isSecure },
  );
  if (refused === undefined) return undefined;
  // The audit log has it in words for people; in the terminal of whoever started the agent it would only be noise.
  world.log.info('server.refused', { why: refused });
  world.gate.note({ kind: 'refused', what: refusedWords[refused] }, undefined, address);
  world.refused();
  return refused;
}

const refusedWords: Readonly<Record<Refused, string>> = {
  host: 'A request for another name than this workstation’s',
  origin: 'A request from a page of another site',
  'cross-site': 'A request from a page of another site',
  target: 'A request that asked for another server',
};

/** Must be called before the first route is added. */
export function admitOnly(app: FastifyInstance, world: AdmissionWorld): void {
  const { gate } = world;
  app.decorateRequest('who', undefined);
  app.decorateRequest('origin');
  const underWay = watchRequests(app, gate, (now) => (now === undefined ? unpaired() : notAllowed(now)));
  app.addHook('onClose', async () => underWay.close());

  app.addHook('onRoute', (route) => {
    // The files of the app: the same for everybody who has ever downloaded the program.
    const isApp = route.url === '/*' && [route.method].flat().every((one) => one === 'GET' || one === 'HEAD');
    if (route.config?.needs !== undefined) return;
    if (!isApp) throw new Error(`the route ${route.url} does not say who may use it`);
    route.config = { ...route.config, needs: 'everybody' };
  });

  app.addHook('onRequest', async (request, reply) => {
    const origin = originOf(request.raw.socket);
    const port = world.port();
    secureHeaders(reply, { port, hosts: world.hosts(), isSecure: origin.isSecure });
    request.origin = origin;
    const refused = turnAway(request.raw, world);
    if (refused !== undefined) {
      unread(request);
      if (refused === 'host' && isForEyes(request.raw, origin.isSecure)) {
        return sendWrongName(reply, { hosts: world.hosts(), port });
      }
      throw new Failure({
        code: 'refused',
        message: `This request is not from the agent's own page (${refused}).`,
        hint: 'Open the address that the workstation shows.',
      });
    }
    const needs = request.is404 ? 'everybody' : request.routeOptions.config.needs;
    if (needs === 'everybody') return;
    const who = gate.identify(request.headers.authorization, origin);
    request.who = who;
    if (who === undefined) {
      if (needs === 'own-machine' && origin.isOwnMachine) return;
      world.refused();
      const { authorization } = request.headers;
      // One that had a token was looked at by the gate.
      if (authorization === undefined) gate.note(anonymous, undefined, origin.address);
      void reply.header('WWW-Authenticate', 'Bearer');
      unread(request);
      throw unpaired();
    }
    gate.seen(who);
    markProved(request.raw.socket);
    const action = needs === undefined ? undefined : actionOf(needs, request);
    if (action !== undefined && may(who, action)) return underWay.begin(request, reply, who, action);
    if (needs === 'own-machine' && origin.isOwnMachine) return;
    world.refused();
    const asked = `Asked for ${request.method} ${request.routeOptions.url ?? '?'}, which it may not`;
    gate.note({ kind: 'refused', what: asked }, who, origin.address);
    unread(request);
    throw notAllowed(who, action);
  });
}

const anonymous = { kind: 'refused', what: 'Asked for something without saying who asks' } as const;

function actionOf(needs: Exclude<Needs, 'everybody'>, request: FastifyRequest): Action {
  if (needs === 'own-machine') return { on: 'metrics', may: 'read' };
  return typeof needs === 'function' ? needs(request) : needs;
}

/**
 * What still comes of a request whose body nobody wants is let go by, up to a limit: a connection that is closed while its
 * sender still writes takes the answer with it.
 */
export function unread({ raw }: FastifyRequest): void {
  let left = UNREAD_BYTES;
  raw.on('data', (piece: Buffer) => {
    left -= piece.length;
    if (left < 0) raw.socket.destroy();
  });
}

export function unpaired(): Failure {
  return new Failure({
    code: 'unpaired',
    message: 'The workstation does not know who is asking.',
    hint: 'Pair this device (docs/user-guide.md), or send a token made with: npx myspinbot token',
  });
}

function notAllowed(who: Principal, action?: Action): Failure {
  const hints = {
    device: 'Ask an owner: Devices in the app shows who may do what.',
    script: `Make a token with a wider scope: npx myspinbot token --name NAME --scope ${action?.on === 'devices' ? 'all' : 'jobs'}`,
    local: 'Nothing should be refused here; please report it.',
  };
  return new Failure({
    code: 'refused',
    message: who.kind === 'script' ? 'This token is not good for that.' : 'This device may not do that.',
    hint: hints[who.kind],
  });
}

// HTTP of the agent, put together: the doors, who may come in, the app, the API, and the upgrades to sockets. Each has
// a file of its own; here is only what stands in which order.
import { createServer, type RequestListener } from 'node:http';
import multipart from '@fastify/multipart';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure, type FailureCode } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import fastify, { type FastifyRequest } from 'fastify';
import type { Housekeeping } from '../housekeeping/housekeeping.ts';
import type { Logger } from '../log/logger.ts';
import type { Gate } from '../pairing/port.ts';
import type { SocketLinks } from '../transfer/socket-links.ts';
import type { Webhook } from '../webhook/webhook.ts';
import { type AdmissionWorld, admitOnly } from './admission.ts';
import { type ApiWorld, addApi } from './api.ts';
import { createConnected } from './connected.ts';
import { addDeviceRoutes, type DevicesWorld } from './device-routes.ts';
import { type Door, type DoorOptions, openDoor } from './door.ts';
import { createEventsSocket } from './events-socket.ts';
import { multipartLimits } from './generate.ts';
import { addHousekeepingRoutes } from './housekeeping-routes.ts';
import { addPairingRoutes } from './pairing-routes.ts';
import { sendError } from './replies.ts';
import { addShareAddress } from './share-address.ts';
import { isScreen, serveApp } from './static-app.ts';
import { acceptUpgrades } from './upgrades.ts';
import { addUploadRoutes, type UploadsWorld } from './upload-routes.ts';
import { addWebhookRoutes } from './webhook-routes.ts';

/** A JSON body of this API names a few hashes. */
const MAX_JSON_BYTES = 64 * 1024;

export interface ServerWorld extends ApiWorld, Omit<DevicesWorld, 'isConnected' | 'hasProject'> {
  gate: Gate;
  housekeeping: Pick<Housekeeping, 'begin' | 'task' | 'cancel'>;
  webhook: Pick<Webhook, 'state' | 'set' | 'reset'>;
  webDir: string | undefined;
  sockets: Pick<SocketLinks, 'accept'>;
  quota: UploadsWorld['quota'];
  clock: UploadsWorld['clock'];
  /** Names and addresses besides the loopback's: lower case, IPv6 in brackets. They may change. */
  hosts(): ReadonlySet<string>;
  /** The page about trusting the certificate; absent when there is no certificate. */
  trustPage: RequestListener | undefined;
  log: Logger;
}

export type ServerEvent =
  | { type: 'moved'; direction: 'in' | 'out'; bytes: number }
  /** A request or upgrade that was not meant for this agent, or from somebody who may not. */
  | { type: 'refused' }
  /** `route`: the pattern it was declared with; undefined where nothing answers. `code`: why it was refused or failed. */
  | {
      type: 'answered';
      route: string | undefined;
      status: number;
      ms: number;
      code: FailureCode | undefined;
    };

export interface Server {
  /** "http://127.0.0.1:7777" */
  readonly url: string;
  readonly port: number;
  /** Every route there is. */
  readonly routes: readonly { method: string; url: string }[];
  close(): Promise<void>;
}

/** Opens the doors. Throws Failure `bad-input` when the port is taken or an address is not this machine's. */
export async function startServer(
  world: ServerWorld,
  at: Pick<DoorOptions, 'port' | 'listen' | 'tls'>,
): Promise<Server> {
  const { log, gate, trustPage } = world;
  let door: Door | undefined;
  const http = createServer();
  const app = fastify({
    bodyLimit: MAX_JSON_BYTES,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    // It never listens itself: connections are handed to it by the door.
    serverFactory: (handler) => http.on('request', handler),
  });
  const admission: AdmissionWorld = {
    gate,
    hosts: world.hosts,
    port: () => door?.port ?? at.port,
    log,
    refused: () => world.onEvent({ type: 'refused' }),
  };
  const connected = createConnected(gate);
  const routes: { method: string; url: string }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  admitOnly(app, admission);
  const codes = new WeakMap<FastifyRequest, FailureCode>();
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Failure) codes.set(request, error.code);
    return sendError(reply, error, log);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? undefined : request.routeOptions.url;
    const { statusCode: status, elapsedTime: ms } = reply;
    world.onEvent({ type: 'answered', route, status, ms, code: codes.get(request) });
    done();
  });

  await app.register(multipart, { limits: multipartLimits });
  addApi(app, world);
  const uploading = addUploadRoutes(app, {
    ...world,
    received: (bytes) => world.onEvent({ type: 'moved', direction: 'in', bytes }),
  });
  addPairingRoutes(app, gate);
  const workspace = openWorkspace(world.hub.workspace, { role: 'agent', id: 'devices' });
  addDeviceRoutes(app, {
    ...world,
    isConnected: connected.has,
    hasProject: (id) => workspace.project(id)?.deleted === false,
  });
  addHousekeepingRoutes(app, world.housekeeping);
  addWebhookRoutes(app, world.webhook, gate);
  addShareAddress(app);
  if (trustPage !== undefined) {
    for (const url of [endpoints.trust, `${endpoints.trust}/*`]) {
      app.get(url, { config: { needs: 'everybody' } }, (request, reply) => {
        reply.hijack();
        trustPage(request.raw, reply.raw);
      });
    }
  }
  const hasApp = await serveApp(app, world.webDir);
  app.setNotFoundHandler((request, reply) => {
    if (hasApp && isScreen(request.method, request.url, request.headers.accept)) {
      return reply.header('Cache-Control', 'no-cache').sendFile('index.html');
    }
    return reply.code(404).send({
      code: 'not-found',
      message: hasApp
        ? `There is nothing at ${request.method} ${request.url.slice(0, 100)}.`
        : 'The app is not built, so only the API answers here.',
      hint: hasApp ? 'See docs/api.md for the addresses of the API.' : 'Run npm start, which builds it.',
      retry: 'never',
    });
  });
  const events = createEventsSocket({ queue: world.queue, clock: world.clock });
  const stopCutting = gate.onCut((id) => events.cut(id));
  app.addHook('onClose', async () => {
    stopCutting();
    events.close();
  });
  acceptUpgrades(http, { gate, hub: world.hub, sockets: world.sockets, events, admission, connected, log });
  await app.ready();

  const plain = createServer(trustPage ?? ((_request, response) => response.writeHead(404).end()));
  // An http.Server times out slow requests, and knows its connections, once it counts as listening.
  for (const server of [http, plain]) server.emit('listening');
  const opened = await openDoor({ ...at, app: http, plain, log }).catch(async (cause: unknown) => {
    await app.close();
    throw cause;
  });
  door = opened;
  return {
    url: `http://127.0.0.1:${opened.port}`,
    port: opened.port,
    routes,
    async close() {
      connected.close();
      const shut = opened.close();
      for (const server of [plain, http]) {
        server.closeAllConnections();
        server.close();
      }
      await shut;
      await app.close();
      await uploading.close();
    },
  };
}

// HTTP of the agent: the app, the API, health, metrics, and the two kinds of sockets. It checks who asks before
// anything else and turns failures into replies; the work is done by what it is given.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import multipart from '@fastify/multipart';
import { assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import type { EngineEntry, VoiceEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { isRoom } from '@myspinbot/shared/document/layout.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type JobId, jobIdSchema } from '@myspinbot/shared/job/job.ts';
import {
  languages,
  MAX_NARRATION_SECONDS,
  MAX_PHOTOS,
  MAX_SCRIPT_CHARS,
  MIN_NARRATION_SECONDS,
  scenes,
  sizes,
  tones,
} from '@myspinbot/shared/project/options.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { PhotoInspection } from '../engines/look/port.ts';
import type { SocketHub } from '../hub/hub.ts';
import type { Logger } from '../log/logger.ts';
import type { Queue } from '../queue/port.ts';
import type { TransferLink } from '../transfer/link.ts';
import type { Vault } from '../vault/port.ts';
import { apiAuthor, generate, multipartLimits } from './generate.ts';
import { jobView } from './job-view.ts';
import { refuse } from './own-address.ts';
import { schemaFailure, sendError, unknownJob } from './replies.ts';
import { sendAsset } from './send-asset.ts';
import { isScreen, secureHeaders, serveApp } from './static-app.ts';

/** A JSON body of this API names a few hashes. */
const MAX_JSON_BYTES = 64 * 1024;

export interface ServerWorld {
  version: string;
  webDir: string | undefined;
  vault: Vault;
  hub: SocketHub;
  link: TransferLink;
  queue: Queue;
  /** What the agent can do, as far as it is known now. */
  describe(): { engines: readonly EngineEntry[]; voices: readonly VoiceEntry[] };
  inspectPhoto(path: string, signal: AbortSignal): Promise<PhotoInspection>;
  metrics(): Promise<{ type: string; body: string }>;
  now(): number;
  log: Logger;
  /** Told what happens, for the figures. */
  onEvent(event: ServerEvent): void;
}

export type ServerEvent =
  | { type: 'moved'; direction: 'in' | 'out'; bytes: number }
  /** A request or upgrade that did not come from the agent's own page. */
  | { type: 'refused' };

export interface Server {
  /** "http://127.0.0.1:7777" */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on the loopback. Throws Failure `bad-input` when the port is taken. */
export async function startServer(world: ServerWorld, port: number): Promise<Server> {
  const { hub, link, log } = world;
  let own = port;
  const app = fastify({
    bodyLimit: MAX_JSON_BYTES,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  });

  app.addHook('onRequest', async (request, reply) => {
    secureHeaders(reply, own);
    const { headers, rawHeaders, method, url } = request.raw;
    const refused = refuse({ headers, rawHeaders, method, url }, own);
    if (refused === undefined) return;
    log.warn('server.refused', { why: refused });
    world.onEvent({ type: 'refused' });
    throw new Failure({
      code: 'refused',
      message: `This request is not from the agent's own page (${refused}).`,
      hint: `Open http://127.0.0.1:${own} itself.`,
    });
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, log));

  await app.register(multipart, { limits: multipartLimits });
  addApi(app, world);
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
    });
  });

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const { headers, rawHeaders, method, url } = request;
    const refused = refuse({ headers, rawHeaders, method, url }, own);
    if (refused !== undefined) {
      log.warn('server.refused', { why: refused, upgrade: true });
      world.onEvent({ type: 'refused' });
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const path = (url ?? '').split('?', 1)[0]!;
    if (path === endpoints.transfer) return link.accept(request, socket, head);
    const room = roomOf(path);
    if (room !== undefined) {
      hub.accept(request, socket, head, room).catch((cause: unknown) => {
        log.error('server.accept-failed', { error: String(cause) });
        socket.destroy();
      });
      return;
    }
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });

  try {
    await app.listen({ port, host: '127.0.0.1' });
  } catch (cause) {
    await app.close();
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause;
    throw new Failure({
      code: 'bad-input',
      message:
        code === 'EADDRINUSE'
          ? `Port ${port} is taken by another program.`
          : `Port ${port} may not be opened by this user.`,
      hint: 'Start with --port 0 to take any free port, or name another with --port N.',
      cause,
    });
  }
  const address = app.server.address();
  own = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://127.0.0.1:${own}`, port: own, close: () => app.close() };
}

/** The room a sync address names; undefined for anything else. */
function roomOf(path: string): string | undefined {
  const prefix = `${endpoints.sync}/`;
  if (!path.startsWith(prefix)) return undefined;
  try {
    const room = decodeURIComponent(path.slice(prefix.length));
    return isRoom(room) ? room : undefined;
  } catch {
    return undefined;
  }
}

const pageSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});
const resultSchema = z.strictObject({
  kind: z.enum(['video', 'poster', 'vtt', 'srt']).default('video'),
  download: z.string().optional(),
});
const photoSchema = z.strictObject({ hash: assetHashSchema });
const extensions = { video: 'mp4', poster: 'jpg', vtt: 'vtt', srt: 'srt' } as const;

function addApi(app: FastifyInstance, world: ServerWorld): void {
  const { vault, hub, queue } = world;
  const workspace = openWorkspace(hub.workspace, apiAuthor);
  const startedAt = world.now();
  const sent = (bytes: number) => world.onEvent({ type: 'moved', direction: 'out', bytes });
  const find = (id: unknown) => {
    const parsed = jobIdSchema.safeParse(id);
    const job = parsed.success ? queue.job(parsed.data) : undefined;
    if (job === undefined) throw unknownJob(String(id));
    return job;
  };
  const view = (id: unknown) => {
    const job = find(id);
    return jobView(job, queue.progress(job.request.id));
  };

  app.addHook('onSend', async (request, reply, payload) => {
    // Answers of the API are of this moment; what may be kept says so itself.
    if (request.url.startsWith('/api') && !reply.hasHeader('cache-control')) {
      void reply.header('Cache-Control', 'no-store');
    }
    return payload;
  });

  app.get(endpoints.health, async () => ({
    status: 'ok',
    version: world.version,
    uptimeSeconds: Math.round((world.now() - startedAt) / 1000),
  }));

  app.get(endpoints.metrics, async (_request, reply) => {
    const { type, body } = await world.metrics();
    return reply.type(type).send(body);
  });

  app.get(endpoints.capabilities, async () => {
    const { engines, voices } = world.describe();
    return {
      version: world.version,
      engines,
      voices,
      sizes,
      scenes,
      tones,
      languages,
      fps: [24, 25, 30],
      backgrounds: ['keep', 'blur', 'colour', 'image', 'scene'],
      limits: {
        photos: MAX_PHOTOS,
        scriptCharacters: MAX_SCRIPT_CHARS,
        narrationSeconds: { min: MIN_NARRATION_SECONDS, max: MAX_NARRATION_SECONDS },
      },
    };
  });

  app.post(endpoints.generate, async (request, reply) => {
    const { jobId, projectId } = await generate(request, world);
    return reply
      .code(202)
      .header('Location', `${endpoints.status}/${jobId}`)
      .send({ jobId, projectId, status: `${endpoints.status}/${jobId}` });
  });

  app.get<{ Params: { id: string } }>(`${endpoints.status}/:id`, async (request) => view(request.params.id));

  app.get(endpoints.jobs, async (request) => {
    const page = pageSchema.safeParse(request.query);
    if (!page.success) throw schemaFailure('The query', page.error);
    const { limit, offset } = page.data;
    const all = queue.jobs();
    const jobs = all.slice(offset, offset + limit).map((job) => jobView(job, queue.progress(job.request.id)));
    return { total: all.length, limit, offset, jobs };
  });

  app.get<{ Params: { id: string } }>(`${endpoints.jobs}/:id`, async (request) => view(request.params.id));

  // HEAD as a route of its own: the one that is added by itself would read the whole file to answer.
  const files = { method: ['GET', 'HEAD'], exposeHeadRoute: false };
  app.route<{ Params: { id: string } }>({
    ...files,
    url: `${endpoints.jobs}/:id/result`,
    handler: async (request, reply) => {
      const query = resultSchema.safeParse(request.query);
      if (!query.success) throw schemaFailure('The query', query.error);
      const { kind, download } = query.data;
      const { request: asked, run } = find(request.params.id);
      const ref = run.result?.[kind];
      if (run.result === undefined) {
        return reply.code(409).send({
          code: 'not-found',
          message: `The job has no result: it is ${run.state}.`,
          hint: run.failure?.hint ?? `GET ${endpoints.status}/${asked.id} says how far it is.`,
        });
      }
      if (ref === null || ref === undefined) {
        throw new Failure({
          code: 'not-found',
          message: `This video was made without ${kind}.`,
          hint: 'Ask for captions when generating.',
        });
      }
      const title = workspace.project(asked.project)?.title ?? 'myspinbot';
      return sendAsset(request, reply, vault, ref, {
        name: `${title.replace(/[.…]+$/, '')}.${extensions[kind]}`,
        download: download !== undefined,
        immutable: false,
        sent,
      });
    },
  });

  app.post<{ Params: { id: string } }>(`${endpoints.jobs}/:id/cancel`, async (request, reply) => {
    const { request: asked } = find(request.params.id);
    const id: JobId = asked.id;
    // Also as a wish in the document, so that every device shows who asked for the end.
    if (workspace.job(id) !== undefined) workspace.cancel(id, world.now());
    await queue.cancel(id);
    return reply.code(202).send(view(id));
  });

  app.route<{ Params: { hash: string } }>({
    ...files,
    url: `${endpoints.assets}/:hash`,
    handler: async (request, reply) => {
      const hash = assetHashSchema.safeParse(request.params.hash);
      if (!hash.success) throw schemaFailure('The hash', hash.error);
      const ref = vault.ref(hash.data);
      if (ref === undefined) {
        throw new Failure({
          code: 'not-found',
          message: 'This file is not on the workstation.',
          hint: 'Open the project on the device that has the file, so that it is sent.',
        });
      }
      return sendAsset(request, reply, vault, ref, { immutable: true, sent });
    },
  });

  app.post(endpoints.inspectPhoto, async (request) => {
    const body = photoSchema.safeParse(request.body);
    if (!body.success) throw schemaFailure('The body', body.error);
    const gone = new AbortController();
    const { socket } = request.raw;
    const leave = () => gone.abort(new Error('whoever asked has gone'));
    socket.once('close', leave);
    try {
      return await world.inspectPhoto(vault.path(body.data.hash), gone.signal);
    } finally {
      socket.off('close', leave);
    }
  });
}

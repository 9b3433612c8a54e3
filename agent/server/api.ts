// The API of jobs and files, as docs/api.md lists it. Whoever gets here was let in (admission.ts); each route names what
// it needs. It knows the queue, the vault and the documents by what they promise.
import { type Action, type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import { type AssetHash, type AssetRef, assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import type { EngineEntry, VoiceEntry } from '@myspinbot/shared/document/agent-entry.ts';
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
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Monitor } from '@myspinbot/shared/wire/monitor.ts';
import type { WhatIsHere } from '@myspinbot/shared/wire/upload.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PhotoInspection } from '../engines/look/port.ts';
import type { SocketHub } from '../hub/hub.ts';
import { createLimit, within } from '../pairing/limits.ts';
import type { Gate } from '../pairing/port.ts';
import type { Queue } from '../queue/port.ts';
import type { Vault } from '../vault/port.ts';
import { apiAuthor, generate } from './generate.ts';
import { jobView } from './job-view.ts';
import { schemaFailure, unknownJob } from './replies.ts';
import { sendAsset } from './send-asset.ts';
import type { ServerEvent } from './server.ts';
import type { UploadLimits } from './upload-limits.ts';

/** Each takes a processor for some hundred ms: a person drops a dozen photos at once, and then some. */
const INSPECTIONS = { burst: 60, perSecond: 1 };

export interface ApiWorld {
  version: string;
  vault: Vault;
  hub: SocketHub;
  queue: Queue;
  gate: Pick<Gate, 'downloaded'>;
  uploads: UploadLimits;
  /** Whether a project names this file: what a guest of it may see. */
  isOfProject(project: ProjectId, hash: AssetHash): boolean | Promise<boolean>;
  /** What the agent can do, as far as it is known now. */
  describe(): { engines: readonly EngineEntry[]; voices: readonly VoiceEntry[] };
  inspectPhoto(path: string, signal: AbortSignal): Promise<PhotoInspection>;
  metrics(): Promise<{ type: string; body: string }>;
  /** The same figures for people. */
  monitor(): Promise<Monitor>;
  now(): number;
  /** Told what happens, for the figures. */
  onEvent(event: ServerEvent): void;
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
interface ById {
  Params: { id: string };
}
const extensions = { video: 'mp4', poster: 'jpg', vtt: 'vtt', srt: 'srt' } as const;

export function addApi(app: FastifyInstance, world: ApiWorld): void {
  const { vault, hub, queue, gate } = world;
  const workspace = openWorkspace(hub.workspace, apiAuthor);
  const startedAt = world.now();
  const sent = (bytes: number) => world.onEvent({ type: 'moved', direction: 'out', bytes });
  const going = ({ who, origin }: FastifyRequest, ref: AssetRef) => gate.downloaded(ref, who, origin.address);
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

  const readsJobs: Action = { on: 'jobs', may: 'read' };
  /** A guest may see the jobs of its project; that there are others is not told either. */
  const readsJob = (request: FastifyRequest): Action => {
    const id = jobIdSchema.safeParse((request.params as { id?: unknown }).id);
    const job = id.success ? queue.job(id.data) : undefined;
    return job === undefined ? readsJobs : { on: 'project', may: 'read', project: job.request.project };
  };

  app.addHook('onSend', async (request, reply, payload) => {
    // Answers of the API are of this moment; what may be kept says so itself.
    if (request.url.startsWith('/api') && !reply.hasHeader('cache-control')) {
      void reply.header('Cache-Control', 'no-store');
    }
    return payload;
  });

  app.get(endpoints.health, { config: { needs: 'own-machine' } }, async () => ({
    status: 'ok',
    version: world.version,
    uptimeSeconds: Math.round((world.now() - startedAt) / 1000),
  }));

  app.get(endpoints.metrics, { config: { needs: 'own-machine' } }, async (_request, reply) => {
    const { type, body } = await world.metrics();
    return reply.type(type).send(body);
  });

  app.get(endpoints.monitor, { config: { needs: { on: 'monitor', may: 'read' } } }, () => world.monitor());

  app.get(endpoints.capabilities, { config: { needs: readsJobs } }, async () => {
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

  app.post(
    endpoints.generate,
    { config: { needs: { on: 'jobs', may: 'write' } } },
    async (request, reply) => {
      const { jobId, projectId } = await world.uploads.within(request, (received) =>
        generate(request, { ...world, received }),
      );
      return reply
        .code(202)
        .header('Location', `${endpoints.status}/${jobId}`)
        .send({ jobId, projectId, status: `${endpoints.status}/${jobId}` });
    },
  );

  app.get<ById>(`${endpoints.status}/:id`, { config: { needs: readsJob } }, async ({ params }) =>
    view(params.id),
  );

  app.get(endpoints.jobs, { config: { needs: readsJobs } }, async (request) => {
    const page = pageSchema.safeParse(request.query);
    if (!page.success) throw schemaFailure('The query', page.error);
    const { limit, offset } = page.data;
    const all = queue.jobs();
    const jobs = all.slice(offset, offset + limit).map((job) => jobView(job, queue.progress(job.request.id)));
    return { total: all.length, limit, offset, jobs };
  });

  app.get<ById>(`${endpoints.jobs}/:id`, { config: { needs: readsJob } }, async ({ params }) =>
    view(params.id),
  );

  // HEAD as a route of its own: the one that is added by itself would read the whole file to answer.
  const files = { method: ['GET', 'HEAD'], exposeHeadRoute: false };
  app.route<ById>({
    ...files,
    config: { needs: readsJob },
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
          retry: run.failure?.retry ?? 'soon',
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
        going,
        sent,
      });
    },
  });

  const writesJobs: Action = { on: 'jobs', may: 'write' };
  app.post<ById>(
    `${endpoints.jobs}/:id/cancel`,
    { config: { needs: writesJobs } },
    async (request, reply) => {
      const { request: asked } = find(request.params.id);
      const id: JobId = asked.id;
      // Also as a wish in the document, so that every device shows who asked for the end.
      if (workspace.job(id) !== undefined) workspace.cancel(id, world.now());
      await queue.cancel(id);
      return reply.code(202).send(view(id));
    },
  );

  const readsFile = ({ who }: FastifyRequest): Action =>
    isGuest(who) ? { on: 'project', may: 'read', project: who.project } : { on: 'assets', may: 'read' };
  /** A guest is told of other files what is told of no file at all. Throws Failure `not-found`. */
  const fileOf = async ({ who }: FastifyRequest, said: string): Promise<AssetRef> => {
    const hash = assetHashSchema.safeParse(said);
    if (!hash.success) throw schemaFailure('The hash', hash.error);
    const isHidden = isGuest(who) && !(await world.isOfProject(who.project, hash.data));
    const ref = isHidden ? undefined : vault.ref(hash.data);
    if (ref !== undefined) return ref;
    throw new Failure({
      code: 'not-found',
      message: 'This file is not on the workstation.',
      hint: 'Open the project on the device that has the file, so that it is sent.',
    });
  };
  interface ByHash {
    Params: { hash: string };
  }
  app.route<ByHash>({
    ...files,
    config: { needs: readsFile },
    url: `${endpoints.assets}/:hash`,
    handler: async (request, reply) => {
      const ref = await fileOf(request, request.params.hash);
      return sendAsset(request, reply, vault, ref, { immutable: true, going, sent });
    },
  });
  app.get<ByHash>(
    `${endpoints.assets}/:hash/blocks`,
    { config: { needs: readsFile } },
    async (request): Promise<WhatIsHere> => {
      const asset = await fileOf(request, request.params.hash);
      return { asset, blocks: [...(await vault.blocks(asset.hash))] };
    },
  );

  const inspects: Action = { on: 'assets', may: 'write' };
  const inspections = createLimit(world, INSPECTIONS);
  app.post(endpoints.inspectPhoto, { config: { needs: inspects } }, async (request) => {
    const { who } = request;
    const asker = { address: who === undefined ? '' : principalId(who), isOwnMachine: who?.kind === 'local' };
    within(inspections, asker, 'A look at a photo');
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

function isGuest(who: Principal | undefined): who is Extract<Principal, { role: 'guest' }> {
  return who?.kind === 'device' && who.role === 'guest';
}

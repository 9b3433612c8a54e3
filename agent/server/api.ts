// The API of jobs and files, as docs/api.md lists it. Whoever gets here was let in (admission.ts); each route names what
// it needs. It knows the queue, the vault and the documents by what they promise.
import { type Action, type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import { type AssetHash, type AssetRef, assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import {
  type EngineEntry,
  engineEntrySchema,
  type VoiceEntry,
  voiceEntrySchema,
} from '@myspinbot/shared/document/agent-entry.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
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
import { type Monitor, monitorSchema } from '@myspinbot/shared/wire/monitor.ts';
import { type WhatIsHere, whatIsHereSchema } from '@myspinbot/shared/wire/upload.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PhotoInspection } from '../engines/look/port.ts';
import type { SocketHub } from '../hub/hub.ts';
import { createLimit, within } from '../pairing/limits.ts';
import type { Gate } from '../pairing/port.ts';
import type { Queue } from '../queue/port.ts';
import type { Vault } from '../vault/port.ts';
import { askedSchema, MAX_SCRIPT_BODY_BYTES } from './ask-for-job.ts';
import { apiAuthor, generate } from './generate.ts';
import { generateFromJson, generateSchema } from './generate-json.ts';
import { addJobRoutes } from './job-routes.ts';
import { addOpenApi } from './openapi.ts';
import { addProjectRoutes } from './project-routes.ts';
import { addQueueRoutes } from './queue-routes.ts';
import { schemaFailure } from './replies.ts';
import { sendAsset } from './send-asset.ts';
import type { ServerEvent } from './server.ts';
import { addTrainedRoutes } from './trained-routes.ts';
import type { UploadLimits } from './upload-limits.ts';
import { createWishes } from './wishes.ts';

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

const photoSchema = z.strictObject({ hash: assetHashSchema });
const healthSchema = z.object({ status: z.literal('ok'), version: z.string(), uptimeSeconds: z.number() });
const capabilitiesSchema = z.object({
  version: z.string(),
  engines: z.array(engineEntrySchema),
  voices: z.array(voiceEntrySchema),
  sizes: z.array(z.string()),
  scenes: z.array(z.string()),
  tones: z.array(z.string()),
  languages: z.array(z.string()),
  fps: z.array(z.int()),
  backgrounds: z.array(z.string()),
  limits: z.object({
    photos: z.int(),
    scriptCharacters: z.int(),
    narrationSeconds: z.object({ min: z.number(), max: z.number() }),
  }),
});
/** As engines/look/port.ts has it; what a face looks like is the engine's to say. */
const inspectedSchema = z.object({
  width: z.number(),
  height: z.number(),
  faces: z.array(z.looseObject({})),
  unfit: z.object({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
});

export function addApi(app: FastifyInstance, world: ApiWorld): void {
  const { vault, hub, queue, gate } = world;
  const workspace = openWorkspace(hub.workspace, apiAuthor);
  const startedAt = world.now();
  const sent = (bytes: number) => world.onEvent({ type: 'moved', direction: 'out', bytes });
  const going = ({ who, origin }: FastifyRequest, ref: AssetRef) => gate.downloaded(ref, who, origin.address);
  const readsJobs: Action = { on: 'jobs', may: 'read' };
  const files = { method: ['GET', 'HEAD'], exposeHeadRoute: false };

  addOpenApi(app, world.version);
  app.addHook('onSend', async (request, reply, payload) => {
    // Answers of the API are of this moment; what may be kept says so itself.
    if (request.url.startsWith('/api') && !reply.hasHeader('cache-control')) {
      void reply.header('Cache-Control', 'no-store');
    }
    return payload;
  });

  app.get(
    endpoints.health,
    { config: { needs: 'own-machine', described: { summary: 'Whether it works', reply: healthSchema } } },
    async () => ({
      status: 'ok',
      version: world.version,
      uptimeSeconds: Math.round((world.now() - startedAt) / 1000),
    }),
  );

  app.get(
    endpoints.metrics,
    {
      config: { needs: 'own-machine', described: { summary: 'Figures for Prometheus', file: 'text/plain' } },
    },
    async (_request, reply) => {
      const { type, body } = await world.metrics();
      return reply.type(type).send(body);
    },
  );

  app.get(
    endpoints.monitor,
    {
      config: {
        needs: { on: 'monitor', may: 'read' },
        described: { summary: 'The same figures for a screen', reply: monitorSchema },
      },
    },
    () => world.monitor(),
  );

  app.get(
    endpoints.capabilities,
    {
      config: {
        needs: readsJobs,
        described: { summary: 'Engines, voices, sizes, limits', reply: capabilitiesSchema },
      },
    },
    async () => {
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
    },
  );

  const wishes = createWishes(workspace, queue, world.now);
  addJobRoutes(app, {
    queue,
    vault,
    workspace,
    wishes,
    flush: () => hub.flush(),
    now: world.now,
    going,
    sent,
  });
  addQueueRoutes(app, { queue, wishes, workspace, hub });
  addTrainedRoutes(app, { queue, documents: hub.workspace });
  addProjectRoutes(app, { hub, workspace, vault, now: world.now });

  app.post(
    endpoints.generate,
    {
      bodyLimit: MAX_SCRIPT_BODY_BYTES,
      config: {
        needs: { on: 'jobs', may: 'write' },
        described: {
          summary: 'Makes a project and a video of it from files, words and options',
          form: {
            type: 'multipart/form-data',
            says: 'photo (1 to 12), script or narration, voice, background, options (JSON); see docs/api.md',
          },
          body: generateSchema,
          reply: askedSchema,
          status: 202,
        },
      },
    },
    async (request, reply) => {
      const { jobId, projectId } = await world.uploads.within(request, (received) =>
        request.isMultipart() || request.body === undefined
          ? generate(request, { ...world, received })
          : generateFromJson(request.body, { ...world, workspace, flush: () => hub.flush() }),
      );
      return reply
        .code(202)
        .header('Location', `${endpoints.status}/${jobId}`)
        .send({ jobId, projectId, status: `${endpoints.status}/${jobId}` });
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
    config: {
      needs: readsFile,
      described: { summary: 'Any file by its SHA-256, with byte ranges', file: '*/*' },
    },
    url: `${endpoints.assets}/:hash`,
    handler: async (request, reply) => {
      const ref = await fileOf(request, request.params.hash);
      return sendAsset(request, reply, vault, ref, { immutable: true, going, sent });
    },
  });
  app.get<ByHash>(
    `${endpoints.assets}/:hash/blocks`,
    {
      config: {
        needs: readsFile,
        described: { summary: 'Its record and the SHA-256 of every block', reply: whatIsHereSchema },
      },
    },
    async (request): Promise<WhatIsHere> => {
      const asset = await fileOf(request, request.params.hash);
      return { asset, blocks: [...(await vault.blocks(asset.hash))] };
    },
  );

  const inspects: Action = { on: 'assets', may: 'write' };
  const inspections = createLimit(world, INSPECTIONS);
  app.post(
    endpoints.inspectPhoto,
    {
      config: {
        needs: inspects,
        described: {
          summary: 'Faces in a picture that is here, and whether it can be used',
          body: photoSchema,
          reply: inspectedSchema,
        },
      },
    },
    async (request) => {
      const { who } = request;
      const asker = {
        address: who === undefined ? '' : principalId(who),
        isOwnMachine: who?.kind === 'local',
      };
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
    },
  );
}

function isGuest(who: Principal | undefined): who is Extract<Principal, { role: 'guest' }> {
  return who?.kind === 'device' && who.role === 'guest';
}

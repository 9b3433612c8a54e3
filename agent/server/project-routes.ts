// Projects over HTTP: the index of the workspace and each project's own document, read and written as one more device would.
import { randomBytes } from 'node:crypto';
import type { Action } from '@myspinbot/shared/access/access.ts';
import { type AssetHash, type AssetRef, assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import { keys, projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { maxEntries } from '@myspinbot/shared/document/validity.ts';
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_PHOTOS, MAX_SCRIPT_CHARS } from '@myspinbot/shared/project/options.ts';
import {
  type ProjectEntry,
  type ProjectFields,
  type ProjectId,
  projectEntrySchema,
  projectFieldsSchema,
  projectIdSchema,
} from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SocketHub } from '../hub/hub.ts';
import type { Vault } from '../vault/port.ts';
import { MAX_SCRIPT_BODY_BYTES, refsOf, unknownProject } from './ask-for-job.ts';
import { parsed } from './described.ts';
import { apiAuthor } from './generate.ts';

const { shape } = projectFieldsSchema;
/** Without their defaults: what is not said stays as it is. */
const writeSchema = z.strictObject({
  title: shape.title.unwrap().optional(),
  mode: shape.mode.unwrap().optional(),
  lang: shape.lang.unwrap().optional(),
  topic: shape.topic.unwrap().optional(),
  tone: shape.tone.unwrap().optional(),
  persona: shape.persona.unwrap().optional(),
  seconds: shape.seconds.unwrap().optional(),
  voiceName: shape.voiceName.unwrap().optional(),
  /** A trained version by its fingerprint; null = made fresh. */
  look: shape.look.unwrap().optional(),
  voice: shape.voice.unwrap().optional(),
  face: shape.face.unwrap().optional(),
  size: shape.size.unwrap().optional(),
  background: shape.background.unwrap().optional(),
  captions: shape.captions.unwrap().optional(),
  enlarged: shape.enlarged.unwrap().optional(),
  seed: shape.seed.unwrap().optional(),
  script: z.string().max(MAX_SCRIPT_CHARS).optional(),
  /** All of its photos from now on, by hash; each must be on the workstation. */
  photos: z.array(assetHashSchema).max(MAX_PHOTOS).optional(),
  /** Files by hash, likewise; null = none any more. That of a background is in `background`. */
  voiceClip: assetHashSchema.nullable().optional(),
  recording: assetHashSchema.nullable().optional(),
});
const projectSchema = projectEntrySchema.extend({
  fields: projectFieldsSchema,
  script: z.string(),
  photos: z.array(assetHashSchema),
});
const listSchema = z.object({ projects: z.array(projectEntrySchema) });
interface ById {
  Params: { id: string };
}

export function addProjectRoutes(
  app: FastifyInstance,
  world: { hub: SocketHub; workspace: Workspace; vault: Vault; now(): number },
): void {
  const { hub, workspace, vault } = world;
  const find = (said: string): ProjectEntry => {
    const id = projectIdSchema.safeParse(said);
    const entry = id.success ? workspace.project(id.data) : undefined;
    if (entry !== undefined && !entry.deleted) return entry;
    throw unknownProject(said);
  };
  const whole = async (entry: ProjectEntry) => {
    const inside = await hub.read(projectRoom(entry.id), (doc) => {
      const project = openProjectDocument(doc, apiAuthor);
      return {
        fields: project.fields(),
        script: project.script.toString(),
        photos: project.photos().map(({ asset }) => asset.hash),
      };
    });
    return { ...entry, ...inside };
  };
  const write = async (entry: ProjectEntry, change: z.infer<typeof writeSchema>) => {
    const { script, photos, voiceClip, recording, ...fieldsGiven } = change;
    const file = (hash: AssetHash | null | undefined): AssetRef | null | undefined =>
      hash === null || hash === undefined ? hash : refsOf(vault, [hash])[0];
    const { background } = fieldsGiven;
    const given = defined<ProjectFields>({
      ...fieldsGiven,
      voiceClip: file(voiceClip),
      recording: file(recording),
      backgroundImage: background?.kind === 'image' ? file(background.image) : undefined,
    });
    const refs = photos === undefined ? undefined : refsOf(vault, photos);
    const at = world.now();
    await hub.edit(projectRoom(entry.id), (doc) => {
      doc.transact(() => {
        const project = openProjectDocument(doc, apiAuthor);
        project.set(given);
        if (script !== undefined) project.setScript(script);
        if (refs === undefined) return;
        for (const { asset } of project.photos()) {
          if (!refs.some(({ hash }) => hash === asset.hash)) project.removePhoto(asset.hash);
        }
        const here = new Set(project.photos().map(({ asset }) => asset.hash));
        for (const [order, asset] of refs.entries()) {
          if (!here.has(asset.hash)) project.addPhoto({ asset, addedAt: at + order });
        }
      }, apiAuthor);
    });
    const { cover: _cover, ...line } = entry;
    const cover = refs === undefined ? entry.cover : refs[0];
    const next = {
      ...line,
      updatedAt: at,
      ...(given.title === undefined ? {} : { title: given.title }),
      ...(cover === undefined ? {} : { cover }),
    };
    workspace.putProject(next);
    await hub.flush();
    return whole(next);
  };
  const reads: Action = { on: 'documents', may: 'read' };
  const writes: Action = { on: 'documents', may: 'write' };
  /** As whoever may generate does. */
  const makes: Action = { on: 'jobs', may: 'write' };
  const readsOne = ({ params }: FastifyRequest): Action => {
    const id = projectIdSchema.safeParse((params as { id?: unknown }).id);
    return id.success ? { on: 'project', may: 'read', project: id.data } : reads;
  };

  app.get(
    endpoints.projects,
    {
      config: { needs: reads, described: { summary: 'Projects, the last changed first', reply: listSchema } },
    },
    async () => ({
      projects: workspace
        .projectIds()
        .flatMap((id) => workspace.project(id) ?? [])
        .filter(({ deleted }) => !deleted)
        .sort((a, b) => b.updatedAt - a.updatedAt),
    }),
  );
  app.post(
    endpoints.projects,
    {
      bodyLimit: MAX_SCRIPT_BODY_BYTES,
      config: {
        needs: makes,
        described: { summary: 'Makes a project', body: writeSchema, reply: projectSchema, status: 201 },
      },
    },
    async ({ body }, reply) => {
      const change = parsed(writeSchema, 'The project', body);
      if (workspace.projectIds().length >= maxEntries[keys.projects]!) throw tooManyProjects();
      const at = world.now();
      const id = `p_${randomBytes(12).toString('hex')}` as ProjectId;
      const entry = { id, title: change.title ?? '', createdAt: at, updatedAt: at, deleted: false };
      return reply.code(201).send(await write(entry, change));
    },
  );
  app.get<ById>(
    `${endpoints.projects}/:id`,
    {
      config: {
        needs: readsOne,
        described: { summary: 'A project with its fields, script and photos', reply: projectSchema },
      },
    },
    async ({ params }) => whole(find(params.id)),
  );
  app.patch<ById>(
    `${endpoints.projects}/:id`,
    {
      bodyLimit: MAX_SCRIPT_BODY_BYTES,
      config: {
        needs: writes,
        described: { summary: 'Changes a project', body: writeSchema, reply: projectSchema },
      },
    },
    async ({ params, body }) => write(find(params.id), parsed(writeSchema, 'The project', body)),
  );
  app.delete<ById>(
    `${endpoints.projects}/:id`,
    {
      config: {
        needs: writes,
        described: { summary: 'Throws a project away and ends its jobs', status: 204 },
      },
    },
    async ({ params }, reply) => {
      workspace.putProject({ ...find(params.id), deleted: true, updatedAt: world.now() });
      await hub.flush();
      return reply.code(204).send();
    },
  );
}

/** Without what is undefined: what is not said stays as it is. */
function defined<T extends object>(change: { [K in keyof T]?: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function tooManyProjects(): Failure {
  return new Failure({
    code: 'no-room',
    message: 'There are as many projects as one workspace holds.',
    hint: 'Throw some away that you do not need.',
  });
}

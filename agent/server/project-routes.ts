// Projects over HTTP: the index of the workspace and each project's own document, read and written as one more device would.
import { randomBytes } from 'node:crypto';
import type { Action } from '@myspinbot/shared/access/access.ts';
import { assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import { projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_PHOTOS, MAX_SCRIPT_CHARS } from '@myspinbot/shared/project/options.ts';
import {
  type ProjectEntry,
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
import { parsed } from './described.ts';
import { apiAuthor } from './generate.ts';

const fields = projectFieldsSchema
  .partial()
  .omit({ voiceClip: true, recording: true, backgroundImage: true });
const writeSchema = z.strictObject({
  ...fields.shape,
  script: z.string().max(MAX_SCRIPT_CHARS).optional(),
  /** All of its photos from now on, by hash; each must be on the workstation. */
  photos: z.array(assetHashSchema).max(MAX_PHOTOS).optional(),
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
    throw new Failure({
      code: 'not-found',
      message: `There is no project ${said.slice(0, 40)}.`,
      hint: `GET ${endpoints.projects} lists the projects.`,
    });
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
    const { script, photos, ...given } = change;
    const refs = photos?.map((hash) => {
      const ref = vault.ref(hash);
      if (ref !== undefined) return ref;
      throw new Failure({
        code: 'not-found',
        message: `The photo ${hash.slice(0, 12)} is not on the workstation.`,
        hint: `Send it first: POST ${endpoints.uploads} announces it.`,
      });
    });
    const at = world.now();
    await hub.edit(projectRoom(entry.id), (doc) => {
      doc.transact(() => {
        const project = openProjectDocument(doc, apiAuthor);
        const known = Object.entries(given).filter(([, value]) => value !== undefined);
        project.set(Object.fromEntries(known));
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
      config: {
        needs: writes,
        described: { summary: 'Makes a project', body: writeSchema, reply: projectSchema, status: 201 },
      },
    },
    async ({ body }, reply) => {
      const change = parsed(writeSchema, 'The project', body);
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

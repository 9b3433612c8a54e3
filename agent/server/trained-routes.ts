// The looks and voices of a project over HTTP: every version that its jobs made, newest first, to be named in later jobs,
// looked at beside each other, and thrown away.
import type { Action } from '@myspinbot/shared/access/access.ts';
import { openTrained } from '@myspinbot/shared/document/trained.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { trainedSchema } from '@myspinbot/shared/job/job.ts';
import { fingerprintSchema } from '@myspinbot/shared/project/options.ts';
import { projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type * as Y from 'yjs';
import { z } from 'zod';
import type { Queue } from '../queue/port.ts';
import { indexTrained } from '../queue/trained-versions.ts';
import { apiAuthor } from './generate.ts';

const versionSchema = trainedSchema.extend({
  /** 1 is the first of its stage in this project. */
  version: z.int().min(1),
  /** The job that made it, and of how many photos. */
  jobId: z.string(),
  photos: z.int(),
  /** Whether what it is made of is still here. */
  isHere: z.boolean(),
  coverUrl: z.string().nullable(),
});
type Version = z.infer<typeof versionSchema>;
const listSchema = z.object({ trained: z.array(versionSchema) });
interface ById {
  Params: { id: string; fingerprint: string };
}

export function addTrainedRoutes(app: FastifyInstance, world: { queue: Queue; documents: Y.Doc }): void {
  const { queue } = world;
  const documents = openTrained(world.documents, apiAuthor);
  const readsOne = ({ params }: FastifyRequest): Action => {
    const id = projectIdSchema.safeParse((params as { id?: unknown }).id);
    return id.success ? { on: 'project', may: 'read', project: id.data } : { on: 'documents', may: 'read' };
  };

  app.get<ById>(
    `${endpoints.projects}/:id/trained`,
    {
      config: {
        needs: readsOne,
        described: {
          summary: 'Looks and voices that were trained for a project, newest first',
          reply: listSchema,
        },
      },
    },
    async ({ params }) => ({ trained: await versionsOf(params.id) }),
  );
  app.delete<ById>(
    `${endpoints.projects}/:id/trained/:fingerprint`,
    {
      config: {
        needs: { on: 'jobs', may: 'write' },
        described: { summary: 'Throws a trained look or voice away; videos that it made stay', status: 204 },
      },
    },
    async ({ params }, reply: FastifyReply) => {
      const print = fingerprintSchema.safeParse(params.fingerprint);
      const known = (await versionsOf(params.id)).find(({ fingerprint }) => fingerprint === print.data);
      if (known === undefined) throw unknownVersion(params.fingerprint);
      const [gone] = await queue.forgetArtifacts([known.fingerprint]);
      if (gone === undefined) {
        throw new Failure({
          code: 'refused',
          message: `A job is being worked on, and may need this ${known.stage}.`,
          hint: 'Try again when it has ended, or cancel it first.',
          retry: 'soon',
        });
      }
      return reply.code(204).send();
    },
  );

  /** Oldest first they are numbered, newest first they are told. */
  async function versionsOf(project: string): Promise<Version[]> {
    const jobs = queue.jobs().filter(({ request }) => request.project === project);
    const known = documents.entries().filter((version) => version.project === project);
    const versions: Version[] = [];
    for (const { stage, fingerprint, engine, madeAt, cover, notes, version, job } of indexTrained(
      jobs,
      known,
    ).all()) {
      versions.push({
        stage,
        fingerprint,
        engine,
        madeAt,
        ...(cover === undefined ? {} : { cover }),
        notes,
        version,
        jobId: job,
        photos: queue.job(job)?.request.options.photos.length ?? 0,
        isHere: await queue.hasArtifact(stage, fingerprint),
        coverUrl: cover === undefined ? null : `${endpoints.assets}/${cover.hash}`,
      });
    }
    return versions.reverse();
  }
}

function unknownVersion(name: string): Failure {
  return new Failure({
    code: 'not-found',
    message: `This project has no look or voice called ${name.slice(0, 12)}.`,
    hint: `GET ${endpoints.projects}/:id/trained lists them.`,
  });
}

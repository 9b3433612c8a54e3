// The OpenAPI document of the API, made of what the routes say of themselves: nothing is written down twice.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Needs } from './admission.ts';
import type { Described } from './described.ts';

interface DescribedRoute {
  method: string;
  url: string;
  described: Described;
  needs: Needs | undefined;
}

const FORM = 'multipart/form-data';
const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  retry: z.enum(['soon', 'never']),
});

const about = `Files and words go in, videos come out; docs/api.md tells it for people. Every request says who asks. A HEAD of
every GET is answered, too. Beside these requests there is a socket at ${endpoints.events} that tells of jobs as they go.`;

/**
 * Must be called before the routes that it is to describe are added: from then on a route of the API that does not say what
 * it takes and answers cannot be added.
 */
export function addOpenApi(app: FastifyInstance, version: string): void {
  const routes: DescribedRoute[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    const described = config?.described;
    if (described === undefined) {
      if (url.startsWith('/api')) throw new Error(`the route ${url} does not say what it takes and answers`);
      return;
    }
    for (const one of [method].flat()) routes.push({ method: one, url, described, needs: config?.needs });
  });
  let document: object | undefined;
  app.get(
    endpoints.openapi,
    { config: { needs: 'everybody', described: { summary: 'This document' } } },
    async () => {
      document ??= openApiOf(routes, version);
      return document;
    },
  );
}

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), whose schemas are JSON Schema 2020-12. */
export function openApiOf(routes: readonly DescribedRoute[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, url, described, needs } of routes) {
    if (method === 'HEAD') continue;
    const path = url.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = {
      operationId: nameOf(method, url),
      tags: [tagOf(url)],
      // What is not said here is for whoever has a token that is good for it.
      ...(needs === 'everybody' ? { security: [] } : {}),
      ...operation(url, described),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'MySpinBot',
      version,
      description: about,
      license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
    },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: jsonSchema(errorSchema, 'output') },
    },
    security: [{ token: [] }],
  };
}

function operation(url: string, { summary, query, body, reply, status, form, file }: Described): object {
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const { properties = {}, required = [] } =
    query === undefined
      ? {}
      : (jsonSchema(query, 'input') as { properties?: object; required?: readonly string[] });
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const content = (schema: object) => ({ 'application/json': { schema } });
  return {
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body === undefined
      ? {}
      : { requestBody: { required: !isAllOptional(body), content: contentOf(body, form) } }),
    ...(form === undefined || body !== undefined
      ? {}
      : {
          requestBody: {
            description: form.says,
            required: true,
            content: { [form.type]: { schema: { type: form.type === FORM ? 'object' : 'string' } } },
          },
        }),
    responses: {
      [status ?? 200]: {
        description: summary,
        ...(reply === undefined ? fileOf(file) : { content: content(jsonSchema(reply, 'output')) }),
      },
      default: { description: 'What went wrong', content: content({ $ref: '#/components/schemas/Error' }) },
    },
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    // Transforms only give a string the name of what it is: what goes in comes out.
    override({ zodSchema, jsonSchema: said }) {
      const { def } = zodSchema._zod;
      if (def.type !== 'pipe' || def.out._zod.def.type !== 'transform') return;
      const { $schema: _s, ...before } = z.toJSONSchema(def.in, { io });
      Object.assign(said, before);
    },
  });
  return rest;
}

function contentOf(body: z.ZodType, form: Described['form']): object {
  const json = { 'application/json': { schema: jsonSchema(body, 'input') } };
  if (form === undefined) return json;
  return { ...json, [form.type]: { schema: { type: 'object', description: form.says } } };
}

function fileOf(type: string | undefined): object {
  return type === undefined ? {} : { content: { [type]: { schema: { type: 'string', format: 'binary' } } } };
}

/** Whether nothing at all may be sent. */
function isAllOptional(body: z.ZodType): boolean {
  return body.safeParse({}).success;
}

/** "POST /api/jobs/:id/cancel" is called postJobsIdCancel. */
function nameOf(method: string, url: string): string {
  const words = url.split(/[^a-z0-9]+/i).filter((word) => word !== '' && word !== 'api');
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

/** The first word after /api. */
function tagOf(url: string): string {
  return /^\/api\/([a-z]+)/.exec(url)?.[1] ?? 'agent';
}

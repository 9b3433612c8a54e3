// The OpenAPI document of the API, made of what the routes say of themselves: nothing is written down twice.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Described } from './described.ts';

interface DescribedRoute {
  method: string;
  url: string;
  described: Described;
}

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  retry: z.enum(['soon', 'never']),
});

/** Must be called before the routes that it is to describe are added. */
export function addOpenApi(app: FastifyInstance, version: string): void {
  const routes: DescribedRoute[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    const described = config?.described;
    if (described === undefined) return;
    for (const one of [method].flat()) routes.push({ method: one, url, described });
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
  for (const { method, url, described } of routes) {
    const path = url.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = operation(url, described);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'MySpinBot',
      version,
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

function operation(url: string, { summary, query, body, reply, status, form }: Described): object {
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const properties =
    query === undefined ? {} : ((jsonSchema(query, 'input') as { properties?: object }).properties ?? {});
  const inQuery = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
  const content = (schema: object) => ({ 'application/json': { schema } });
  return {
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body === undefined ? {} : { requestBody: { content: content(jsonSchema(body, 'input')) } }),
    ...(form === undefined
      ? {}
      : {
          requestBody: {
            description: form,
            content: { 'multipart/form-data': { schema: { type: 'object' } } },
          },
        }),
    responses: {
      [status ?? 200]: {
        description: summary,
        ...(reply === undefined ? {} : { content: content(jsonSchema(reply, 'output')) }),
      },
      default: { description: 'What went wrong', content: content({ $ref: '#/components/schemas/Error' }) },
    },
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  // What JSON Schema has no words for (a transform) is said as what it is made of, or left open.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

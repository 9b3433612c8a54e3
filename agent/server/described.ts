// What a route of the API takes and answers, said beside the route: the OpenAPI document is made of it, and the same
// schemas read what comes in.
import type { ZodType } from 'zod';
import { schemaFailure } from './replies.ts';

export interface Described {
  /** One line, for people. */
  summary: string;
  query?: ZodType;
  body?: ZodType;
  /** Of the usual answer; absent = a file, or nothing worth a schema. */
  reply?: ZodType;
  /** Of the usual answer; 200 when absent. */
  status?: number;
  /** The body is a form or a file, or may be one: said in words instead of a schema. */
  form?: { type: 'multipart/form-data' | 'application/octet-stream'; says: string };
  /** The answer is a file: its type. */
  file?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    described?: Described;
  }
}

/** What came in, as the schema has it. Throws Failure `bad-input` with the field named. */
export function parsed<T>(schema: ZodType<T>, what: string, value: unknown): T {
  const found = schema.safeParse(value ?? {});
  if (!found.success) throw schemaFailure(what, found.error);
  return found.data;
}

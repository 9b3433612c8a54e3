// Failures as HTTP: one status per code, the body always { code, message, hint, retry }.
import { Failure, type FailureCode } from '@myspinbot/shared/failure/failure.ts';
import type { FastifyError, FastifyReply } from 'fastify';
import type { ZodError } from 'zod';
import type { Logger } from '../log/logger.ts';

const statuses: Readonly<Record<FailureCode, number>> = {
  'bad-input': 400,
  'no-face': 422,
  'several-faces': 422,
  'face-too-small': 422,
  'face-unclear': 422,
  'audio-silent': 422,
  'audio-too-short': 422,
  'audio-too-long': 422,
  'text-empty': 400,
  'text-too-long': 400,
  'language-unknown': 400,
  'block-damaged': 422,
  'not-found': 404,
  'engine-missing': 503,
  'engine-failed': 502,
  'timed-out': 504,
  'out-of-memory': 503,
  'disk-full': 507,
  fenced: 409,
  refused: 403,
  unpaired: 401,
  'wrong-code': 403,
  'too-often': 429,
  'no-room': 507,
  internal: 500,
};

export interface ErrorBody {
  code: FailureCode;
  message: string;
  hint: string;
  /** Whether the same may work in a moment. */
  retry: Failure['retry'];
}

/** Answers with whatever went wrong. Only what a person may see leaves; the rest is logged. */
export function sendError(reply: FastifyReply, error: unknown, log: Logger): FastifyReply {
  if (error instanceof Failure) {
    const { code, message, hint, retry } = error;
    const failure: ErrorBody = { code, message, hint, retry };
    return reply.code(statuses[code]).send(failure);
  }
  // Fastify's own: a body too large, a broken JSON, a media type nobody takes.
  const status = (error as FastifyError | undefined)?.statusCode;
  if (status !== undefined && status >= 400 && status < 500) {
    const body: ErrorBody = {
      code: 'bad-input',
      message:
        status === 413 ? 'The request is too large.' : `The request cannot be read: ${messageOf(error)}.`,
      hint: 'See docs/api.md for what this address takes.',
      retry: 'never',
    };
    return reply.code(status).send(body);
  }
  // Whoever asked has gone in the middle of the request: nothing is wrong here, and nobody hears an answer.
  if (reply.raw.destroyed) {
    log.debug('server.asker-gone', { error: messageOf(error) });
    return reply.hijack();
  }
  log.error('server.failed', {
    error: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
  });
  const body: ErrorBody = {
    code: 'internal',
    message: 'The agent could not answer: a fault of its own.',
    hint: 'Try again; if it happens again, please report it with the lines of the agent’s log.',
    retry: 'soon',
  };
  return reply.code(500).send(body);
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\.$/, '');
}

/** The first thing a schema found wrong, as a Failure that names the field. */
export function schemaFailure(what: string, error: ZodError): Failure {
  const issue = error.issues[0];
  const field = issue?.path.join('.') ?? '';
  return new Failure({
    code: 'bad-input',
    message: `${what} cannot be used: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'unknown'}.`,
    hint: 'Correct that field and send it again.',
    cause: error,
  });
}

/** Failure `not-found` for a job. */
export function unknownJob(id: string): Failure {
  return new Failure({
    code: 'not-found',
    message: `There is no job ${id.slice(0, 40)}.`,
    hint: 'GET /api/jobs lists the jobs this agent knows.',
  });
}

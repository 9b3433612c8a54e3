// One question to the workstation and its answer, as JSON over HTTP: what it says is checked by a schema, and whatever
// goes wrong is a Failure with a sentence. It knows no key and no token.
import { Failure, failureCodes } from '@myspinbot/shared/failure/failure.ts';
import { z } from 'zod';
import type { Clock } from '../link/clock.ts';

/** The workstation is in the same house: it answers within a second, or something is wrong. */
const ANSWER_MS = 10_000;

const failureBodySchema = z.object({
  code: z.enum(failureCodes),
  message: z.string().max(2000),
  hint: z.string().max(2000),
  retry: z.enum(['soon', 'never']).optional(),
});

export interface Asking {
  fetch: typeof fetch;
  clock: Pick<Clock, 'after'>;
}

/**
 * Throws the workstation's own Failure, or `engine-missing` (retry soon) when it is not reached or says something that
 * no workstation says.
 */
export async function ask<T>(
  { fetch, clock }: Asking,
  question: { path: string; method?: string; body?: unknown },
  schema: z.ZodType<T>,
): Promise<T> {
  const stop = new AbortController();
  const stopWaiting = clock.after(ANSWER_MS, () => stop.abort());
  try {
    const answer = await fetch(question.path, {
      method: question.method ?? 'POST',
      ...(question.body === undefined
        ? {}
        : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(question.body) }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: stop.signal,
    });
    const text = await answer.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (answer.ok) {
      const parsed = schema.safeParse(body);
      if (parsed.success) return parsed.data;
      throw notReached(parsed.error);
    }
    throw refusalOf(body) ?? notReached(new Error(`HTTP ${answer.status}`));
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw notReached(cause);
  } finally {
    stopWaiting();
  }
}

function refusalOf(body: unknown): Failure | undefined {
  const parsed = failureBodySchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { code, message, hint, retry } = parsed.data;
  return new Failure({
    code,
    message,
    hint,
    retry: retry ?? (code === 'too-often' || code === 'wrong-code' ? 'soon' : 'never'),
  });
}

export function notReached(cause?: unknown): Failure {
  return new Failure({
    code: 'engine-missing',
    message: 'The workstation was not reached.',
    hint: 'See that it is on and that this device is in the same network, then try again.',
    retry: 'soon',
    cause,
  });
}

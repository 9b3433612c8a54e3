// Requests of the browser as an HTTP link needs them: the body as it comes, and an end for those on which nothing does.
// A browser itself waits for minutes on a network that is gone. Who asks is proved by the fetch it is given.
import type { HttpRequest } from '@myspinbot/shared/transfer/http-link.ts';
import type { Clock } from './clock.ts';

/** A body that has begun comes, or nobody is there any more: as on every link. */
const SILENCE_MS = 2900;
/** Until an answer begins: a block on a slow network, or a large file that is looked at as a whole. */
const ANSWER_MS = 60_000;

/** `base`: where the paths are; default: where the page is. */
export function httpRequest(proven: typeof fetch, clock: Pick<Clock, 'after'>, base = ''): HttpRequest {
  return async ({ method, path, headers, body }) => {
    const over = new AbortController();
    /** What takes too long is ended, and rejects by that. */
    const soon = async <T>(work: Promise<T>, ms: number): Promise<T> => {
      const stop = clock.after(ms, () => over.abort(new Error('nothing was heard for too long')));
      try {
        return await work;
      } finally {
        stop();
      }
    };
    const answer = await soon(
      proven(base + path, {
        method,
        signal: over.signal,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body: body as string | Uint8Array<ArrayBuffer> }),
      }),
      ANSWER_MS,
    );
    return {
      status: answer.status,
      json: () => soon(answer.json(), ANSWER_MS).catch(() => undefined),
      pieces() {
        const reader = answer.body?.getReader();
        const end = { done: true, value: undefined } as const;
        return {
          async next() {
            if (reader === undefined) return end;
            const { done, value } = await soon(reader.read(), SILENCE_MS);
            return done ? end : { done, value };
          },
          async return() {
            over.abort();
            return end;
          },
        };
      },
    };
  };
}

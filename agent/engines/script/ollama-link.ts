// The way to an Ollama server: its client with a fetch of our own, which ends in every phase (the client's own abort does
// nothing while a model loads), believes no redirect, reads no more than it should and lets only JSON through; and what
// went wrong, as a Failure. It knows requests, not what they are for.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { Ollama } from 'ollama';
import { saysOutOfMemory } from '../../process/memory-words.ts';

export const OLLAMA_URL = 'http://127.0.0.1:11434';

/** Calls `then` once after `ms`; returns the way to stop it. */
export type After = (ms: number, then: () => void) => () => void;

export const systemAfter: After = (ms, then) => {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
};

export interface OllamaPlace {
  /** "http://127.0.0.1:11434" */
  readonly url: string;
  readonly after: After;
}

/** A list of a thousand models has 1 MB. */
const MAX_BODY_BYTES = 4_000_000;
/** Of an error message more than this says nothing more. */
const MAX_SAID_CHARS = 300;

/** A client whose every request ends with `signal`. One for each piece of work. */
export function openOllama({ url }: OllamaPlace, signal: AbortSignal): Ollama {
  return new Ollama({
    host: url,
    async fetch(input, init) {
      const signals = init?.signal == null ? [signal] : [signal, init.signal];
      const response = await fetch(input, {
        ...init,
        // A redirect could lead out of the house.
        redirect: 'error',
        signal: AbortSignal.any(signals),
      });
      // The client prints what it cannot read, and that may be what somebody wrote.
      if (!response.ok) return readError(response);
      const whole = response.body?.pipeThrough(limited());
      // Conversations are always streamed, everything else never is.
      const body = String(input).endsWith('/api/chat') ? whole?.pipeThrough(jsonLines()) : whole;
      return new Response(body ?? null, { status: response.status, headers: response.headers });
    },
  });
}

async function readError(response: Response): Promise<Response> {
  const text = await new Response(response.body?.pipeThrough(limited()) ?? null).text();
  let error = `status ${response.status}`;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) error = String(parsed.error);
  } catch {
    // Whoever answers is not Ollama, or something stands between: the status is all there is to say.
  }
  return Response.json({ error }, { status: response.status });
}

function limited(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) controller.error(new NotOllama('an answer without end'));
      else controller.enqueue(chunk);
    },
  });
}

/** Whole lines that are JSON objects, and nothing else. */
function jsonLines(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = '';
  const pass = (lines: string[], controller: TransformStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
    for (const line of lines) {
      if (line.trim() === '') continue;
      if (!isObject(line)) return controller.error(new NotOllama('a line that is not JSON'));
      controller.enqueue(encoder.encode(`${line}\n`));
    }
  };
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      pass(lines, controller);
    },
    flush(controller) {
      pass([rest + decoder.decode()], controller);
    },
  });
}

function isObject(line: string): boolean {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

/** Whoever answers does not speak Ollama's protocol. */
export class NotOllama extends Error {
  override readonly name = 'NotOllama';
}

/** Nothing listens there, or nothing that can be reached: as opposed to a server that answers with an error. */
export function isUnreachable(error: unknown): boolean {
  const codes = [codeOf(error), codeOf((error as { cause?: unknown } | null)?.cause)];
  return codes.some((code) =>
    /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENOTFOUND|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/.test(
      code,
    ),
  );
}

/** What the server said with an error: its status, if it had one (an error inside a stream has none), and its words. */
export function saidBy(error: unknown): { status: number | undefined; words: string } {
  const status = (error as { status_code?: unknown } | null)?.status_code;
  const text = error instanceof Error ? error.message : String(error);
  // Its words may hold anything, and are shown.
  const words = text.replace(/\p{Cc}+/gu, ' ').slice(0, MAX_SAID_CHARS);
  return { status: typeof status === 'number' ? status : undefined, words };
}

/** Why a piece of work with `model` did not work. An abort is not among them: whoever aborted looks first. */
export function failureOf(error: unknown, place: OllamaPlace, model: string): Failure {
  if (error instanceof Failure) return error;
  if (isUnreachable(error)) {
    return new Failure({
      code: 'engine-missing',
      message: `Ollama does not answer at ${place.url}.`,
      hint: 'Start it (ollama serve) and spin again; without it the words are written from templates.',
      cause: error,
    });
  }
  const { status, words } = saidBy(error);
  if (saysOutOfMemory(words)) {
    return new Failure({
      code: 'out-of-memory',
      message: `Ollama ran out of memory with the model ${model}: ${words}`,
      hint: 'Close other programs that use the GPU, or choose a smaller model (MYSPINBOT_OLLAMA_MODEL).',
      retry: 'soon',
      cause: error,
    });
  }
  if (status === 404) {
    return new Failure({
      code: 'engine-missing',
      message: `Ollama does not have the model ${model} any more: ${words}`,
      hint: `Get it again (ollama pull ${model}), or choose another one.`,
      cause: error,
    });
  }
  if (status === 403) {
    return new Failure({
      code: 'refused',
      message: `Ollama refused to work with the model ${model}: ${words}`,
      hint: 'Choose a model that runs on this machine: cloud models are not used.',
      cause: error,
    });
  }
  if (status === 503) {
    return new Failure({
      code: 'engine-failed',
      message: `Ollama is busy with other requests: ${words}`,
      hint: 'It is tried again; let other programs that use Ollama finish first.',
      retry: 'soon',
      cause: error,
    });
  }
  if (
    status === undefined &&
    codeOf((error as { cause?: unknown } | null)?.cause) === 'UND_ERR_HEADERS_TIMEOUT'
  ) {
    return new Failure({
      code: 'timed-out',
      message: `Ollama did not begin to answer within five minutes; it may still be loading the model ${model}.`,
      hint: 'Choose a smaller model, or try again: what is loaded stays in the memory for a while.',
      retry: 'soon',
      cause: error,
    });
  }
  return new Failure({
    code: 'engine-failed',
    message: `Ollama did not do its work with the model ${model}: ${words}${status === undefined ? '' : ` (status ${status})`}`,
    hint: 'Try again; if it stays, look into the log of Ollama, or choose another model.',
    retry: status === 400 ? 'never' : 'soon',
    cause: error,
  });
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '');
}

/** A signal that comes after `ms`, or with `signal`. Call `done` when nothing waits for it any more. */
export function within(
  after: After,
  ms: number,
  signal?: AbortSignal,
): { signal: AbortSignal; done: () => void } {
  const limit = new AbortController();
  const done = after(ms, () => limit.abort(new Error(`no answer within ${ms} ms`)));
  return { signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]), done };
}

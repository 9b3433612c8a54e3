// Speaks HTTP with one ComfyUI: bounded in time and size, never redirected, each failure in the product's words. It knows
// the routes' form, not what a graph is for.
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { unreachable } from './trouble.ts';

/** /object_info of a server with many packs has some ten MB. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;
const ANSWER_MS = 15_000;

export interface Answer {
  status: number;
  body: unknown;
}

export interface ComfyHttp {
  /** Throws Failure `engine-missing` when nobody answers, `engine-failed` when what answers is no ComfyUI. */
  ask(path: string, options: { signal: AbortSignal; send?: unknown; method?: string }): Promise<Answer>;
  /** Uploads a file under `subfolder`; returns what LoadImage and its like take for it. */
  upload(file: string, as: UploadName, signal: AbortSignal): Promise<string>;
  /** Writes what the server holds to the file `to`. Throws Failure `engine-failed` when it is over `maxBytes`. */
  download(from: ServerFile, to: string, limits: { maxBytes: number; signal: AbortSignal }): Promise<void>;
}

export interface UploadName {
  subfolder: string;
  name: string;
  /** Into the folder that the server empties at each start, instead of the one that it keeps. */
  passing?: boolean;
}

/** As the history names an output. */
export interface ServerFile {
  filename: string;
  subfolder: string;
  type: string;
}

/** `server`: how it is called in messages. */
export function comfyHttp(address: URL, server: string): ComfyHttp {
  const at = (path: string) => new URL(path.replace(/^\//, ''), address);
  const request = async (url: URL, init: RequestInit & { duplex?: 'half' }, signal: AbortSignal) => {
    try {
      return await fetch(url, { ...init, redirect: 'error', signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw unreachable(server, cause);
    }
  };
  return {
    async ask(path, { signal, send, method }) {
      const limit = AbortSignal.timeout(ANSWER_MS);
      const both = AbortSignal.any([signal, limit]);
      const body = send === undefined ? null : JSON.stringify(send);
      const headers = body === null ? {} : { 'content-type': 'application/json' };
      try {
        const answer = await request(
          at(path),
          { method: method ?? (body === null ? 'GET' : 'POST'), body, headers },
          both,
        );
        return { status: answer.status, body: asJson(await readBounded(answer, server)) };
      } catch (cause) {
        signal.throwIfAborted();
        if (limit.aborted) {
          throw new Failure({
            code: 'timed-out',
            message: `${server} did not answer within ${ANSWER_MS / 1000} seconds.`,
            hint: 'Look into its window: it may be loading, or hang. Restart it if it does not come back.',
            retry: 'soon',
          });
        }
        throw cause;
      }
    },

    async upload(file, { subfolder, name, passing }, signal) {
      const boundary = `msb${crypto.randomUUID()}`;
      const field = (key: string, value: string) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`;
      const head =
        field('type', passing === true ? 'temp' : 'input') +
        field('subfolder', subfolder) +
        field('overwrite', 'true') +
        `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="${name}"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n';
      const tail = `\r\n--${boundary}--\r\n`;
      const { size } = await stat(file);
      async function* body() {
        yield Buffer.from(head);
        yield* createReadStream(file);
        yield Buffer.from(tail);
      }
      const length = Buffer.byteLength(head) + size + Buffer.byteLength(tail);
      const answer = await request(
        at('upload/image'),
        {
          method: 'POST',
          duplex: 'half',
          body: Readable.toWeb(Readable.from(body())) as ReadableStream,
          headers: {
            'content-type': `multipart/form-data; boundary=${boundary}`,
            'content-length': String(length),
          },
        },
        signal,
      );
      if (answer.status === 413) {
        await answer.body?.cancel();
        throw new Failure({
          code: 'engine-failed',
          message: `${server} takes no file of ${Math.ceil(size / 1e6)} MB.`,
          hint: 'Start ComfyUI with --max-upload-size 1000.',
        });
      }
      const said = asJson(await readBounded(answer, server)) as
        | { name?: unknown; subfolder?: unknown }
        | undefined;
      if (answer.status !== 200 || typeof said?.name !== 'string') {
        throw notComfy(server, `it answered an upload with ${answer.status}`);
      }
      const path =
        typeof said.subfolder === 'string' && said.subfolder !== ''
          ? `${said.subfolder}/${said.name}`
          : said.name;
      // Nodes that load files look into the kept folder unless another is named behind.
      return passing === true ? `${path} [temp]` : path;
    },

    async download({ filename, subfolder, type }, to, { maxBytes, signal }) {
      const url = at('view');
      url.search = new URLSearchParams({ filename, subfolder, type }).toString();
      const answer = await request(url, {}, signal);
      if (answer.status !== 200 || answer.body === null) {
        await answer.body?.cancel();
        throw new Failure({
          code: 'engine-failed',
          message: `${server} made ${filename.slice(0, 80)} and does not hand it out (${answer.status}).`,
          hint: 'Look whether its output folder is full or was emptied; then try again.',
          retry: 'soon',
        });
      }
      let bytes = 0;
      const bounded = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length;
          done(
            bytes > maxBytes ? notComfy(server, `${filename.slice(0, 80)} is over ${maxBytes} bytes`) : null,
            chunk,
          );
        },
      });
      try {
        await pipeline(Readable.fromWeb(answer.body as never), bounded, createWriteStream(to), { signal });
      } catch (cause) {
        await rm(to, { force: true });
        signal.throwIfAborted();
        throw cause instanceof Failure ? cause : unreachable(server, cause);
      }
    },
  };
}

export function notComfy(server: string, what: string): Failure {
  return new Failure({
    code: 'engine-failed',
    message: `${server} does not answer as ComfyUI does: ${what}.`,
    hint: 'Look whether the address is right and another program has its port.',
  });
}

async function readBounded(answer: Response, server: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MAX_JSON_BYTES) throw notComfy(server, `an answer is over ${MAX_JSON_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Undefined for what is no JSON: several routes answer with nothing. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// A server that speaks Ollama's protocol as its source of 0.33 does, lies included, with a writer in place of a model. It
// runs on a port of its own; a test says how it behaves and sees what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seededRandom } from '@myspinbot/shared/puppet/seeded-random.ts';

export interface DoubleModel {
  name: string;
  digest?: string;
  size?: number;
  remote_host?: string;
  remote_model?: string;
  capabilities?: string[];
  details?: { family?: string; quantization_level?: string };
}

/** What becomes of one request to /api/chat. */
export type ChatEnd =
  | { does: 'writes' }
  /** These words, whatever was asked; `reason` "length" is what a server says that cut them off. */
  | { does: 'says'; content: string; reason?: string }
  /** No headers, for as long as nobody goes: the model loads. */
  | { does: 'loads' }
  /** The beginning of an answer, then nothing more. */
  | { does: 'stops-talking' }
  /** Headers and words, then the connection is cut. */
  | { does: 'dies' }
  /** Status 200, and an error as the last line. */
  | { does: 'errs-midway'; error: string }
  | { does: 'refuses'; status: number; error: string }
  /** Words without end. */
  | { does: 'babbles' }
  /** These bytes instead of lines of JSON. */
  | { does: 'raves'; bytes: string };

export interface DoubleChat {
  model: string;
  messages: { role: string; content: string }[];
  format?: unknown;
  stream?: boolean;
  think?: unknown;
  keep_alive?: unknown;
  options?: Record<string, unknown>;
}

export interface OllamaDouble {
  readonly url: string;
  /** Changes what it says from now on. */
  version: string;
  models: DoubleModel[];
  /** How the next chats end, in order; the last one stays. */
  chats: ChatEnd[];
  /** A model that was put out is seen by so many more looks at /api/ps. */
  lingers: number;
  /** Every other request is answered by this status instead, or never ("silent"). */
  broken: number | 'silent' | undefined;
  readonly asked: DoubleChat[];
  /** "POST /api/generate" and the like, in order. */
  readonly requests: string[];
  loaded(): string[];
  load(model: string): void;
  /** Chats whose connection the other side has ended before the answer was over. */
  readonly abandoned: number;
  /** Resolves when it is so; looked at after every request and every end of one. */
  until(so: (double: OllamaDouble) => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startOllamaDouble(): Promise<OllamaDouble> {
  /** Loaded models, and by how many more looks one that was put out is still seen. */
  const loaded = new Map<string, number>();
  const waiting = new Set<() => void>();
  const told = () => {
    for (const look of [...waiting]) look();
  };
  let abandoned = 0;

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const double: OllamaDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    version: '0.33.0',
    models: [
      {
        name: 'llama3.2:latest',
        digest: `a80c4f17acd5${'0'.repeat(52)}`,
        size: 2_019_393_189,
        capabilities: ['completion', 'tools'],
        details: { family: 'llama', quantization_level: 'Q4_K_M' },
      },
    ],
    chats: [{ does: 'writes' }],
    lingers: 0,
    broken: undefined,
    asked: [],
    requests: [],
    loaded: () => [...loaded.keys()],
    load: (model) => void loaded.set(model, Number.POSITIVE_INFINITY),
    get abandoned() {
      return abandoned;
    },
    until(so) {
      return new Promise((resolve) => {
        const look = () => {
          if (!so(double)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };

  /** As the scheduler: the answer comes at once, the memory later. */
  const putOut = (model: string) => {
    if (!loaded.has(model)) return;
    if (double.lingers === 0) loaded.delete(model);
    else loaded.set(model, double.lingers);
  };
  const find = (name: string) =>
    double.models.find((one) => one.name === name || one.name === `${name}:latest`);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await read(request);
    const what = `${request.method} ${request.url}`;
    double.requests.push(what);
    told();
    if (double.broken === 'silent') return;
    if (double.broken !== undefined) return json(response, double.broken, { error: 'broken' });
    switch (what) {
      case 'GET /api/version':
        return json(response, 200, { version: double.version });
      case 'GET /api/tags':
        return json(response, 200, {
          models: double.models.map((model) => ({
            model: model.name,
            modified_at: '2026-08-01T10:00:00Z',
            ...model,
          })),
        });
      case 'GET /api/ps': {
        const models = [...loaded.keys()].map((name) => ({ name, model: name, size: 3e9, size_vram: 3e9 }));
        for (const [name, looks] of loaded) {
          if (looks <= 1) loaded.delete(name);
          else loaded.set(name, looks - 1);
        }
        return json(response, 200, { models });
      }
      case 'POST /api/generate': {
        const { model, prompt, keep_alive } = JSON.parse(text) as Record<string, unknown>;
        if (find(String(model)) === undefined)
          return json(response, 404, { error: `model '${model}' not found` });
        if (prompt !== '' || keep_alive !== 0)
          return json(response, 400, { error: 'only for unloading here' });
        putOut(String(model));
        return json(response, 200, { model, response: '', done: true, done_reason: 'unload' });
      }
      case 'POST /api/chat':
        return chat(JSON.parse(text) as DoubleChat, response);
      default:
        return json(response, 404, '404 page not found');
    }
  }

  async function chat(asked: DoubleChat, response: ServerResponse): Promise<void> {
    double.asked.push(asked);
    const model = find(asked.model);
    if (model === undefined) return json(response, 404, { error: `model '${asked.model}' not found` });
    const fault = wrongOption(asked);
    if (fault !== undefined) return json(response, 400, { error: fault });
    const end = double.chats.length > 1 ? double.chats.shift()! : double.chats[0]!;
    if (end.does === 'refuses') return json(response, end.status, { error: end.error });
    let isOver = false;
    response.on('close', () => {
      // A request that ends frees the model as its keep_alive says, however it ended.
      if (asked.keep_alive === 0) putOut(model.name);
      if (!isOver) abandoned += 1;
      told();
    });
    loaded.set(model.name, Number.POSITIVE_INFINITY);
    told();
    if (end.does === 'loads') return;
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const created_at = '2026-08-01T10:00:00Z';
    const line = (rest: object) => `${JSON.stringify({ model: model.name, created_at, ...rest })}\n`;
    const words = (content: string) => line({ message: { role: 'assistant', content }, done: false });
    const over = (bytes: string) => {
      isOver = true;
      response.end(bytes);
    };
    switch (end.does) {
      case 'stops-talking':
        response.write(words('{"title":'));
        return told();
      case 'dies':
        response.write(words('{"title":'), () => response.destroy());
        return;
      case 'errs-midway':
        response.write(words('{"title":'));
        return over(`${JSON.stringify({ error: end.error })}\n`);
      case 'raves':
        return over(end.bytes);
      case 'babbles': {
        const more = () => {
          while (!response.destroyed) {
            if (!response.write(words('and so on and so on '.repeat(20)))) return;
          }
        };
        response.on('drain', more);
        return more();
      }
      default: {
        const content = end.does === 'says' ? end.content : writeFor(asked);
        const reason = end.does === 'says' ? (end.reason ?? 'stop') : 'stop';
        const pieces = content.match(/[\s\S]{1,40}/g) ?? [];
        const bytes = Buffer.from(
          pieces.map(words).join('') +
            line({
              message: { role: 'assistant', content: '' },
              done: true,
              done_reason: reason,
              eval_count: 9,
            }),
        );
        // Lines and letters come in pieces that are not lines and letters.
        const middle = Math.floor(bytes.length / 2) + 1;
        response.write(bytes.subarray(0, middle));
        isOver = true;
        response.end(bytes.subarray(middle));
      }
    }
  }
  return double;
}

/** What the real server refuses by type. Unknown names it only logs. */
function wrongOption({ format, options = {}, keep_alive }: DoubleChat): string | undefined {
  for (const name of ['num_ctx', 'num_predict', 'seed']) {
    if (options[name] !== undefined && !Number.isInteger(options[name]))
      return `option "${name}" must be of type integer`;
  }
  if (format !== undefined && format !== 'json' && typeof format !== 'object') return 'invalid format';
  if (keep_alive !== undefined && !['number', 'string'].includes(typeof keep_alive))
    return 'invalid duration';
  return undefined;
}

/** A model that does exactly what it is told: the words that were asked for, other ones for every seed. */
function writeFor({ messages, options = {} }: DoubleChat): string {
  const told = messages.find(({ role }) => role === 'user')?.content ?? '';
  const value = (name: string) => new RegExp(`^${name}.*?: (.*)$`, 'm').exec(told)?.[1] ?? '';
  const topic = JSON.parse(value('Topic')) as string;
  const count = Number(value('Words of narration'));
  const parts = Number(value('Scenes'));
  const random = seededRandom(Number(options.seed ?? 1));
  const filler = [
    'slowly',
    'people',
    'remember',
    'quiet',
    'mornings',
    'while',
    'rivers',
    'carry',
    'old',
    'stories',
  ];
  const words = topic.split(' ');
  while (words.length < count) words.push(filler[Math.floor(random() * filler.length)]!);
  const each = Math.ceil(words.length / parts);
  const scenes = Array.from({ length: parts }, (_, at) => words.slice(at * each, (at + 1) * each))
    .filter((some) => some.length > 0)
    .map((some, at) => ({
      backdrop: at === 0 ? 'studio' : 'meadow',
      picture: `a still life, number ${at + 1}`,
      narration: `${some.join(' ')}.`,
    }));
  return JSON.stringify({ title: `On ${topic}`, tone: value('Tone'), scenes });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  const isText = typeof body === 'string';
  response
    .writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json; charset=utf-8' })
    .end(isText ? body : JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

// A server that speaks as ComfyUI does, over real HTTP and a real socket, with its order of events, its ways to refuse, and
// its lies. It makes pictures of one colour. Two generations: 0.3.64 and 0.27.0 differ in how they name what is missing and
// in how work is stopped.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { type WebSocket, WebSocketServer } from 'ws';
import { nodeAnswers } from './node-answers.ts';

/** What happens when it reaches the upscaling, or, without one in the graph, the picture that is saved. */
export type Behaviour =
  | 'works'
  | 'waits' // until it is interrupted
  | 'runs-out-of-memory'
  | 'raises'
  | 'dies' // forgets everything, with its sockets cut
  | 'loses-socket' // goes on without anybody hearing
  | 'makes-nothing'
  | 'babbles'; // frames that nobody understands, then works

type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>;

export interface ComfyDouble {
  readonly address: string;
  behave(behaviour: Behaviour): void;
  /** The next answer to /prompt is a 200 that drops an output with its errors. */
  dropAnOutput(): void;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** What it holds in the memory of its card. */
  loadedBytes: number;
  isIdle(): boolean;
  close(): Promise<void>;
}

interface Work {
  id: string;
  client: string;
  graph: Graph;
  stop: AbortController;
}

const CARD_BYTES = 16 * 1024 ** 3;

export interface ComfyDoubleOptions {
  version: '0.3.64' | '0.27.0';
  /** Files in models/upscale_models. */
  models?: readonly string[];
  /** "cpu" where it has no card. */
  device?: string;
  /** What comes out where a film goes in: PNG files of this size. */
  enlarge?(film: Buffer, to: { width: number; height: number }): Promise<Buffer[]>;
}

export async function comfyDouble(options: ComfyDoubleOptions): Promise<ComfyDouble> {
  const isNew = options.version === '0.27.0';
  const sockets = new Map<string, WebSocket>();
  const files = new Map<string, Buffer>();
  let history: Record<string, unknown> = {};
  let running: Work | undefined;
  let pending: Work[] = [];
  let behaviour: Behaviour = 'works';
  let drops = false;
  const models = options.models ?? (isNew ? ['tiny_x4.safetensors'] : []);
  const asked: string[] = [];

  /** "sub/a.mov [temp]" is in the folder for passing things. */
  const fileOf = (value: unknown) => {
    const [, path, folder = 'input'] = /^(.*?)(?: \[(\w+)\])?$/.exec(String(value)) ?? [];
    return files.get(`${folder}/${path}`);
  };
  const known = () => nodeAnswers([], models, []);
  const tell = (work: Work, type: string, data: object) => {
    const frame = JSON.stringify({ type, data: { ...data, prompt_id: work.id } });
    sockets.get(work.client)?.send(frame);
  };

  async function work(): Promise<void> {
    const now = pending.shift();
    if (now === undefined) return;
    running = now;
    const messages: [string, object][] = [['execution_start', {}]];
    const outputs: Record<string, object> = {};
    try {
      tell(now, 'execution_start', {});
      tell(now, 'execution_cached', { nodes: [] });
      for (const [id, node] of Object.entries(now.graph)) {
        if (now.stop.signal.aborted) throw new Interrupted();
        tell(now, 'executing', { node: id });
        const output = await execute(now, id, node);
        if (output !== undefined) {
          outputs[id] = output;
          tell(now, 'executed', { node: id, output });
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      messages.push(['execution_success', {}]);
      tell(now, 'execution_success', {});
    } catch (cause) {
      if (cause instanceof Died) {
        for (const socket of sockets.values()) socket.terminate();
        [history, pending, running] = [{}, [], undefined];
        return;
      }
      if (cause instanceof Interrupted) {
        messages.push(['execution_interrupted', {}]);
        tell(now, 'execution_interrupted', {});
      } else {
        messages.push(['execution_error', cause as object]);
        tell(now, 'execution_error', cause as object);
      }
    }
    const isGood = messages.at(-1)?.[0] === 'execution_success';
    running = undefined;
    history[now.id] = {
      outputs,
      status: { status_str: isGood ? 'success' : 'error', completed: isGood, messages },
    };
    tell(now, 'executing', { node: null });
    void work();
  }

  async function execute(now: Work, id: string, { class_type: type, inputs }: Graph[string]) {
    const turns = Object.values(now.graph).some((one) => one.class_type === 'ImageUpscaleWithModel')
      ? 'ImageUpscaleWithModel'
      : 'SaveImage';
    if (type === turns) await misbehave(now, id, type);
    if (type === 'UpscaleModelLoader' && !models.includes(String(inputs.model_name))) {
      // An empty list of choices was not looked at.
      throw {
        node_id: id,
        node_type: type,
        exception_type: 'FileNotFoundError',
        exception_message: `Model in folder 'upscale_models' with filename '${inputs.model_name}' not found.`,
      };
    }
    if (type === 'ImageUpscaleWithModel') {
      for (let value = 1; value <= 4; value++) tell(now, 'progress', { value, max: 4, node: id });
    }
    if (type === 'PreviewImage' && options.enlarge !== undefined)
      return await passPictures(now, options.enlarge);
    if (type !== 'SaveImage' || behaviour === 'makes-nothing') return undefined;
    const filename = `${String(inputs.filename_prefix).split('/').at(-1)}_00001_.png`;
    const background = createHash('sha256').update(JSON.stringify(now.graph)).digest();
    const picture = {
      width: 8,
      height: 8,
      channels: 3,
      background: `#${background.toString('hex', 0, 3)}`,
    } as const;
    files.set(`output/msb/${filename}`, await sharp({ create: picture }).png().toBuffer());
    return { images: [{ filename, subfolder: 'msb', type: 'output' }] };
  }

  async function passPictures({ graph }: Work, enlarge: NonNullable<ComfyDoubleOptions['enlarge']>) {
    const node = (type: string) => Object.values(graph).find((one) => one.class_type === type)?.inputs ?? {};
    const { width, height } = node('ImageScale');
    const film = fileOf(node('LoadVideo').file)!;
    const pictures = await enlarge(film, { width: Number(width), height: Number(height) });
    const made = behaviour === 'makes-nothing' ? pictures.slice(1) : pictures;
    return {
      images: made.map((picture, at) => {
        const filename = `ComfyUI_temp_${createHash('sha256').update(film).digest('hex').slice(0, 5)}_${at}_.png`;
        files.set(`temp/${filename}`, picture);
        return { filename, subfolder: '', type: 'temp' };
      }),
    };
  }

  async function misbehave(now: Work, id: string, type: string): Promise<void> {
    const error = { node_id: id, node_type: type, executed: [], traceback: [], current_inputs: {} };
    switch (behaviour) {
      case 'waits':
        if (!now.stop.signal.aborted) await once(now.stop.signal, 'abort');
        throw new Interrupted();
      case 'runs-out-of-memory':
        throw Object.assign(error, {
          exception_type: 'torch.OutOfMemoryError',
          exception_message:
            'Allocation on device 0 would exceed allowed memory. (out of memory)\nThis error means you ran out of memory on your GPU.',
        });
      case 'raises':
        throw Object.assign(error, {
          exception_type: 'RuntimeError',
          exception_message: 'mat1 and mat2 shapes\u0007 differ',
        });
      case 'dies':
        throw new Died();
      case 'loses-socket':
        sockets.get(now.client)?.terminate();
        sockets.delete(now.client);
        return;
      case 'babbles': {
        const socket = sockets.get(now.client);
        for (const frame of [
          '{',
          'null',
          '[]',
          '{"type":"progress","data":{"value":"x"}}',
          Buffer.alloc(3),
          Buffer.alloc(900, 255),
        ]) {
          socket?.send(frame);
        }
        socket?.send(Buffer.concat([u32(4), u32(2 ** 31), Buffer.from('{}')]));
        const about = Buffer.from(JSON.stringify({ node_id: id, image_type: 'image/png' }));
        socket?.send(Buffer.concat([u32(4), u32(about.length), about, Buffer.from('png')]));
        socket?.send(Buffer.concat([u32(1), u32(1), Buffer.from('jpeg')]));
        return;
      }
    }
  }

  /** As the server checks a graph: the first thing that is wrong, in its words. */
  function wrongWith(graph: Graph): object | undefined {
    for (const [id, { class_type: type, inputs }] of Object.entries(graph)) {
      const schema = known()[type as keyof ReturnType<typeof known>] as
        | { input: { required: Record<string, readonly unknown[]> } }
        | undefined;
      if (schema === undefined) {
        const message = `Cannot execute because node ${type} does not exist.`;
        const details = `Node ID '#${id}'`;
        return isNew
          ? {
              error: {
                type: 'missing_node_type',
                message: `Node '${type}' not found.`,
                details,
                extra_info: { class_type: type },
              },
              node_errors: {},
            }
          : { error: { type: 'invalid_prompt', message, details, extra_info: {} }, node_errors: {} };
      }
      for (const [name, [kind, settings]] of Object.entries(schema.input.required)) {
        const value = inputs[name];
        const fault = (errorType: string, message: string, details: string, info: object = {}) => ({
          error: {
            type: 'prompt_outputs_failed_validation',
            message: 'Prompt outputs failed validation',
            details: '',
            extra_info: {},
          },
          node_errors: {
            [id]: {
              errors: [{ type: errorType, message, details, extra_info: { input_name: name, ...info } }],
              dependent_outputs: [],
              class_type: type,
            },
          },
        });
        if (value === undefined) return fault('required_input_missing', 'Required input is missing', name);
        const loads = type === 'LoadImage' || type === 'LoadVideo';
        if (loads && fileOf(value) === undefined) {
          return fault(
            'custom_validation_failed',
            'Custom validation failed for node',
            `${name} - Invalid ${name} file: ${value}`,
          );
        }
        const choices =
          (Array.isArray(kind) ? kind : (settings as { options?: unknown[] } | undefined)?.options) ?? [];
        const isEmptyOfNew = kind === 'COMBO' && choices.length === 0;
        if (
          (Array.isArray(kind) || kind === 'COMBO') &&
          !loads &&
          !isEmptyOfNew &&
          !choices.includes(value)
        ) {
          return fault(
            'value_not_in_list',
            'Value not in list',
            `${name}: '${value}' not in ${JSON.stringify(choices)}`,
            { received_value: value },
          );
        }
      }
    }
    return undefined;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x');
    const path = url.pathname;
    asked.push(`${request.method} ${path}`);
    const body = await bodyOf(request);
    const say = (status: number, what?: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(what === undefined ? '' : JSON.stringify(what));
    };
    const json = () => JSON.parse(body.toString('utf8') || '{}') as Record<string, unknown>;
    const stop = (id: unknown) => {
      pending = pending.filter((one) => one.id !== id);
      if (running?.id === id) running?.stop.abort();
    };
    if (path === '/system_stats') {
      const free = CARD_BYTES - double.loadedBytes;
      // The answer to /free comes before the work: each look finds half of it done.
      if (isFreeing) double.loadedBytes = Math.floor(double.loadedBytes / 2 ** 30) * 2 ** 29;
      const device = {
        name: 'cuda:0 NVIDIA GeForce RTX 4080 SUPER',
        type: options.device ?? 'cuda',
        index: 0,
        vram_total: CARD_BYTES,
        vram_free: free,
      };
      return say(200, {
        system: { comfyui_version: options.version, pytorch_version: '2.8.0+cu128' },
        devices: [device],
      });
    }
    if (path === '/object_info') return say(200, known());
    if (path === '/upload/image') {
      const [, subfolder = ''] = /name="subfolder"\r\n\r\n([^\r]*)/.exec(body.toString('latin1')) ?? [];
      const [, name = ''] = /filename="([^"]*)"/.exec(body.toString('latin1')) ?? [];
      const [, kind = ''] = /name="type"\r\n\r\n([^\r]*)/.exec(body.toString('latin1')) ?? [];
      const start = body.indexOf('\r\n\r\n', body.indexOf('filename=')) + 4;
      files.set(`${kind}/${subfolder}/${name}`, body.subarray(start, body.lastIndexOf('\r\n--')));
      return say(200, { name, subfolder, type: kind });
    }
    if (path === '/prompt') {
      const { prompt, prompt_id: id, client_id: client } = json();
      const wrong = wrongWith(prompt as Graph);
      if (wrong !== undefined && !drops) return say(400, wrong);
      pending.push({
        id: String(id),
        client: String(client),
        graph: prompt as Graph,
        stop: new AbortController(),
      });
      const errors = drops
        ? {
            9: {
              errors: [{ type: 'exception_during_validation', message: 'dropped', details: '' }],
              class_type: 'SaveVideo',
            },
          }
        : {};
      drops = false;
      say(200, { prompt_id: id, number: 1, node_errors: errors });
      if (running === undefined) void work();
      return;
    }
    if (path === '/queue' && request.method === 'GET') {
      const row = (one: Work) => [0, one.id, one.graph, {}, []];
      return say(200, {
        queue_running: running === undefined ? [] : [row(running)],
        queue_pending: pending.map(row),
      });
    }
    if (path === '/queue') {
      stop((json().delete as string[] | undefined)?.[0]);
      return say(200);
    }
    if (path === '/interrupt') {
      stop(json().prompt_id);
      return say(200);
    }
    const [, cancelled] = /^\/api\/jobs\/([^/]+)\/cancel$/.exec(path) ?? [];
    if (cancelled !== undefined && isNew) {
      stop(cancelled);
      return say(200, { cancelled: true });
    }
    const [, id] = /^\/history\/(.+)$/.exec(path) ?? [];
    if (id !== undefined) return say(200, id in history ? { [id]: history[id] } : {});
    if (path === '/free') {
      isFreeing = true;
      return say(200);
    }
    if (path === '/view') {
      const { filename, subfolder, type } = Object.fromEntries(url.searchParams);
      const file = files.get([type, subfolder, filename].filter((one) => one !== '').join('/'));
      if (file === undefined) return say(404);
      response.end(file);
      return;
    }
    say(404);
  }

  let isFreeing = false;
  const server = createServer((request, response) => void answer(request, response));
  const upgrades = new WebSocketServer({ server, path: '/ws' });
  upgrades.on('connection', (socket, request) => {
    const client = new URL(request.url ?? '', 'http://x').searchParams.get('clientId') ?? '';
    sockets.set(client, socket);
    socket.send(
      JSON.stringify({
        type: 'status',
        data: { status: { exec_info: { queue_remaining: 0 } }, sid: client },
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const double: ComfyDouble = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave(next) {
      behaviour = next;
    },
    dropAnOutput() {
      drops = true;
    },
    asked,
    loadedBytes: 0,
    isIdle: () => running === undefined && pending.length === 0,
    async close() {
      running?.stop.abort();
      for (const socket of upgrades.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return double;
}

class Interrupted extends Error {}
class Died extends Error {}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

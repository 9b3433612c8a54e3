// A page at the workstation's own origin that no debugger is attached to, for measuring: it asks this program for tasks
// over HTTP. The browser is told that `localhost` is here, so the page comes from here and has the workstation's origin;
// its sockets go to 127.0.0.1, which is the workstation itself, with nothing in between. Beside the page this program is
// the other end of the bare ways that ours are compared with. What it asks of the API is handed on.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as requestTls } from 'node:https';
import { type AddressInfo, createServer as createDoor, type Socket } from 'node:net';
import { basename, join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { build } from 'vite';
import { type WebSocket, WebSocketServer } from 'ws';
import { paths, type Task, type TaskResult } from '../device/tasks.ts';
import type { RunningAgent } from './agent.ts';
import { chanceOf } from './chance.ts';
import { killGroup, killPages, spawnUndriven } from './chromium.ts';
import { inRepo } from './place.ts';

export interface MeasuredPage {
  readonly pid: number;
  /** Waits for the page and for the task's end. Throws when the task failed in the page. */
  ask(task: Task): Promise<TaskResult>;
  /** Told of every file that the page called saved, until the page is killed. */
  onSaved(heard: (number: number) => void): void;
  /** The socket of the workstation, and of this program, as the page reaches them. */
  readonly transfer: string;
  readonly bareSocket: string;
  /** Ends the browser and everything it started (SIGKILL), as a flat battery would. */
  kill(): Promise<void>;
  /** Ends the page's own process (SIGKILL), as a phone short of memory would; the browser then ends in peace. */
  killPage(): Promise<void>;
}

export interface Measuring {
  /**
   * A browser on the profile `folder`. `home` trusts the workstation's authority; without it the page is plain HTTP.
   * `agentAt`: where its sockets and requests find the workstation, when that is not where it is.
   */
  open(options: { folder: string; home?: string; agentAt?: number }): MeasuredPage;
  close(): Promise<void>;
}

const TLS_HANDSHAKE = 0x16;
const BARE_FRAME = 256 * 1024;
const HIGH_WATER = 8 * 1024 * 1024;
/** How long a browser may take to start and its page to ask for the first task. */
const START_MS = 60_000;
/** How long a browser may take to end when it is asked. */
const END_MS = 20_000;

/** Serves pages of the agent's origin; one page at a time is open. `scratch` takes the page's program. */
export async function startMeasuring(agent: RunningAgent, scratch: string): Promise<Measuring> {
  const program = join(scratch, 'page');
  await bundle(program);
  const noise = Buffer.from(chanceOf(1).bytes(BARE_FRAME));
  let page:
    | {
        take(response: ServerResponse): void;
        result(result: TaskResult): void;
        saved(number: number): void;
        agentAt: number | undefined;
      }
    | undefined;

  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    response.setHeader('Cache-Control', 'no-store');
    switch (url.pathname) {
      case '/':
        response.setHeader('Content-Type', 'text/html');
        return response.end(
          '<!doctype html><title>Measured</title><script type="module" src="/bench/page.js"></script>',
        );
      case paths.next:
        return page?.take(response);
      case paths.result:
        page?.result(JSON.parse(await textOf(incoming)) as TaskResult);
        return response.end();
      case paths.saved:
        page?.saved(Number(url.searchParams.get('number')));
        return response.end();
      case paths.bytes:
        if (incoming.method === 'PUT') return response.end(String(await countOf(incoming)));
        return give(response, Number(url.searchParams.get('bytes')), noise);
      default:
        if (!url.pathname.startsWith('/bench/'))
          return handOn(incoming, response, page?.agentAt ?? agent.port);
        response.setHeader('Content-Type', 'text/javascript');
        return response.end(readFileSync(join(program, basename(url.pathname))));
    }
  };
  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => {
    answer(incoming, response).catch(() => response.destroy());
  };
  const folder = join(agent.data, 'certificates');
  const plain = createServer(onRequest);
  const secure = hasCertificates(folder)
    ? createTlsServer(
        {
          key: readFileSync(join(folder, 'leaf-key.pem')),
          cert: [readFileSync(join(folder, 'leaf.pem')), readFileSync(join(folder, 'authority.pem'))].join(
            '\n',
          ),
        },
        onRequest,
      )
    : undefined;
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 2 ** 20 });
  for (const server of [plain, secure]) {
    server?.on('upgrade', (incoming, socket, head) => {
      sockets.handleUpgrade(incoming, socket, head, (websocket) => bareEnd(websocket, noise));
    });
  }
  const open = new Set<Socket>();
  const door = createDoor({ pauseOnConnect: false, noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return socket.destroy();
      socket.unshift(first);
      return (first[0] === TLS_HANDSHAKE ? secure : plain)?.emit('connection', socket);
    });
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const { port } = door.address() as AddressInfo;
  const browsers = new Set<ChildProcess>();

  return {
    open({ folder, home, agentAt }) {
      const map = [`MAP localhost:${agent.port} 127.0.0.1:${port}`];
      if (agentAt !== undefined) map.push(`MAP 127.0.0.1:${agent.port} 127.0.0.1:${agentAt}`);
      const s = home === undefined ? '' : 's';
      const browser = spawnUndriven({
        folder,
        home,
        url: `http${s}://localhost:${agent.port}/`,
        args: [`--host-resolver-rules=${map.join(', ')}`],
      });
      browsers.add(browser);
      const gone = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
      let asked: ((response: ServerResponse) => void) | undefined;
      let free: ServerResponse | undefined;
      let heard: (result: TaskResult) => void = () => undefined;
      const listeners: ((number: number) => void)[] = [];
      const mine = {
        agentAt,
        take(response: ServerResponse) {
          if (asked === undefined) free = response;
          else asked(response);
          asked = undefined;
        },
        result: (result: TaskResult) => heard(result),
        saved: (number: number) => {
          for (const listener of listeners) listener(number);
        },
      };
      page = mine;
      const ready = () => {
        const response = free;
        free = undefined;
        if (response !== undefined) return Promise.resolve(response);
        return new Promise<ServerResponse>((resolve, reject) => {
          const late = setTimeout(() => reject(new Error('the page did not ask for a task')), START_MS);
          asked = (response) => {
            clearTimeout(late);
            resolve(response);
          };
        });
      };
      return {
        pid: browser.pid!,
        transfer: `ws${s}://127.0.0.1:${agent.port}/transfer`,
        bareSocket: `ws${s}://localhost:${agent.port}/bench/socket`,
        async ask(task) {
          page = mine;
          const response = await ready();
          const done = new Promise<TaskResult>((resolve) => {
            heard = resolve;
          });
          response.end(JSON.stringify(task));
          const result = await Promise.race([done, gone]);
          if (result === undefined) throw new Error('the browser ended');
          if (result.error !== undefined) throw new Error(`${task.do} failed in the page: ${result.error}`);
          return result;
        },
        onSaved: (listener) => listeners.push(listener),
        async kill() {
          browsers.delete(browser);
          killGroup(browser);
          await gone;
        },
        async killPage() {
          killPages(browser);
          browser.kill('SIGTERM');
          const late = setTimeout(() => killGroup(browser), END_MS);
          await gone;
          clearTimeout(late);
          browsers.delete(browser);
        },
      };
    },
    async close() {
      for (const browser of browsers) killGroup(browser);
      for (const socket of open) socket.destroy();
      door.close();
    },
  };
}

function hasCertificates(folder: string): boolean {
  try {
    readFileSync(join(folder, 'leaf.pem'));
    return true;
  } catch {
    return false; // an agent for this machine alone has none
  }
}

/** The page's program, built as the app is. */
async function bundle(outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: inRepo('e2e/device'),
    logLevel: 'error',
    base: './',
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      assetsDir: '',
      rollupOptions: {
        input: { page: inRepo('e2e/device/page.ts'), worker: inRepo('e2e/device/worker.ts') },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
}

async function textOf(incoming: Readable): Promise<string> {
  let text = '';
  for await (const piece of incoming.setEncoding('utf8')) text += piece;
  return text;
}

async function countOf(incoming: Readable): Promise<number> {
  let bytes = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) bytes += piece.length;
  return bytes;
}

async function give(response: ServerResponse, bytes: number, noise: Buffer): Promise<void> {
  response.setHeader('Content-Length', bytes);
  for (let left = bytes; left > 0; left -= noise.length) {
    if (!response.write(left < noise.length ? noise.subarray(0, left) : noise)) await once(response, 'drain');
  }
  response.end();
}

/** Takes so many bytes, or gives them, as fast as a socket takes them. */
function bareEnd(socket: WebSocket, noise: Buffer): void {
  let left = 0;
  let taken = 0;
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      taken += data.length;
      left -= data.length;
      if (left <= 0) socket.send(String(taken));
      return;
    }
    const asked = JSON.parse(data.toString()) as { take?: number; give?: number };
    if (asked.take !== undefined) left = asked.take;
    let giving = asked.give ?? 0;
    const push = () => {
      while (giving > 0 && socket.bufferedAmount < HIGH_WATER) {
        const now = Math.min(giving, noise.length);
        giving -= now;
        socket.send(now < noise.length ? noise.subarray(0, now) : noise, push);
      }
    };
    push();
  });
}

/** What the page asks of the workstation's API, as the page would have asked it. */
function handOn(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const isSecure = incoming.socket instanceof TLSSocket;
  const { method, url, headers } = incoming;
  const to = { host: '127.0.0.1', port, method, path: url, headers, rejectUnauthorized: false };
  const onward = (isSecure ? requestTls : request)(to, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    // A line that breaks on the other side breaks on this one.
    pipeline(answer, response, () => undefined);
  });
  onward.on('error', () => response.destroy());
  pipeline(incoming, onward, () => undefined);
}

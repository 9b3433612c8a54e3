// Runs one graph on a ComfyUI to its end. The socket tells how it goes, the history alone tells how it ended: events of a
// socket that broke are lost for good, and a server that was restarted has forgotten everything. It knows graphs and the
// protocol, not what the graph makes.
import { randomUUID } from 'node:crypto';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Clock } from '../clock.ts';
import type { ComfyEvent } from './events.ts';
import type { ApiGraph } from './graph.ts';
import type { ComfyHttp, ServerFile } from './http.ts';
import { notComfy } from './http.ts';
import { openComfySocket } from './socket.ts';
import { failedGraph, forgotten, refusedGraph } from './trouble.ts';

export interface GraphRun {
  /** Files by the node that made them, in its own order. */
  readonly files: ReadonlyMap<string, readonly ServerFile[]>;
}

export interface RunOptions {
  signal: AbortSignal;
  /** 0..1 of the whole graph. */
  progress?(share: number): void;
  preview?(image: Uint8Array, kind: 'image/jpeg' | 'image/png'): void;
  /** What a node's work weighs beside the others'; 1 where it is not said. */
  weights?: Readonly<Record<string, number>>;
}

/** The socket says it first; this is for when it does not. */
const LOOK_MS = 3000;
/** So many looks in a row neither in the queue nor in the history: it may just pass from one to the other. */
const UNKNOWN_LOOKS = 3;
/** How long a server may think about stopping before we go our way; it stops at its next step. */
const CANCEL_MS = 3000;

/** Throws Failure, or `signal.reason` after the server was told to stop. */
export async function runGraph(
  world: { address: URL; server: string; http: ComfyHttp; clock: Clock },
  graph: ApiGraph,
  options: RunOptions,
): Promise<GraphRun> {
  const { address, server, http, clock } = world;
  const { signal } = options;
  signal.throwIfAborted();
  const prompt = randomUUID();
  const clientId = randomUUID();
  const shares = followShares(graph, options);
  /** Whatever says that it may be over calls this. */
  let look = () => {};
  let failure: Failure | undefined;
  const on = (event: ComfyEvent) => {
    // Previews of the first kind carry no prompt: on this socket there is only ours.
    if (event.type === 'preview') return options.preview?.(event.image, event.kind);
    if (event.prompt !== prompt) return;
    if (event.type === 'failed') failure = failedGraph(server, event.data);
    if (event.type === 'over' || event.type === 'failed' || event.type === 'interrupted') look();
    else shares.hear(event);
  };
  const socket = openComfySocket({ address, clientId, clock, on, reopened: () => look() });
  try {
    await socket.ready;
    signal.throwIfAborted();
    const extra = { preview_method: 'auto' };
    const send = { prompt: graph, client_id: clientId, prompt_id: prompt, extra_data: extra };
    const { status, body } = await http.ask('prompt', { signal, send });
    const said = (body ?? {}) as { prompt_id?: unknown; node_errors?: object };
    const isWhole = Object.keys(said.node_errors ?? {}).length === 0;
    if (status === 400 || (status === 200 && !isWhole)) {
      // A 200 with errors runs the rest of the graph: that is not what was asked for.
      if (status === 200) await cancel(http, prompt);
      throw refusedGraph(server, body);
    }
    if (status !== 200 || said.prompt_id !== prompt) throw notComfy(server, `/prompt answered ${status}`);
    return await ended();
  } catch (cause) {
    if (signal.aborted) await cancel(http, prompt);
    throw cause;
  } finally {
    socket.close();
  }

  /** Looks into the history at each sign, and now and then. */
  async function ended(): Promise<GraphRun> {
    let unknown = 0;
    for (;;) {
      const entry = await historyOf(http, prompt, signal);
      if (entry !== undefined) return outcome(entry);
      if (failure !== undefined) throw failure;
      unknown = (await isQueued(http, prompt, signal)) ? 0 : unknown + 1;
      if (unknown >= UNKNOWN_LOOKS) throw forgotten(server);
      await nextLook();
    }
  }

  function nextLook(): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        stop();
        reject(signal.reason as Error);
      };
      const stop = clock.after(LOOK_MS, () => look());
      look = () => {
        stop();
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }

  function outcome(entry: History): GraphRun {
    const messages = entry.status?.messages ?? [];
    const error = messages.find(([type]) => type === 'execution_error');
    if (error !== undefined) throw failedGraph(server, error[1]);
    if (messages.some(([type]) => type === 'execution_interrupted')) {
      throw new Failure({
        code: 'engine-failed',
        message: `The work was stopped in ${server} itself.`,
        hint: 'Try again, if it was not you.',
      });
    }
    options.progress?.(1);
    return { files: filesOf(entry.outputs) };
  }
}

interface History {
  status?: { messages?: [string, unknown][] };
  outputs?: Record<string, Record<string, unknown>>;
}

async function historyOf(http: ComfyHttp, prompt: string, signal: AbortSignal): Promise<History | undefined> {
  const { body } = await http.ask(`history/${prompt}`, { signal });
  return ((body ?? {}) as Record<string, History>)[prompt];
}

async function isQueued(http: ComfyHttp, prompt: string, signal: AbortSignal): Promise<boolean> {
  const { body } = await http.ask('queue', { signal });
  const { queue_running: running, queue_pending: pending } = (body ?? {}) as Record<string, unknown>;
  return [running, pending].some(
    (list) => Array.isArray(list) && list.some((one) => Array.isArray(one) && one[1] === prompt),
  );
}

/** Newer servers stop one prompt at once wherever it is; older ones are asked to drop it, and to interrupt it. */
async function cancel(http: ComfyHttp, prompt: string): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_MS);
  try {
    const { status } = await http.ask(`api/jobs/${prompt}/cancel`, { signal, method: 'POST' });
    if (status === 200) return;
    await http.ask('queue', { signal, send: { delete: [prompt] } });
    await http.ask('interrupt', { signal, send: { prompt_id: prompt } });
  } catch {
    // Whoever cannot be told is not there, or stops when it is.
  }
}

/** Videos come under "images", sound under "audio": whatever is a list of files is one. */
function filesOf(outputs: History['outputs'] = {}): Map<string, ServerFile[]> {
  const files = new Map<string, ServerFile[]>();
  for (const [node, lists] of Object.entries(outputs)) {
    for (const list of Object.values(lists)) {
      if (!Array.isArray(list)) continue;
      for (const one of list as Partial<ServerFile>[]) {
        const { filename, subfolder = '', type = 'output' } = one ?? {};
        if (typeof filename !== 'string' || typeof subfolder !== 'string' || typeof type !== 'string')
          continue;
        files.set(node, [...(files.get(node) ?? []), { filename, subfolder, type }]);
      }
    }
  }
  return files;
}

/** How far the whole graph is: what each node said last, weighed. It never goes back. */
function followShares(graph: ApiGraph, { progress, weights = {} }: RunOptions) {
  const shares = new Map<string, number>();
  const weightOf = (node: string) => weights[node] ?? 1;
  const whole = Object.keys(graph).reduce((sum, node) => sum + weightOf(node), 0);
  let told = 0;
  let running: string | undefined;
  return {
    hear(event: Extract<ComfyEvent, { type: 'node' | 'cached' | 'progress' }>): void {
      if (event.type === 'cached') for (const node of event.nodes) shares.set(node, 1);
      else if (event.type === 'progress') for (const [node, share] of event.nodes) shares.set(node, share);
      else {
        if (running !== undefined) shares.set(running, 1);
        running = event.node;
      }
      let sum = 0;
      for (const [node, share] of shares) if (node in graph) sum += share * weightOf(node);
      const share = Math.min(1, sum / whole);
      if (share <= told) return;
      told = share;
      progress?.(share);
    },
  };
}

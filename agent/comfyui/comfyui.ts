// One ComfyUI, as engines use it: what it is, what it has, files in, a graph to its end, files out, memory back. It owns
// the address; it knows no capability and no pipeline.
import { type Clock, pause } from '../clock.ts';
import { comfyAddress } from './address.ts';
import type { ApiGraph } from './graph.ts';
import { comfyHttp, notComfy, type ServerFile, type UploadName } from './http.ts';
import { type NodeSchemas, readNodeSchemas } from './node-schemas.ts';
import { type GraphRun, type RunOptions, runGraph } from './run-graph.ts';

export interface ComfyStats {
  readonly version: string;
  readonly torch: string;
  /** The one that it works on. Memory in bytes. */
  readonly device: {
    readonly name: string;
    readonly type: string;
    readonly free: number;
    readonly size: number;
  };
}

export interface ComfyUi {
  /** "ComfyUI at http://127.0.0.1:8188", for messages. */
  readonly server: string;
  /** Throws Failure `engine-missing` while nobody answers. */
  stats(signal: AbortSignal): Promise<ComfyStats>;
  nodes(signal: AbortSignal): Promise<NodeSchemas>;
  /** Returns what LoadImage and its like take for it. */
  upload(file: string, as: UploadName, signal: AbortSignal): Promise<string>;
  run(graph: ApiGraph, options: RunOptions): Promise<GraphRun>;
  download(from: ServerFile, to: string, limits: { maxBytes: number; signal: AbortSignal }): Promise<void>;
  /**
   * Has it unload its models and waits until its memory grows no more, `limitMs` at most: the answer comes before the work.
   * Returns what is free then. A few hundred MB stay with its process.
   */
  free(signal: AbortSignal, limitMs?: number): Promise<number>;
}

const SETTLE_MS = 250;
const FREE_LIMIT_MS = 10_000;

export function connectComfyUi(options: { address: string; clock: Clock }): ComfyUi {
  const address = comfyAddress(options.address);
  const { clock } = options;
  const server = `ComfyUI at ${address.origin}`;
  const http = comfyHttp(address, server);
  const stats: ComfyUi['stats'] = async (signal) => {
    const { status, body } = await http.ask('system_stats', { signal });
    const found = readStats(body);
    if (status !== 200 || found === undefined) throw notComfy(server, `/system_stats answered ${status}`);
    return found;
  };
  return {
    server,
    stats,
    async nodes(signal) {
      const { status, body } = await http.ask('object_info', { signal });
      const schemas = readNodeSchemas(body);
      if (status !== 200 || schemas.size === 0) throw notComfy(server, `/object_info answered ${status}`);
      return schemas;
    },
    upload: http.upload,
    run: (graph, run) => runGraph({ address, server, http, clock }, graph, run),
    download: http.download,
    async free(signal, limitMs = FREE_LIMIT_MS) {
      await http.ask('free', { signal, send: { unload_models: true, free_memory: true } });
      const until = clock.now() + limitMs;
      let before = (await stats(signal)).device.free;
      for (;;) {
        await pause(clock, SETTLE_MS, signal);
        const { free } = (await stats(signal)).device;
        // Twice the same: either it is done, or there was nothing to free.
        if (free <= before || clock.now() >= until) return free;
        before = free;
      }
    },
  };
}

function readStats(body: unknown): ComfyStats | undefined {
  const { system, devices } = (body ?? {}) as { system?: Record<string, unknown>; devices?: unknown[] };
  const device = (devices?.[0] ?? {}) as Record<string, unknown>;
  const { comfyui_version: version, pytorch_version: torch } = system ?? {};
  const { name, type, vram_free: free, vram_total: size } = device;
  if (typeof version !== 'string' || typeof name !== 'string' || typeof type !== 'string') return undefined;
  if (typeof free !== 'number' || typeof size !== 'number') return undefined;
  return {
    version: version.slice(0, 40),
    torch: typeof torch === 'string' ? torch.slice(0, 40) : 'unknown',
    device: { name: name.slice(0, 120), type: type.slice(0, 20), free, size },
  };
}

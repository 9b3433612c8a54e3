// Has ComfyUI enlarge a picture with an upscale model (ESRGAN and its like). A few frames at a time: it holds all frames of
// a graph in memory, sixteen times as large as they came. What it makes goes to its folder for passing things, which it
// empties, and never to its gallery.
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { ComfyUi } from '../../comfyui/comfyui.ts';
import { buildGraph } from '../../comfyui/graph.ts';
import { choicesOf, type NodeSchemas } from '../../comfyui/node-schemas.ts';
import type { Room } from '../../gpu/make-room.ts';
import type { Logger } from '../../log/logger.ts';
import { type FfmpegTools, runFfmpeg, spawnFfmpeg, untold } from '../../media/ffmpeg.ts';
import type { EngineContext, ProbeAnswer } from '../engine.ts';
import { upscaleComfyUi } from './comfyui-id.ts';
import { encoded, mustBeWhole } from './encoding.ts';
import type { UpscaleEngine, UpscaleRequest } from './port.ts';

const needed = [
  'LoadVideo',
  'GetVideoComponents',
  'UpscaleModelLoader',
  'ImageUpscaleWithModel',
  'ImageScale',
  'PreviewImage',
];
/** Of what a graph's frames take on the server, at most. */
const FRAMES_BYTES = 1.25 * 1024 ** 3;
/** Three colours of four bytes. */
const PIXEL_BYTES = 12;
/** A net that makes four times as wide and high. */
const NET_SCALE = 4;
/** The net and one tile of 512 by 512 on the card; from the sizes of its layers, not measured. */
const NEED_BYTES = 3 * 1024 ** 3;
/** A picture of noise in 4K has some 40 MB. */
const MAX_PICTURE_BYTES = 100e6;
const LIMIT_MS = 12 * 3600_000;

/** Frames that fit into one graph: in as they are, sixteen times that out of the net, and once more in their final size. */
export function framesAtOnce({ width, height, to }: UpscaleRequest, smaller: boolean | undefined): number {
  const bytes = PIXEL_BYTES * (width * height * (1 + NET_SCALE ** 2) + to.width * to.height);
  const fit = Math.floor(FRAMES_BYTES / bytes);
  return Math.max(1, Math.min(64, smaller === true ? Math.floor(fit / 4) : fit));
}

/** For faces on film, best first; the models for drawn pictures come last. */
const preferred = [
  /realesr-general-x4v3/i,
  /RealESRGAN_x4plus(?!.*anime)/i,
  /RealESRGAN_x2plus/i,
  /^(?!.*anime)/i,
];

/** The model that is used of those that are there. */
export function bestModel(models: readonly string[]): string | undefined {
  for (const likes of preferred) {
    const model = models.find((name) => likes.test(name));
    if (model !== undefined) return model;
  }
  return models[0];
}

export function createComfyUiUpscale(world: {
  ffmpeg: () => Promise<FfmpegTools>;
  comfyui: () => ComfyUi;
  /** Has other tools put their models out, and waits for what the driver says. */
  makeRoom?: (of: { needBytes: number; signal: AbortSignal; log: Logger }) => Promise<Room>;
}): UpscaleEngine {
  return {
    ...upscaleComfyUi,

    async probe(signal): Promise<ProbeAnswer> {
      try {
        const ui = world.comfyui();
        const [stats, nodes] = await Promise.all([ui.stats(signal), ui.nodes(signal)]);
        const missing = needed.find((type) => !nodes.has(type));
        if (missing !== undefined) {
          return {
            ready: false,
            reason: 'too-old',
            hint: `${ui.server} (${stats.version}) has no node ${missing}. Update it.`,
          };
        }
        if (stats.device.type === 'cpu') {
          return {
            ready: false,
            reason: 'no-gpu',
            hint: `${ui.server} runs on the processor, where this takes minutes for a second of film.`,
          };
        }
        const model = bestModel(modelsOf(nodes));
        if (model === undefined) {
          const hint = `${ui.server} has no upscale model. Put RealESRGAN_x4plus.safetensors (67 MB, BSD-3) into its models/upscale_models.`;
          return { ready: false, reason: 'model-missing', hint };
        }
        return {
          ready: true,
          detail: `${model}, ComfyUI ${stats.version} on ${stats.device.name}`,
          identity: `${stats.version} ${model}`,
        };
      } catch (error) {
        const hint =
          error instanceof Failure ? `${error.message} ${error.hint}` : 'ComfyUI did not answer in time.';
        return { ready: false, reason: 'unreachable', hint: hint.slice(0, 400) };
      }
    },

    async upscale(request, context) {
      const { signal, workDir, smaller, progress, log } = context;
      const room = await world.makeRoom?.({ needBytes: NEED_BYTES, signal, log });
      const [tools, ui] = [await world.ffmpeg(), world.comfyui()];
      const [stats, nodes] = await Promise.all([ui.stats(signal), ui.nodes(signal)]);
      const model = bestModel(modelsOf(nodes)) ?? 'RealESRGAN_x4plus.safetensors';
      const video = join(workDir, 'upscaled.mp4');
      const encoder = spawnFfmpeg(
        tools,
        [
          ...['-f', 'image2pipe', '-c:v', 'png', '-framerate', String(request.fps), '-i', 'pipe:0'],
          ...['-vf', 'scale=out_color_matrix=bt709:out_range=tv'],
          ...[...encoded(request, smaller), ...untold, video],
        ],
        { signal, timeoutMs: LIMIT_MS, doing: 'encode the enlarged picture' },
      );
      try {
        const step = framesAtOnce(request, smaller);
        for (let first = 0; first < request.frames; first += step) {
          const count = Math.min(step, request.frames - first);
          const told = (share: number) => progress(first + share * count, request.frames);
          const pictures = await enlarge({ tools, ui, nodes, model, request, first, count, told }, context);
          for (const picture of pictures) {
            await pipeline(createReadStream(picture), encoder.stdin, { end: false, signal });
          }
          await rm(join(workDir, 'frames'), { recursive: true, force: true });
        }
        encoder.stdin.end();
        await encoder.ended;
      } catch (cause) {
        encoder.kill();
        // When the encoder died first, its own words are the reason.
        await encoder.ended.catch((died: unknown) => {
          if (!(cause instanceof Failure) && !signal.aborted) throw died;
        });
        throw cause;
      } finally {
        await ui.free(AbortSignal.timeout(10_000)).catch(() => {}); // it has the memory back when it can
      }
      await mustBeWhole(tools, video, request, signal);
      progress(request.frames, request.frames);
      const how = `The picture was enlarged with ${model} by ComfyUI ${stats.version}.`;
      return { video, notes: room?.note === undefined ? [how] : [how, room.note] };
    },
  };
}

interface Piece {
  tools: FfmpegTools;
  ui: ComfyUi;
  nodes: NodeSchemas;
  model: string;
  request: UpscaleRequest;
  first: number;
  count: number;
  told(share: number): void;
}

/** Paths of the enlarged frames `first` to `first + count`, in order. */
async function enlarge(piece: Piece, { signal, workDir }: EngineContext): Promise<string[]> {
  const { tools, ui, nodes, model, request, first, count } = piece;
  const folder = join(workDir, 'frames');
  await mkdir(folder, { recursive: true });
  const part = join(folder, 'part.mov');
  // Pictures of red, green and blue: how a server turns film into colours is not ours to know.
  await runFfmpeg(
    tools,
    [
      ...['-ss', String(Math.max(0, (first - 0.5) / request.fps)), '-i', request.video],
      ...['-frames:v', String(count), '-vf', 'scale=in_color_matrix=bt709:in_range=tv,format=rgb24'],
      ...['-an', '-c:v', 'png', '-pred', 'up', ...untold, part],
    ],
    { signal, doing: 'take the frames apart' },
  );
  const name = await ui.upload(
    part,
    { subfolder: 'msb', name: `${crypto.randomUUID()}.mov`, passing: true },
    signal,
  );
  const builder = buildGraph(nodes, ui.server);
  const film = builder.add('LoadVideo', { file: name });
  const frames = builder.add('GetVideoComponents', { video: film.out('VIDEO') });
  const net = builder.add('UpscaleModelLoader', { model_name: model });
  const enlarged = builder.add('ImageUpscaleWithModel', {
    upscale_model: net.out('UPSCALE_MODEL'),
    image: frames.out('IMAGE'),
  });
  const { width, height } = request.to;
  const scaled = builder.add('ImageScale', {
    image: enlarged.out('IMAGE'),
    ...{ upscale_method: 'lanczos', width, height, crop: 'disabled' },
  });
  const shown = builder.add('PreviewImage', { images: scaled.out('IMAGE') });
  const run = await ui.run(builder.graph, { signal, progress: piece.told, weights: { [enlarged.id]: 20 } });
  const made = run.files.get(shown.id) ?? [];
  if (made.length !== count) {
    throw new Failure({
      code: 'engine-failed',
      message: `${ui.server} made ${made.length} pictures of ${count}.`,
      hint: 'Look into its window for what went wrong, then tap Retry. Everything made before this step is kept.',
      retry: 'soon',
    });
  }
  const paths = made.map((_, at) => join(folder, `${at}.png`));
  for (const [at, file] of made.entries()) {
    await ui.download(file, paths[at]!, { maxBytes: MAX_PICTURE_BYTES, signal });
  }
  return paths;
}

function modelsOf(nodes: NodeSchemas): readonly string[] {
  return choicesOf(nodes, 'UpscaleModelLoader', 'model_name') ?? [];
}

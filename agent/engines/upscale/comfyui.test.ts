// ComfyUI as an upscaler: the contract against a double that enlarges with ffmpeg, and against a real server where one is
// named (MYSPINBOT_TEST_COMFYUI, with any upscale model). Then what it says of itself, and what happens when it fails.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { connectComfyUi } from '../../comfyui/comfyui.ts';
import {
  type ComfyDouble,
  type ComfyDoubleOptions,
  comfyDouble,
} from '../../comfyui/testing/comfy-double.ts';
import { silentLogger } from '../../log/logger.ts';
import { type FfmpegTools, findFfmpeg, runFfmpeg } from '../../media/ffmpeg.ts';
import { bestModel, createComfyUiUpscale, framesAtOnce } from './comfyui.ts';
import { upscaleContract } from './contract.ts';
import type { UpscaleEngine, UpscaleRequest } from './port.ts';

const model = 'RealESRGAN_x4plus.safetensors';
const open: ComfyDouble[] = [];
afterAll(async () => {
  for (const double of open) await double.close();
});

/** As a server does: out of the film into pictures, which are made larger. */
async function enlarge(
  film: Buffer,
  { width, height }: { width: number; height: number },
): Promise<Buffer[]> {
  const dir = await mkdtemp(join(tmpdir(), 'double-'));
  try {
    await writeFile(join(dir, 'film.mov'), film);
    const scale = ['-vf', `scale=${width}:${height}:flags=lanczos`];
    await runFfmpeg(await findFfmpeg(), ['-i', join(dir, 'film.mov'), ...scale, join(dir, '%04d.png')]);
    const pictures = (await readdir(dir)).filter((name) => name.endsWith('.png')).sort();
    return await Promise.all(pictures.map((name) => readFile(join(dir, name))));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function world(options: Partial<ComfyDoubleOptions> = {}) {
  const double = await comfyDouble({ version: '0.27.0', models: [model], enlarge, ...options });
  open.push(double);
  return { double, engine: engineAt(double.address) };
}

function engineAt(address: string, tools?: FfmpegTools): UpscaleEngine {
  const comfyui = () => connectComfyUi({ address, clock: systemClock });
  return createComfyUiUpscale({ ffmpeg: async () => tools ?? (await findFfmpeg()), comfyui });
}

for (const version of ['0.3.64', '0.27.0'] as const) {
  upscaleContract(`a double of ComfyUI ${version}`, async () => (await world({ version })).engine, {
    colourOff: 1.5,
  });
}
const real = process.env.MYSPINBOT_TEST_COMFYUI;
// A model of random numbers has colours of its own.
if (real !== undefined) {
  upscaleContract(`the real ComfyUI at ${real}`, async (tools) => engineAt(real, tools), { colourOff: 255 });
}

const never = new AbortController().signal;

describe('what it says of itself', () => {
  test('ready, with its model and its card', async () => {
    const { engine } = await world({ models: ['4x_anime.pth', model] });
    const detail = `${model}, ComfyUI 0.27.0 on cuda:0 NVIDIA GeForce RTX 4080 SUPER`;
    expect(await engine.probe(never)).toEqual({ ready: true, detail, identity: `0.27.0 ${model}` });
  });

  test.each<[string, Partial<ComfyDoubleOptions>, object]>([
    [
      'without a model',
      { models: [] },
      { reason: 'model-missing', hint: expect.stringContaining('models/upscale_models') },
    ],
    ['on the processor', { device: 'cpu' }, { reason: 'no-gpu', hint: expect.stringContaining('processor') }],
  ])('%s it is not ready, and says what to do', async (_, options, told) => {
    const { engine } = await world(options);
    expect(await engine.probe(never)).toMatchObject({ ready: false, ...told });
  });

  test('away it is unreachable', async () => {
    const { double, engine } = await world();
    await double.close();
    open.splice(open.indexOf(double), 1);
    expect(await engine.probe(never)).toMatchObject({ ready: false, reason: 'unreachable' });
  });
});

describe('when it fails', () => {
  const context = async () => ({
    signal: never,
    log: silentLogger,
    workDir: await mkdtemp(join(tmpdir(), 'upscale-work-')),
    progress() {},
  });
  const request = async (): Promise<UpscaleRequest> => {
    const video = join(await mkdtemp(join(tmpdir(), 'upscale-in-')), 'in.mp4');
    const film = [
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x64:rate=25:duration=0.2',
      '-pix_fmt',
      'yuv420p',
      video,
    ];
    await runFfmpeg(await findFfmpeg(), film);
    return { video, width: 64, height: 64, frames: 5, fps: 25, to: { width: 96, height: 96 } };
  };

  test.each([
    ['runs-out-of-memory', { code: 'out-of-memory' }],
    ['raises', { code: 'engine-failed', message: expect.stringContaining('RuntimeError') }],
    ['makes-nothing', { code: 'engine-failed', message: expect.stringContaining('made 4 pictures of 5') }],
  ] as const)('%s: the failure is told, and its memory is asked back', async (behaviour, told) => {
    const { double, engine } = await world();
    double.behave(behaviour);
    await expect(engine.upscale(await request(), await context())).rejects.toMatchObject(told);
    expect(double.asked).toContain('POST /free');
  });

  test('a cancel in its middle stops the server too', async () => {
    const { double, engine } = await world();
    double.behave('waits');
    const stop = new AbortController();
    const run = engine.upscale(await request(), { ...(await context()), signal: stop.signal });
    const told = expect(run).rejects.toThrow('enough');
    await expect.poll(() => double.asked.includes('POST /prompt')).toBe(true);
    stop.abort(new Error('enough'));
    await told;
    await expect.poll(() => double.isIdle()).toBe(true);
  });
});

test('frames go a few at a time: what the server holds of them stays under a limit, at every size', () => {
  for (const [width, height] of [
    [720, 720],
    [1280, 720],
    [1080, 1080],
    [720, 1280],
  ] as const) {
    const to = { width: width * 1.5, height: height * 1.5 };
    const request = { video: '', width, height, to, frames: 1500, fps: 25 };
    const count = framesAtOnce(request, false);
    const bytes = count * 12 * (width * height * 17 + to.width * to.height);
    expect(bytes).toBeLessThan(1.25 * 1024 ** 3);
    expect(count).toBeGreaterThan(2);
    expect(framesAtOnce(request, true)).toBeLessThan(count);
  }
});

test.each([
  [['RealESRGAN_x4plus_anime_6B.pth', 'RealESRGAN_x4plus.pth'], 'RealESRGAN_x4plus.pth'],
  [['RealESRGAN_x4plus.pth', 'realesr-general-x4v3.pth'], 'realesr-general-x4v3.pth'],
  [['4x-anime.pth', '4x_foolhardy_Remacri.pth'], '4x_foolhardy_Remacri.pth'],
  [['4x-anime.pth'], '4x-anime.pth'],
  [[], undefined],
])('of %j it takes %s', (models, best) => {
  expect(bestModel(models)).toBe(best);
});

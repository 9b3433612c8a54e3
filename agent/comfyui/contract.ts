// What every ComfyUI keeps towards us, whichever generation, a double or a real one: files in, a graph to its end, files
// out, what is missing named, stopped when asked. Only nodes that need no weights.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { type ComfyUi, connectComfyUi } from './comfyui.ts';
import { buildGraph, type GraphBuilder } from './graph.ts';

export interface ComfyWorld {
  address: string;
  /** Whether nothing runs or waits there. */
  isIdle(): Promise<boolean>;
  /** So that the next graph is not done before it can be stopped. */
  beSlow(): void;
  close(): Promise<void>;
}

const MAX = { maxBytes: 1e7, signal: AbortSignal.timeout(120_000) };
const never = new AbortController().signal;

export function comfyContract(name: string, open: () => Promise<ComfyWorld>): void {
  describe(`the contract of a ComfyUI: ${name}`, () => {
    let world: ComfyWorld;
    let ui: ComfyUi;
    let folder: string;
    let graphs = 0;
    beforeAll(async () => {
      world = await open();
      ui = connectComfyUi({ address: world.address, clock: systemClock });
      folder = await mkdtemp(join(tmpdir(), 'comfy-'));
      const picture = { width: 40, height: 30, channels: 3, background: '#806040' } as const;
      await writeFile(join(folder, 'a.png'), await sharp({ create: picture }).png().toBuffer());
    });
    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
      await world.close();
    });
    const builder = async () => buildGraph(await ui.nodes(never), ui.server);
    /** A name of its own each time: an equal graph is not run again. */
    const prefix = () => `msb/contract-${process.pid}-${Date.now()}-${graphs++}`;
    const upload = (as = 'a.png') =>
      ui.upload(join(folder, 'a.png'), { subfolder: 'msb_contract', name: as }, never);
    const scaled = (graph: GraphBuilder, image: string, size: number) => {
      const loaded = graph.add('LoadImage', { image });
      const bigger = graph.add('ImageScale', { image: loaded.out('IMAGE'), width: size, height: size });
      return graph.add('SaveImage', { images: bigger.out('IMAGE'), filename_prefix: prefix() });
    };

    test('it says what it is and what it works on', async () => {
      const { version, device } = await ui.stats(never);
      expect(version).toMatch(/^\d+\.\d+/);
      expect(device.size).toBeGreaterThan(0);
      expect(device.free).toBeLessThanOrEqual(device.size);
    });

    test('a picture goes in, through a graph, and comes out', async () => {
      const graph = await builder();
      const save = scaled(graph, await upload(), 64);
      const told: number[] = [];
      const run = await ui.run(graph.graph, { signal: never, progress: (share) => told.push(share) });
      expect(told.at(-1)).toBe(1);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      const [file] = run.files.get(save.id) ?? [];
      await ui.download(file!, join(folder, 'out.png'), MAX);
      expect((await sharp(await readFile(join(folder, 'out.png'))).metadata()).format).toBe('png');
    });

    test('a file that is larger than allowed is not kept', async () => {
      const graph = await builder();
      const save = scaled(graph, await upload(), 64);
      const run = await ui.run(graph.graph, { signal: never });
      const to = join(folder, 'large.png');
      const wanted = ui.download(run.files.get(save.id)![0]!, to, { ...MAX, maxBytes: 20 });
      await expect(wanted).rejects.toMatchObject({ code: 'engine-failed' });
      await expect(readFile(to)).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test('a file that it does not hold is not handed out', async () => {
      const file = { filename: 'nothing.png', subfolder: 'msb', type: 'output' };
      const wanted = ui.download(file, join(folder, 'nothing.png'), MAX);
      await expect(wanted).rejects.toMatchObject({ code: 'engine-failed', retry: 'soon' });
    });

    test('a node that is missing is named, before sending and after', async () => {
      const graph = await builder();
      expect(() => graph.add('DreamMaker', {})).toThrow(/has no node DreamMaker/);
      const sent = ui.run({ 1: { class_type: 'DreamMaker', inputs: {} } }, { signal: never });
      await expect(sent).rejects.toMatchObject({
        code: 'engine-missing',
        message: expect.stringMatching(/has no node DreamMaker/),
      });
    });

    test('a model that is missing is named with its folder, before sending and after', async () => {
      const graph = await builder();
      const missing = {
        code: 'engine-missing',
        message: expect.stringMatching(/has no model no-such\.safetensors/),
        hint: expect.stringMatching(/models\//),
      };
      expect(() => graph.add('UpscaleModelLoader', { model_name: 'no-such.safetensors' })).toThrow(
        expect.objectContaining(missing),
      );
      const image = graph.add('EmptyImage', { width: 16, height: 16, batch_size: 1, color: 0 });
      graph.graph['9'] = { class_type: 'UpscaleModelLoader', inputs: { model_name: 'no-such.safetensors' } };
      const up = graph.add('ImageUpscaleWithModel', { upscale_model: ['9', 0], image: image.out('IMAGE') });
      graph.add('SaveImage', { images: up.out('IMAGE'), filename_prefix: prefix() });
      await expect(ui.run(graph.graph, { signal: never })).rejects.toMatchObject(missing);
    });

    test('a picture that was not uploaded is said so', async () => {
      const graph = await builder();
      scaled(graph, 'msb_contract/gone.png', 64);
      const sent = ui.run(graph.graph, { signal: never });
      await expect(sent).rejects.toMatchObject({
        code: 'engine-failed',
        message: expect.stringMatching(/gone\.png/),
      });
    });

    test('what runs is stopped, and the server is free again', async () => {
      world.beSlow();
      const graph = await builder();
      let link = graph.add('EmptyImage', { width: 512, height: 512, batch_size: 8, color: 9 }).out('IMAGE');
      for (let size = 520; size < 1800; size += 40) {
        link = graph
          .add('ImageScale', { image: link, width: size, height: size, upscale_method: 'lanczos' })
          .out('IMAGE');
      }
      graph.add('SaveImage', { images: link, filename_prefix: prefix() });
      const stop = new AbortController();
      const why = new Error('not wanted any more');
      const run = ui.run(graph.graph, { signal: stop.signal, progress: () => stop.abort(why) });
      await expect(run).rejects.toBe(why);
      await vi.waitFor(async () => expect(await world.isIdle()).toBe(true), {
        timeout: 60_000,
        interval: 20,
      });
    });

    test('what was stopped before it began asks for nothing', async () => {
      const graph = await builder();
      const why = new Error('never');
      await expect(ui.run(graph.graph, { signal: AbortSignal.abort(why) })).rejects.toBe(why);
    });

    test('memory is given back, and what is free is told', async () => {
      expect(await ui.free(never)).toBeGreaterThan(0);
    });
  });
}

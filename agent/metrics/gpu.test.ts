import { expect, test } from 'vitest';
import { gpuFields, readGpuLine } from '../gpu/readings.ts';
import { h200, rtx4080 } from '../gpu/testing/fake-nvidia-smi.ts';
import { quietWorld } from './testing/quiet-world.ts';

const readingOf = (card: Readonly<Record<string, string>>) =>
  readGpuLine(gpuFields.map((field) => card[field]).join(', '), gpuFields)!;

test('cards are told under the names and in the units of NVIDIA’s exporter', async () => {
  const world = quietWorld([], [readingOf(h200), readingOf(rtx4080)]);
  const card = `{gpu="1",UUID="${rtx4080.uuid}",modelName="NVIDIA GeForce RTX 4080 SUPER"}`;
  expect(await world.value(`DCGM_FI_DEV_FB_USED${card}`)).toBe(1474);
  expect(await world.value(`DCGM_FI_DEV_FB_FREE${card}`)).toBe(14_470);
  expect(await world.value(`DCGM_FI_DEV_GPU_UTIL${card}`)).toBe(7);
  expect(await world.value(`DCGM_FI_DEV_SM_CLOCK${card}`)).toBe(2805);
  expect(await world.value(`DCGM_FI_DEV_POWER_USAGE${card}`)).toBe(84.24);
  expect(await world.value(`DCGM_FI_DEV_MEMORY_TEMP${card}`)).toBeUndefined();
  expect(await world.value('myspinbot_gpu_readable')).toBe(1);
  expect((await world.metrics.monitor()).gpus).toMatchObject({
    state: 'read',
    cards: [
      { name: 'NVIDIA H200', busy: 0, celsius: 35 },
      { busy: 0.07, wattsLimit: 320 },
    ],
  });
  world.metrics.close();
});

test('without a card there is no figure of one', async () => {
  const world = quietWorld();
  const lines = (await world.scrape()).split('\n').filter((line) => /^(DCGM|myspinbot_gpu)/.test(line));
  expect(lines).toEqual([]);
  world.metrics.close();
});

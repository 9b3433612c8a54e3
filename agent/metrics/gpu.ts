// Figures of graphics cards, under the names and in the units of NVIDIA's DCGM exporter, so that dashboards made for it
// show them too. A card or a value that is not known is left out; nothing is 0 that was not read as 0.
import type { GpuReading } from '../gpu/readings.ts';
import type { Gpus } from '../gpu/watch.ts';
import type { FigureName, Figures } from './figures.ts';

const MIB = 1024 ** 2;
const PERCENT = 0.01;
const MHZ = 1e6;

/** Name, help, value, and what one unit of the exporter is worth in ours. */
const rows: readonly (readonly [FigureName, string, (reading: GpuReading) => number | undefined, number])[] =
  [
    ['DCGM_FI_DEV_FB_USED', 'Memory of the card in use, in MiB.', (one) => one.memoryUsed, MIB],
    ['DCGM_FI_DEV_FB_FREE', 'Memory of the card that is free, in MiB.', (one) => one.memoryFree, MIB],
    ['DCGM_FI_DEV_FB_RESERVED', 'Memory that the driver keeps, in MiB.', (one) => one.memoryReserved, MIB],
    ['DCGM_FI_DEV_GPU_UTIL', 'How much of the time the card worked, in %.', (one) => one.busy, PERCENT],
    [
      'DCGM_FI_DEV_MEM_COPY_UTIL',
      'How much of the time its memory was read or written, in %.',
      (one) => one.memoryBusy,
      PERCENT,
    ],
    [
      'DCGM_FI_DEV_ENC_UTIL',
      'How much of the time it encoded video, in %.',
      (one) => one.encoderBusy,
      PERCENT,
    ],
    [
      'DCGM_FI_DEV_DEC_UTIL',
      'How much of the time it decoded video, in %.',
      (one) => one.decoderBusy,
      PERCENT,
    ],
    ['DCGM_FI_DEV_GPU_TEMP', 'Temperature of the card, in degrees Celsius.', (one) => one.celsius, 1],
    [
      'DCGM_FI_DEV_MEMORY_TEMP',
      'Temperature of its memory, in degrees Celsius.',
      (one) => one.memoryCelsius,
      1,
    ],
    ['DCGM_FI_DEV_POWER_USAGE', 'Power that it draws, in watts.', (one) => one.watts, 1],
    ['DCGM_FI_DEV_SM_CLOCK', 'Clock of its processors, in MHz.', (one) => one.clock, MHZ],
    ['DCGM_FI_DEV_MEM_CLOCK', 'Clock of its memory, in MHz.', (one) => one.memoryClock, MHZ],
  ];

export function gpuFigures(figures: Figures, gpus: Pick<Gpus, 'state' | 'readings'>): void {
  figures.read(
    'myspinbot_gpu_readable',
    'Whether the graphics cards can be read: 1, or 0 when their driver does not answer. Not there without a card.',
    () => (gpus.state === 'read' ? 1 : gpus.state === 'failing' ? 0 : undefined),
  );
  figures.readEach(
    'myspinbot_gpu_power_limit_watts',
    'Power that the card may draw at most.',
    ['gpu', 'UUID', 'modelName'],
    () =>
      gpus
        .readings()
        .flatMap((one) => (one.wattsLimit === undefined ? [] : [[labelsOf(one), one.wattsLimit] as const])),
  );
  for (const [name, help, of, unit] of rows) {
    figures.readEach(name, help, ['gpu', 'UUID', 'modelName'], () =>
      gpus.readings().flatMap((one) => {
        const value = of(one);
        // Rounded as they were read: 0.07 / 0.01 is not 7.
        return value === undefined ? [] : [[labelsOf(one), Number((value / unit).toPrecision(12))] as const];
      }),
    );
  }
}

/** The exporter's own label names. */
function labelsOf({ index, uuid, name }: GpuReading) {
  return { gpu: String(index), UUID: uuid, modelName: name };
}

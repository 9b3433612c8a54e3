import { expect, test } from 'vitest';
import { gpuFields, readGpuLine, withoutRefused } from './readings.ts';
import { h200, rtx4080 } from './testing/fake-nvidia-smi.ts';

const lineOf = (card: Readonly<Record<string, string>>) => gpuFields.map((field) => card[field]).join(', ');

test('a line of a card in a rack: no fan is no fan, not one that stands still', () => {
  const reading = readGpuLine(lineOf(h200), gpuFields)!;
  expect(reading).toMatchObject({
    index: 0,
    name: 'NVIDIA H200',
    driver: '580.159.04',
    computeCapability: '9.0',
    memoryTotal: 143_771 * 2 ** 20,
    memoryUsed: 0,
    busy: 0,
    celsius: 35,
    watts: 75.93,
    wattsLimit: 700,
    clock: 345e6,
    fan: undefined,
  });
  expect(reading.memoryTotal).toBe(reading.memoryUsed! + reading.memoryFree! + reading.memoryReserved!);
});

test('a line of a card with a desktop', () => {
  const reading = readGpuLine(lineOf(rtx4080), gpuFields)!;
  expect(reading).toMatchObject({ busy: 0.07, encoderBusy: 0.72, memoryCelsius: undefined, fan: 0 });
  // Each of the three is rounded to MiB by itself.
  const sum = reading.memoryUsed! + reading.memoryFree! + reading.memoryReserved!;
  expect(Math.abs(reading.memoryTotal! - sum)).toBeLessThanOrEqual(2 * 2 ** 20);
});

test.each([
  '[N/A]',
  'N/A',
  '',
  '[Not Supported]',
  '[Insufficient Permissions]',
  '[Unknown Error]',
  '1e9',
  'NaN',
])('the value %j is missing, not nothing', (value) => {
  const reading = readGpuLine(lineOf({ ...rtx4080, 'memory.used': value, 'power.draw': value }), gpuFields)!;
  expect(reading.memoryUsed).toBeUndefined();
  expect(reading.watts).toBeUndefined();
  expect(reading.memoryFree).toBe(14_470 * 2 ** 20);
});

test.each([
  ['nothing', ''],
  ['words', 'NVIDIA-SMI has failed because it couldn’t communicate with the NVIDIA driver.'],
  ['a line that is too short', '0, GPU-1, NVIDIA H200'],
  ['a line that is too long', `${lineOf(h200)}, 1`],
  ['a card without a number', lineOf({ ...h200, index: '[N/A]' })],
])('%s is no reading', (_, line) => {
  expect(readGpuLine(line, gpuFields)).toBeUndefined();
});

test('the field that a driver does not know is left away, unless it is needed', () => {
  const fewer = withoutRefused(gpuFields, 'Field "compute_cap" is not a valid field to query.\n');
  expect(fewer).toEqual(gpuFields.filter((field) => field !== 'compute_cap'));
  expect(withoutRefused(fewer!, 'Field "compute_cap" is not a valid field to query.\n')).toBeUndefined();
  expect(withoutRefused(gpuFields, 'Field "uuid" is not a valid field to query.\n')).toBeUndefined();
  expect(withoutRefused(gpuFields, 'No devices were found')).toBeUndefined();
});

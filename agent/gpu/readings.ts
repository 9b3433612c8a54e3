// What nvidia-smi says of each card, from its lines of CSV to plain numbers. A value that the card or the driver does not
// give is undefined, never 0. It starts no process.

/** One card at one moment. Memory in bytes, shares 0..1, clocks in hertz. */
export interface GpuReading {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly driver: string | undefined;
  /** "8.9"; what a tool's build must support. */
  readonly computeCapability: string | undefined;
  readonly memoryTotal: number | undefined;
  readonly memoryUsed: number | undefined;
  readonly memoryFree: number | undefined;
  /** Taken by the driver itself: total = used + free + reserved. */
  readonly memoryReserved: number | undefined;
  /** Share of the time in which anything ran. */
  readonly busy: number | undefined;
  /** Share of the time in which memory was read or written; it says nothing of how full it is. */
  readonly memoryBusy: number | undefined;
  readonly encoderBusy: number | undefined;
  readonly decoderBusy: number | undefined;
  readonly celsius: number | undefined;
  readonly memoryCelsius: number | undefined;
  readonly watts: number | undefined;
  readonly wattsLimit: number | undefined;
  readonly clock: number | undefined;
  readonly memoryClock: number | undefined;
  readonly fan: number | undefined;
}

/** Without these a line says nothing. */
const needed = ['index', 'uuid', 'name'] as const;

/** The fields that are asked for, in this order; older drivers do not know all of the optional ones. */
export const gpuFields: readonly string[] = [
  ...needed,
  'driver_version',
  'compute_cap',
  'memory.total',
  'memory.used',
  'memory.free',
  'memory.reserved',
  'utilization.gpu',
  'utilization.memory',
  'utilization.encoder',
  'utilization.decoder',
  'temperature.gpu',
  'temperature.memory',
  'power.draw',
  'enforced.power.limit',
  'clocks.current.sm',
  'clocks.current.memory',
  'fan.speed',
];

/** The arguments for one line of CSV per card. */
export function gpuQuery(fields: readonly string[]): string[] {
  return [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'];
}

/** One line of the answer to `gpuQuery(fields)`; undefined when it is none. */
export function readGpuLine(line: string, fields: readonly string[]): GpuReading | undefined {
  const values = line.split(', ').map((value) => value.trim());
  if (values.length !== fields.length) return undefined;
  const text = (field: string) => {
    const value = values[fields.indexOf(field)];
    return value === undefined || isMissing(value) ? undefined : value.slice(0, 120);
  };
  const number = (field: string, unit = 1) => {
    const value = text(field);
    if (value === undefined || !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
    return Number(value) * unit;
  };
  const [index, uuid, name] = [number('index'), text('uuid'), text('name')];
  if (index === undefined || uuid === undefined || name === undefined) return undefined;
  return {
    index,
    uuid,
    name,
    driver: text('driver_version'),
    computeCapability: text('compute_cap'),
    memoryTotal: number('memory.total', MIB),
    memoryUsed: number('memory.used', MIB),
    memoryFree: number('memory.free', MIB),
    memoryReserved: number('memory.reserved', MIB),
    busy: number('utilization.gpu', PERCENT),
    memoryBusy: number('utilization.memory', PERCENT),
    encoderBusy: number('utilization.encoder', PERCENT),
    decoderBusy: number('utilization.decoder', PERCENT),
    celsius: number('temperature.gpu'),
    memoryCelsius: number('temperature.memory'),
    watts: number('power.draw'),
    wattsLimit: number('enforced.power.limit'),
    clock: number('clocks.current.sm', MHZ),
    memoryClock: number('clocks.current.memory', MHZ),
    fan: number('fan.speed', PERCENT),
  };
}

/**
 * `fields` without the one that this driver refuses: one unknown name makes the whole question fail ('Field "x" is not a
 * valid field to query.'). Undefined when the words are about something else, or about a field that is needed.
 */
export function withoutRefused(fields: readonly string[], words: string): string[] | undefined {
  const [, refused] = /Field "([^"]+)" is not a valid field/.exec(words) ?? [];
  if (refused === undefined || !fields.includes(refused)) return undefined;
  if ((needed as readonly string[]).includes(refused)) return undefined;
  return fields.filter((field) => field !== refused);
}

const MIB = 1024 ** 2;
const MHZ = 1e6;
const PERCENT = 0.01;

/** "[N/A]", "N/A", "[Not Supported]", "[Insufficient Permissions]", "[Unknown Error]", or nothing. */
function isMissing(value: string): boolean {
  return value === '' || value === 'N/A' || value.startsWith('[');
}

// A program in the place of nvidia-smi, and what it is to say. The values of the cards are real ones.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface NvidiaSmiScript {
  cards?: readonly Readonly<Record<string, string>>[];
  refuses?: readonly string[];
  /** Said before anything else. */
  says?: string;
  /** Ends with this instead of staying. */
  exit?: number;
  rounds?: number;
  /** Lines of whoever holds memory. */
  holders?: readonly string[];
}

/** An H200 without anything on it, driver 580.159.04. */
export const h200: Readonly<Record<string, string>> = {
  index: '0',
  uuid: 'GPU-1ab7f5f2-0000-4000-8000-0123456789ab',
  name: 'NVIDIA H200',
  driver_version: '580.159.04',
  compute_cap: '9.0',
  'memory.total': '143771',
  'memory.used': '0',
  'memory.free': '143156',
  'memory.reserved': '615',
  'utilization.gpu': '0',
  'utilization.memory': '0',
  'utilization.encoder': '0',
  'utilization.decoder': '0',
  'temperature.gpu': '35',
  'temperature.memory': '46',
  'power.draw': '75.93',
  'enforced.power.limit': '700.00',
  'clocks.current.sm': '345',
  'clocks.current.memory': '3201',
  'fan.speed': '[N/A]',
};

/** An RTX 4080 SUPER with a desktop on it, driver 595.71.05. */
export const rtx4080: Readonly<Record<string, string>> = {
  index: '1',
  uuid: 'GPU-2cd7f5f2-0000-4000-8000-0123456789ab',
  name: 'NVIDIA GeForce RTX 4080 SUPER',
  driver_version: '595.71.05',
  compute_cap: '8.9',
  'memory.total': '16376',
  'memory.used': '1474',
  'memory.free': '14470',
  'memory.reserved': '434',
  'utilization.gpu': '7',
  'utilization.memory': '2',
  'utilization.encoder': '72',
  'utilization.decoder': '0',
  'temperature.gpu': '46',
  'temperature.memory': 'N/A',
  'power.draw': '84.24',
  'enforced.power.limit': '320.00',
  'clocks.current.sm': '2805',
  'clocks.current.memory': '11251',
  'fan.speed': '0',
};

export interface FakeNvidiaSmi {
  readonly command: string;
  /** From the next start on. */
  will(script: NvidiaSmiScript): void;
  /** The arguments of the last start. */
  asked(): readonly string[];
  remove(): void;
}

export function fakeNvidiaSmi(script: NvidiaSmiScript): FakeNvidiaSmi {
  const folder = mkdtempSync(join(tmpdir(), 'nvidia-smi-'));
  const path = join(folder, 'script.json');
  const command = join(folder, 'nvidia-smi');
  const program = fileURLToPath(new URL('./nvidia-smi.mjs', import.meta.url));
  writeFileSync(
    command,
    `#!/bin/sh\nFAKE_NVIDIA_SMI='${path}' exec '${process.execPath}' '${program}' "$@"\n`,
    { mode: 0o700 },
  );
  const will = (next: NvidiaSmiScript) => writeFileSync(path, JSON.stringify(next));
  will(script);
  return {
    command,
    will,
    asked: () => JSON.parse(readFileSync(`${path}.asked`, 'utf8')) as string[],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

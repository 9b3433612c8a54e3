// A workstation in the middle of an evening, as its monitor would tell it. For tests of screens; never part of the app.
import type { Monitor } from '@myspinbot/shared/wire/monitor.ts';
import { MINUTE, NOW, seeded } from './fake-people.ts';

const MB = 1e6;
/** A line that rises and falls, so that it is seen to be one. */
const wave = (low: number, high: number) =>
  Array.from({ length: 60 }, (_, at) => low + ((high - low) * (1 + Math.sin(at / 5))) / 2);

export const fakeMonitor: Monitor = {
  at: NOW,
  version: '0.1.0',
  startedAt: NOW - 200 * MINUTE,
  queue: {
    waiting: 2,
    oldestWaitSeconds: 260,
    rest: null,
    line: [
      { job: seeded.running, state: 'running' },
      { job: seeded.waiting, state: 'queued' },
    ],
    succeeded: 12,
    failed: 1,
    cancelled: 2,
    putOff: 0,
  },
  stages: [
    { stage: 'speech', runs: 14, reused: 3, failed: 0, averageSeconds: 0.8, realToExpected: 1.05 },
    { stage: 'portrait', runs: 13, reused: 0, failed: 1, averageSeconds: 42, realToExpected: 1.4 },
    { stage: 'finish', runs: 12, reused: 0, failed: 0, averageSeconds: 3.1, realToExpected: null },
  ],
  engines: [
    { engine: 'portrait/builtin', capability: 'portrait', ready: true },
    { engine: 'speech/f5-tts', capability: 'speech', ready: false },
  ],
  links: [
    {
      link: 'socket',
      open: 2,
      inBytes: 340 * MB,
      outBytes: 1200 * MB,
      inPerSecond: 0,
      outPerSecond: 24 * MB,
      averagePerSecond: 61 * MB,
      damagedBlocks: 0,
    },
    {
      link: 'direct',
      open: 0,
      inBytes: 0,
      outBytes: 0,
      inPerSecond: 0,
      outPerSecond: 0,
      averagePerSecond: null,
      damagedBlocks: 0,
    },
    {
      link: 'http',
      open: null,
      inBytes: 12 * MB,
      outBytes: 80 * MB,
      inPerSecond: 0,
      outPerSecond: 0,
      averagePerSecond: null,
      damagedBlocks: 3,
    },
  ],
  documents: { bytes: 2.4 * MB, sockets: 5, updates: 820, restoredKeys: 0 },
  disk: {
    freeBytes: 120_000 * MB,
    sizeBytes: 500_000 * MB,
    usedBytes: 42_000 * MB,
    quotaBytes: 200_000 * MB,
    assets: 96,
    unfinishedBytes: 18 * MB,
  },
  agent: { processor: 0.21, memoryBytes: 210 * MB, loopSeconds: 0.012 },
  machine: { load: 1.6, processors: 8, memoryFreeBytes: 9_000 * MB, memorySizeBytes: 32_000 * MB },
  gpus: {
    state: 'read',
    trouble: null,
    cards: [
      {
        name: 'NVIDIA GeForce RTX 4080 SUPER',
        memoryUsedBytes: 1474 * 2 ** 20,
        memorySizeBytes: 16_376 * 2 ** 20,
        busy: 0.07,
        celsius: 46,
        watts: 84.24,
        wattsLimit: 320,
      },
    ],
  },
  recent: {
    everyMs: 2000,
    processor: wave(0.02, 0.4),
    memoryBytes: wave(190 * MB, 215 * MB),
    loopSeconds: wave(0.001, 0.02),
    inPerSecond: wave(0, 3 * MB),
    outPerSecond: wave(0, 30 * MB),
    waiting: wave(0, 4).map(Math.round),
  },
};

// docs/metrics.md lists what the agent exports: every figure with its type and labels, and none that is not there.
import { readFileSync } from 'node:fs';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { expect, test } from 'vitest';
import { gpuFields, readGpuLine } from '../gpu/readings.ts';
import { h200 } from '../gpu/testing/fake-nvidia-smi.ts';
import { type QuietWorld, quietWorld, START } from './testing/quiet-world.ts';

interface Listed {
  name: string;
  type: string;
  labels: readonly string[];
}

/** prom-client's own: some of them are there on Linux alone, or from the first collection of garbage on. */
const isOwn = ({ name }: Listed) => !/^myspinbot_(nodejs|process)_/.test(name) || /loop_delay/.test(name);

function documented(): Listed[] {
  const text = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\| `((?:myspinbot|DCGM_FI_DEV)_\w+)` \| (\w+) \| ([^|]*) \|/gm);
  return [...rows].map(([, name = '', type = '', labels = '']) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label!).sort(),
  }));
}

function exported(scrape: string): Listed[] {
  return [...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => {
    const sample = new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{(.*)\\} `, 'm').exec(scrape)?.[1] ?? '';
    const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((one) => one !== 'le');
    return { name, type, labels: labels.sort() };
  });
}

/** Something of everything, so that labels are seen. */
async function busyWorld(): Promise<QuietWorld> {
  const readiness = { ready: true, detail: '' } as const;
  const world = quietWorld(
    [{ id: 'e', capability: 'look', tier: 'builtin', version: '1', readiness }],
    [readGpuLine(gpuFields.map((field) => h200[field]).join(', '), gpuFields)!],
  );
  const planned = { node: 'n', stage: 'look', engine: 'e', will: 'run', expectedMs: 1 } as const;
  world.plans([{ ...planned, rangeMs: [1, 1] }]);
  world.run('j_1', { state: 'claimed', attempt: 1, startedAt: START });
  await world.later(1);
  world.queue({ type: 'stage', job: 'j_1' as never, stage: 'look', engine: 'e', outcome: 'done', ms: 1 });
  const hash = 'ab'.repeat(32) as AssetHash;
  const way = { who: { kind: 'local' }, link: 'socket', direction: 'out', hash } as const;
  world.transfers({ ...way, type: 'progress', doneBytes: 0, totalBytes: 2e6 });
  await world.later(1);
  const ref = { hash, bytes: 2e6, type: 'video/mp4' } as const;
  world.transfers({ ...way, type: 'ended', end: { outcome: 'done', ref } });
  world.metrics.server({ type: 'answered', route: '/health', status: 200, ms: 1, code: undefined });
  return world;
}

test('the documents list exactly what is exported', async () => {
  const world = await busyWorld();
  const byName = (a: Listed, b: Listed) => a.name.localeCompare(b.name);
  const there = exported(await world.scrape());
  world.metrics.close();
  expect(documented().filter(isOwn).sort(byName)).toEqual(there.filter(isOwn).sort(byName));
  const names = new Set(documented().map(({ name }) => name));
  expect(there.filter(({ name }) => !names.has(name))).toEqual([]);
});

test('every name follows the scheme', () => {
  for (const { name, type } of documented()) {
    expect(name).toMatch(/^(myspinbot_[a-z]+(_[a-z0-9]+)+|DCGM_FI_DEV(_[A-Z]+)+)$/);
    // prom-client calls a few numbers of the moment totals.
    if (!/nodejs_active/.test(name)) expect(name.endsWith('_total'), name).toBe(type === 'counter');
  }
});

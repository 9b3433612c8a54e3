// What the daemon knows of engines without loading them must be what they say of themselves once loaded.

import { type EngineEntry, engineEntrySchema } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { expect, test } from 'vitest';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { builtinEngines } from './catalog.ts';
import { createEngines, type EngineCatalog, entriesOf, offer, probeAll } from './registry.ts';
import { select } from './select.ts';

const never = new AbortController().signal;
/** Nobody answers there. */
const world = { ffmpeg: () => findFfmpeg(), comfyui: 'http://127.0.0.1:1' };

test.each(builtinEngines.map((one) => [one.id, one] as const))(
  '%s is who the catalogue says',
  async (_, one) => {
    const engine = await one.load(world);
    expect({ id: engine.id, version: engine.version, tier: engine.tier }).toEqual({
      id: one.id,
      version: one.version,
      tier: one.tier,
    });
    expect(one.id.startsWith(`${one.capability}/`)).toBe(true);
  },
);

test('every engine answers whether it can work, one that cannot be loaded included', async () => {
  const broken: EngineCatalog = [
    offer('look', { id: 'look/broken', version: '1', tier: 'gpu' }, () =>
      Promise.reject(new Error('no driver')),
    ),
    offer('voice', { id: 'voice/throws', version: '1', tier: 'builtin' }, () => {
      throw new Error('not even a promise');
    }),
    offer('finish', { id: 'finish/toolless', version: '1', tier: 'builtin' }, () =>
      Promise.reject(
        new Failure({ code: 'engine-missing', message: 'The tool is not here.', hint: 'Install it.' }),
      ),
    ),
  ];
  const entries = await probeAll(createEngines(broken, world), never);
  expect(entries.map((one) => one.readiness)).toEqual([
    { ready: false, reason: 'not-installed', hint: 'no driver' },
    { ready: false, reason: 'not-installed', hint: 'not even a promise' },
    { ready: false, reason: 'not-installed', hint: 'The tool is not here. Install it.' },
  ]);
});

test('before anybody was asked, what is built in is taken for ready and a tool of its own is not', () => {
  const tools = ['script/ollama', 'upscale/comfyui'];
  const entries = entriesOf(builtinEngines);
  expect(entries.filter((one) => !one.readiness.ready).map((one) => one.id)).toEqual(tools);
  expect(entries.filter((one) => one.tier !== 'builtin').map((one) => one.id)).toEqual(tools);
});

test('only those that are named are asked, and what decides their output is part of the version', async () => {
  const asked: string[] = [];
  const one = (id: string) =>
    offer('script', { id, version: '3', tier: 'gpu' }, async () => ({
      id: id as 'script/x',
      version: '3',
      tier: 'gpu',
      async probe() {
        asked.push(id);
        return { ready: true, detail: 'a model', identity: `9.1 ${'ab'.repeat(40)}` };
      },
      write: () => Promise.reject(new Error('not here')),
    }));
  const engines = createEngines([one('script/x'), one('script/y')], { ffmpeg: () => findFfmpeg() });
  const entries = await probeAll(engines, never, ['script/y', 'script/z']);
  expect(asked).toEqual(['script/y']);
  expect(entries).toHaveLength(1);
  expect(engineEntrySchema.parse(entries[0])).toEqual(entries[0]);
  expect(entries[0]).toMatchObject({
    version: expect.stringMatching(/^3\+9\.1 abab/),
    readiness: { ready: true, detail: 'a model' },
  });
});

test('an engine is loaded once, and again only when the load failed', async () => {
  let loads = 0;
  const engines = createEngines(
    [
      offer('look', { id: 'look/late', version: '1', tier: 'builtin' }, async () => {
        loads += 1;
        if (loads === 1) throw new Error('not yet');
        return { id: 'look/late' } as never;
      }),
    ],
    world,
  );
  await expect(engines.load('look/late')).rejects.toThrow('not yet');
  await engines.load('look/late');
  await engines.engine('look', 'look/late');
  expect(loads).toBe(2);
  await expect(engines.engine('voice', 'look/late')).rejects.toMatchObject({ code: 'engine-missing' });
});

const offers = allReady([
  offer('look', { id: 'look/builtin', version: '1', tier: 'builtin' }, async () => ({}) as never),
  offer('look', { id: 'look/other', version: '1', tier: 'builtin' }, async () => ({}) as never),
  offer('look', { id: 'look/flux', version: '1', tier: 'gpu' }, async () => ({}) as never),
  offer('voice', { id: 'voice/builtin', version: '1', tier: 'builtin' }, async () => ({}) as never),
]);
function allReady(catalog: EngineCatalog): EngineEntry[] {
  return entriesOf(catalog).map((one) => ({ ...one, readiness: { ready: true, detail: '' } }));
}
const without = (id: string) =>
  offers.map((one) =>
    one.id === id
      ? { ...one, readiness: { ready: false as const, reason: 'no-gpu' as const, hint: 'No GPU was found.' } }
      : one,
  );

test('the best ready engine is chosen, and the others are named with the reason', () => {
  expect(select(offers, 'look', undefined)).toMatchObject({
    found: true,
    engine: { id: 'look/flux' },
    passedOver: [
      { id: 'look/builtin', why: 'a-better-one-is-ready' },
      { id: 'look/other', why: 'a-better-one-is-ready' },
    ],
  });
  expect(select(without('look/flux'), 'look', undefined)).toMatchObject({
    engine: { id: 'look/builtin' },
    passedOver: [
      { id: 'look/flux', why: 'not-ready', hint: 'No GPU was found.' },
      { id: 'look/other', why: 'a-better-one-is-ready' },
    ],
  });
});

test('what was asked for goes before what is better; when it cannot work nothing replaces it silently', () => {
  expect(select(offers, 'look', 'look/builtin')).toMatchObject({
    found: true,
    engine: { id: 'look/builtin' },
  });
  expect(select(without('look/flux'), 'look', 'look/flux')).toMatchObject({
    found: false,
    why: 'not-ready',
    hint: 'No GPU was found.',
  });
  expect(select(offers, 'look', 'voice/builtin')).toMatchObject({ found: false, why: 'unknown' });
  expect(select([], 'look', undefined)).toMatchObject({ found: false, why: 'none' });
});

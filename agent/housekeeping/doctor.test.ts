// What is wrong is found, what can be mended is mended, and what is whole is left alone.
import { chmod, mkdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { Finding } from '@myspinbot/shared/wire/housekeeping.ts';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { doctorAtRest } from '../at-rest.ts';
import { removeSmallAgents } from '../server/fixtures/small-agent.ts';
import { lookAtMachine } from './doctor.ts';
import { SCRATCH } from './scratch.ts';
import { type House, openHouse } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.stop());
afterAll(() => removeSmallAgents());

async function examine(options: { quick?: boolean; repair?: boolean } = {}): Promise<readonly Finding[]> {
  const wish = { what: 'doctor', quick: false, repair: false, ...options } as const;
  const report = await house.agent.housekeeping.run(wish);
  if (report.what !== 'doctor') throw new Error(report.what);
  return report.findings;
}
const states = (findings: readonly Finding[]) => new Set(findings.map(({ state }) => state));
const notOk = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== 'ok');

/** Replaces the bytes of an asset by others, as many. */
async function damage(hash: AssetHash): Promise<void> {
  const path = house.agent.vault.path(hash);
  const { size } = await stat(path);
  await chmod(path, 0o600);
  await writeFile(path, Buffer.alloc(size, 1));
}

test('where nothing is wrong every line says so', async () => {
  await chmod(house.agent.dir, 0o700);
  for (const name of ['vault', 'documents', 'ledger']) await chmod(join(house.agent.dir, name), 0o700);
  await house.spin(await house.project('Bot'), 'Hello');
  await rm(join(house.agent.dir, 'work'), { recursive: true, force: true });
  const findings = await examine();
  expect(notOk(findings)).toEqual([]);
  expect(findings.map(({ what }) => what).join('\n')).toMatch(/1 job .*\n2 documents .*\n\d+ files /);
});

test('a damaged file is found by its hash, not by --quick; --repair removes it alone, and it can be sent again', async () => {
  const bot = await house.project('Bot');
  const other = await house.project('Other');
  await damage(bot.photo.hash);
  expect((await examine({ quick: true })).filter(({ what }) => /damaged/.test(what))).toEqual([]);
  const bad = (await examine()).find(({ what }) => /damaged/.test(what));
  expect(bad).toMatchObject({ state: 'bad', what: expect.stringContaining(bot.photo.hash.slice(0, 12)) });
  expect(house.agent.vault.has(bot.photo.hash)).toBe(true);
  const mended = (await examine({ repair: true })).find(({ what }) => /damaged/.test(what));
  expect(mended).toMatchObject({ state: 'mended', what: '1 damaged file removed.' });
  expect([house.agent.vault.has(bot.photo.hash), house.agent.vault.has(other.photo.hash)]).toEqual([
    false,
    true,
  ]);
  const after = await examine();
  expect(after.find(({ what }) => /named by projects/.test(what))).toMatchObject({ state: 'note' });
  expect(states(after).has('bad')).toBe(false);
});

test('a file that was cut off is found by --quick, too', async () => {
  const { photo } = await house.project('Bot');
  await chmod(house.agent.vault.path(photo.hash), 0o600);
  await truncate(house.agent.vault.path(photo.hash), 7);
  expect((await examine({ quick: true })).find(({ what }) => /damaged/.test(what))?.state).toBe('bad');
});

test('files that went by another hand are told, and forgotten when mended', async () => {
  const { photo } = await house.project('Bot');
  await rm(house.agent.vault.path(photo.hash), { force: true });
  expect((await examine()).find(({ what }) => /another hand/.test(what))?.state).toBe('bad');
  expect((await examine({ repair: true })).find(({ what }) => /another hand/.test(what))?.state).toBe(
    'mended',
  );
  expect(house.agent.vault.has(photo.hash)).toBe(false);
});

test('what was left half-written is told, and removed when mended', async () => {
  await mkdir(join(house.agent.dir, SCRATCH, 'abc'), { recursive: true });
  expect((await examine()).find(({ what }) => /half-written/.test(what))?.state).toBe('bad');
  expect((await examine({ repair: true })).find(({ what }) => /half-written/.test(what))?.state).toBe(
    'mended',
  );
  expect((await examine()).find(({ what }) => /half-written/.test(what))?.state).toBe('ok');
});

test.skipIf(process.platform === 'win32')(
  'folders that others may look into are told, and shut when mended',
  async () => {
    await chmod(join(house.agent.dir, 'vault'), 0o755);
    expect((await examine()).find(({ what }) => /Other accounts/.test(what))?.what).toContain('vault');
    await examine({ repair: true });
    expect((await stat(join(house.agent.dir, 'vault'))).mode & 0o077).toBe(0);
  },
);

test('a tool that is missing and an engine that is not ready say what to do', async () => {
  const findings = await lookAtMachine(
    house.agent.dir,
    {
      ffmpeg: () => Promise.reject(new Error('ffmpeg was not found')),
      gpus: async () => ({ state: 'failing', trouble: 'No devices were found' }),
      comfyui: async () => ({
        state: 'absent',
        server: 'ComfyUI',
        message: 'ComfyUI cannot be reached.',
        hint: 'Start it.',
        isWanted: true,
      }),
      engines: async () => [
        {
          id: 'portrait/builtin',
          capability: 'portrait',
          tier: 'builtin',
          version: '1',
          readiness: { ready: false, reason: 'not-installed', hint: 'Install ffmpeg.' },
        },
        {
          id: 'voice/f5',
          capability: 'voice',
          tier: 'gpu',
          version: '1',
          readiness: { ready: false, reason: 'no-gpu', hint: 'It needs a GPU.' },
        },
      ],
    },
    { quick: true, repair: false },
  );
  expect(findings.slice(1)).toEqual([
    { state: 'bad', what: 'ffmpeg was not found' },
    {
      state: 'note',
      what: 'The driver of the graphics card does not answer: No devices were found',
      hint: expect.stringContaining('nvidia-smi'),
    },
    { state: 'note', what: 'ComfyUI cannot be reached.', hint: 'Start it.' },
    { state: 'bad', what: 'portrait/builtin is not ready (not-installed).', hint: 'Install ffmpeg.' },
    { state: 'note', what: 'voice/f5 is not ready (no-gpu).', hint: 'It needs a GPU.' },
  ]);
});

test('while an agent has the folder, the one at rest says so and changes nothing', async () => {
  const findings = await doctorAtRest(house.agent.dir, { quick: true, repair: true });
  expect(findings.find(({ what }) => /is using the data/.test(what))).toMatchObject({ state: 'bad' });
});

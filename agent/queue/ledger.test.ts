import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobRun } from '@myspinbot/shared/job/job.ts';
import { ClassicLevel } from 'classic-level';
import { afterAll, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { openLedger } from './ledger.ts';
import { ledgerContract } from './ledger-contract.ts';

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'ledger-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

ledgerContract('the embedded ledger', async () => {
  const directory = join(folder(), 'ledger');
  return { open: () => openLedger(directory, silentLogger) };
});

const photo: AssetRef = { hash: 'a'.repeat(64) as AssetRef['hash'], bytes: 3, type: 'image/png' };
const queued: JobRun = { state: 'queued', attempt: 0, retry: 0, queuedAt: 5, stages: [] };

test('rows that cannot be read are counted and left alone; the others are found', async () => {
  const directory = folder();
  const ledger = await openLedger(directory, silentLogger);
  const request = requestFor(photo, 'Hello');
  await ledger.record(request, queued);
  await ledger.close();
  const db = new ClassicLevel<string, string>(directory);
  for (const [key, value] of [
    ['job/j_aaaaaaaaaaaa', '{"request":{},"run":'],
    ['job/j_bbbbbbbbbbbb', '{"request":{"id":"j_bbbbbbbbbbbb"},"run":{}}'],
    ['claim/x', '{"fence":"high"}'],
    ['fence', '"many"'],
    ['start/x/look', 'null'],
    ['pace/look/x', '[{"units":-1}]'],
    ['zebra/1', 'unknown kinds belong to a newer version'],
    [`artifact/${'3'.repeat(64)}`, '{"fingerprint":3}'],
  ] as const)
    await db.put(key, value);
  await db.close();

  const again = await openLedger(directory, silentLogger);
  expect(again.jobs()).toEqual([{ request, run: queued }]);
  expect(again.malformed).toBe(6);
  expect(await again.artifact('3'.repeat(64))).toBeUndefined();
  const claim = await again.claim(request, { ...queued, state: 'running', attempt: 1 }, 1);
  expect(claim.fence).toBe(1);
  await again.close();
});

test('a second agent on the same data is refused with a sentence', async () => {
  const directory = folder();
  const ledger = await openLedger(directory, silentLogger);
  await expect(openLedger(directory, silentLogger)).rejects.toMatchObject({ code: 'refused' });
  await ledger.close();
});

test('a log cut or soiled at any byte of its last record opens, with every line before it', async () => {
  const directory = folder();
  const ledger = await openLedger(directory, silentLogger);
  const requests = Array.from({ length: 5 }, (_, index) => requestFor(photo, `Job ${index}`));
  const log = () => readdirSync(directory).find((name) => name.endsWith('.log'))!;
  let before = 0;
  for (const request of requests) {
    before = statSync(join(directory, log())).size;
    await ledger.record(request, queued);
  }
  // A copy of the files as a power cut would leave them: the store stays open, nothing is tidied up.
  const left = folder();
  await cp(directory, left, { recursive: true });
  await ledger.close();
  const whole = readFileSync(join(left, log()));
  const record = whole.length - before;
  expect(record).toBeGreaterThan(100);

  // Every seventh byte keeps this under a few seconds.
  for (let cut = 0; cut < record; cut += 7) {
    for (const soil of [false, true]) {
      const victim = folder();
      for (const name of readdirSync(left))
        if (name !== 'LOCK') copyFileSync(join(left, name), join(victim, name));
      const bytes = soil ? Buffer.from(whole) : whole.subarray(0, before + cut);
      if (soil) bytes.fill(0xa5, before + cut);
      writeFileSync(join(victim, log()), bytes);
      const opened = await openLedger(victim, silentLogger);
      const found = new Set(opened.jobs().map(({ request }) => request.id));
      for (const request of requests.slice(0, -1)) expect(found, `cut at ${cut}`).toContain(request.id);
      await opened.record(requests[4]!, queued);
      await opened.close();
    }
  }
});

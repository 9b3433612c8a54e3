// The whole way from a job to a language model, with real stage hosts and a double of Ollama in the model's place.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobId, JobRequest, JobRun } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { SpinOptionsInput } from '@myspinbot/shared/project/options.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtinEngines } from './engines/catalog.ts';
import { type OllamaDouble, startOllamaDouble } from './engines/script/testing/ollama-double.ts';
import { silentLogger } from './log/logger.ts';
import { requestFor } from './queue/fixtures/job-requests.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const folder = mkdtempSync(join(tmpdir(), 'workshop-'));
let double: OllamaDouble;
let shop: Workshop;
let photo: AssetRef;
beforeAll(async () => {
  double = await startOllamaDouble();
  shop = await openWorkshop({
    dir: folder,
    log: silentLogger,
    catalog: builtinEngines,
    world: { ollama: { url: double.url } },
    isPatient: false,
  });
  photo = await shop.vault.put(Buffer.from('no photo: these jobs end at the look'), 'photo.png');
});
afterAll(async () => {
  await shop.close();
  await double.close();
  rmSync(folder, { recursive: true, force: true });
});

const until = (job: JobId, so: (run: JobRun) => boolean) =>
  new Promise<JobRun>((resolve) => {
    const look = () => {
      const run = shop.queue.job(job)?.run;
      if (run === undefined || !so(run)) return;
      stop();
      resolve(run);
    };
    const stop = shop.queue.on(look);
    look();
  });
let count = 0;
const request = async (narration: SpinOptionsInput['narration']): Promise<JobRequest> => {
  count += 1;
  const made = requestFor(photo, `Job ${count}`, { options: { narration } });
  await shop.queue.request(made);
  return made;
};
const script = (run: JobRun) => run.stages.find((one) => one.stage === 'script');
const topic = { kind: 'topic' as const, topic: 'tea' };

test("a person's own words ask no model, not even whether there is one", async () => {
  const { id } = await request({ kind: 'text', text: 'Hello there.' });
  const run = await until(id, ({ state }) => isEnded(state));
  expect(script(run)).toMatchObject({ state: 'done' });
  expect(script(run)).not.toHaveProperty('engine');
  expect(double.requests).toEqual([]);
}, 60_000);

test('a topic is written by the model that is there, and the stage says so', async () => {
  let told = 0;
  const stop = shop.onOffers(() => {
    told += 1;
  });
  const { id } = await request(topic);
  const run = await until(id, ({ state }) => isEnded(state));
  stop();
  expect(script(run)).toMatchObject({ state: 'done', engine: 'script/ollama' });
  expect(double.asked).toHaveLength(1);
  expect(double.loaded()).toEqual([]);
  expect(told).toBe(1);
  const entry = shop.offers().find((one) => one.id === 'script/ollama');
  expect(entry).toMatchObject({ version: '1+0.33.0 a80c4f17acd5000000000000', readiness: { ready: true } });
}, 60_000);

test('a cancel while the model loads lets go of the connection, and with it of the model', async () => {
  double.chats = [{ does: 'loads' }];
  const before = double.abandoned;
  const { id } = await request({ ...topic, topic: 'coffee' });
  await double.until(({ asked }) => asked.at(-1)?.messages[1]?.content.includes('coffee') === true);
  await shop.queue.cancel(id);
  expect(await until(id, ({ state }) => isEnded(state))).toMatchObject({ state: 'cancelled' });
  await double.until(() => double.abandoned === before + 1 && double.loaded().length === 0);
}, 60_000);

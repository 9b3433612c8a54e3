// Garbage collection over a real vault, ledger and documents: what is named stays, whatever is asked; what nobody names
// goes, once it has lain there for a day.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId, JobResult } from '@myspinbot/shared/job/job.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { chanceOf } from '../queue/fixtures/random.ts';
import { removeSmallAgents } from '../server/fixtures/small-agent.ts';
import { collect } from './collect.ts';
import { collectDaily } from './daily.ts';
import { DAY_MS } from './names.ts';
import { type House, openHouse } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.stop());
afterAll(() => removeSmallAgents());

const inDays = (days: number) => Date.now() + days * DAY_MS;
const run = (now = Date.now(), dryRun = false) => collect(house.stores, { now, dryRun });
const hashes = () => new Set<AssetHash>(house.agent.vault.hashes());
const total = (report: Awaited<ReturnType<typeof run>>) =>
  Object.values(report.kinds).reduce((sum, { files }) => sum + files, 0);

test('what a project, a job, a result or an artifact names stays; what nobody names goes', async () => {
  const bot = await house.project('Bot');
  const { result } = await house.spin(bot, 'Hello');
  // The preview that was shown meanwhile.
  await house.age(2);
  expect(total(await run())).toBe(1);
  const used = hashes();
  const stray = await house.stray('nobody needs this');
  await house.age(2);
  const report = await run();
  expect(report.kinds['other files']).toEqual({ files: 1, bytes: stray.bytes });
  expect(total(report)).toBe(1);
  expect(hashes()).toEqual(used);
  expect(used).toContain(bot.photo.hash);
  expect(used).toContain(result.video.hash);
  expect(report.kept.files).toBe(used.size);
});

test('a dry run says the same and removes nothing', async () => {
  await house.spin(await house.project('Bot'), 'Hello');
  await house.stray('nobody needs this');
  await house.age(40);
  const before = hashes();
  const planned = await run(inDays(40), true);
  expect(hashes()).toEqual(before);
  const done = await run(inDays(40));
  expect(done).toEqual({ ...planned, dryRun: false });
  expect(before.size - hashes().size).toBe(total(done));
  expect(total(done)).toBeGreaterThan(0);
});

test('a file of today is left, whoever names it', async () => {
  const { hash } = await house.stray('it came a moment ago');
  const report = await run();
  expect(report.young.files).toBe(1);
  expect(hashes()).toContain(hash);
});

test('files of stages in between go when nobody used them for the days of the rules; results stay', async () => {
  const bot = await house.project('Bot');
  const { id, result } = await house.spin(bot, 'Hello');
  await house.age(40);
  expect((await run(inDays(29))).artifacts).toBe(0);
  const before = hashes();
  const report = await run(inDays(31));
  expect(report.artifacts).toBeGreaterThan(0);
  const gone = [...before].filter((hash) => !hashes().has(hash));
  expect(gone.length).toBe(total(report));
  for (const ref of [result.video, result.poster, result.vtt, result.srt, bot.photo]) {
    if (ref !== null) expect(hashes()).toContain(ref.hash);
  }
  // A look that the job tells of is there to be used again.
  const run1 = house.agent.queue.job(id)!.run;
  const prints = new Set<string>();
  for await (const { fingerprint } of house.agent.queue.artifacts()) prints.add(fingerprint);
  for (const { fingerprint } of run1.trained ?? []) expect(prints).toContain(fingerprint);
  // And the same again makes a whole video.
  expect((await house.spin(bot, 'Hello')).result.video.hash).toBe(result.video.hash);
});

test('the days are those of the rules', async () => {
  await house.spin(await house.project('Bot'), 'Hello');
  await house.age(40);
  await house.agent.queue.setRules({ ...house.agent.queue.rules(), keepDays: 100 });
  expect((await run(inDays(99))).artifacts).toBe(0);
  expect((await run(inDays(101))).artifacts).toBeGreaterThan(0);
});

test('what a job goes on with that has not ended is old for nobody', async () => {
  const bot = await house.project('Bot');
  await house.spin(bot, 'Hello');
  await house.age(40);
  await house.agent.queue.setRules({ ...house.agent.queue.rules(), paused: true });
  const waiting = { ...house.agent.queue.jobs()[0]!.request, id: 'j_000000000001' as never, requestedAt: 5 };
  await house.agent.queue.request(waiting);
  expect((await run(inDays(31))).artifacts).toBe(0);
  await house.agent.queue.cancel(waiting.id);
  expect((await run(inDays(31))).artifacts).toBeGreaterThan(0);
});

test('a deleted project keeps everything for as long, then it goes with its jobs', async () => {
  const bot = await house.project('Bot');
  const other = await house.project('Other');
  const { id, result } = await house.spin(bot, 'Hello');
  const entry = house.workspace.project(bot.id)!;
  house.workspace.putProject({ ...entry, deleted: true, updatedAt: Date.now() });
  await house.age(40);
  await run(inDays(29));
  expect(hashes()).toContain(bot.photo.hash);
  const report = await run(inDays(31));
  expect(report.jobs).toBe(1);
  expect(house.agent.queue.job(id)).toBeUndefined();
  expect(hashes()).not.toContain(bot.photo.hash);
  expect(hashes()).not.toContain(result.video.hash);
  expect([...hashes()]).toEqual([other.photo.hash]);
});

test('a job that was taken out of the history goes when its time is over, and only that one', async () => {
  const bot = await house.project('Bot');
  const hidden = await house.spin(bot, 'Hello');
  const shown = await house.spin(bot, 'Something else');
  house.workspace.hide(hidden.id, true);
  await house.age(40);
  await run(inDays(29));
  expect(hashes()).toContain(hidden.result.video.hash);
  await run(inDays(31));
  expect(hashes()).not.toContain(hidden.result.video.hash);
  expect(hashes()).toContain(shown.result.video.hash);
});

test('an old job of which only its line is left in the history still names its video', async () => {
  const { id, result } = await house.spin(await house.project('Bot'), 'Hello');
  openWorkspace(house.agent.hub.workspace, { role: 'agent', id: 'a_small' }).archive([id]);
  // As if the ledger were gone.
  await house.agent.queue.forgetJobs([id]);
  await house.age(40);
  await run(inDays(31));
  expect(hashes()).toContain(result.video.hash);
  expect(hashes()).toContain(result.poster.hash);
});

test('a project document without a line in the index still names its files', async () => {
  const bot = await house.project('Bot');
  house.agent.hub.workspace.getMap('projects').delete(bot.id);
  await house.age(2);
  await run();
  expect(hashes()).toContain(bot.photo.hash);
});

test('a field that this version does not know names a file, too', async () => {
  const bot = await house.project('Bot');
  const { hash } = await house.stray('a newer app’s intro');
  await house.agent.hub.edit(`project/${bot.id}`, (doc) =>
    doc.getMap('fields').set('intro', { clip: { hash } }),
  );
  await house.age(2);
  await run();
  expect(hashes()).toContain(hash);
});

test('files that were removed by hand are no error, and the vault knows it afterwards', async () => {
  const { hash } = await house.stray('soon gone');
  const { hash: other } = await house.stray('goes, too');
  await house.age(2);
  await rm(house.agent.vault.path(hash), { force: true });
  const report = await run();
  expect(total(report)).toBe(1);
  expect([house.agent.vault.has(hash), house.agent.vault.has(other)]).toEqual([false, false]);
});

test('an upload under way is no asset yet, and is left alone', async () => {
  const bytes = Buffer.from('half of it is here');
  const upload = await house.agent.vault.receive(
    { hash: 'ab'.repeat(32) as AssetHash, bytes: bytes.length, type: 'image/png' },
    ['cd'.repeat(32)],
  );
  await house.age(2);
  await run(inDays(400));
  expect(upload.missing()).toEqual([0]);
  expect(existsSync(`${house.agent.dir}/vault/partial`)).toBe(true);
  expect(await upload.block(0, bytes)).toBe(false);
  await upload.close();
});

test('a job that is asked for while files are looked at keeps its photo', async () => {
  const photo = await house.stray('an old photo of a deleted project');
  await house.age(2);
  const template = await house.project('Bot');
  const { id } = await house.spin(template, 'Hello');
  const { request } = house.agent.queue.job(id)!;
  const { queue } = house.agent;
  const late = {
    ...request,
    id: 'j_000000000009' as never,
    assets: [photo],
    options: { ...request.options, photos: [photo.hash] },
  };
  const artifacts = async function* () {
    // By now everything that names files was read.
    await queue.request(late);
    yield* queue.artifacts();
  };
  const stores = { ...house.stores, queue: { ...queue, artifacts } };
  await collect(stores, { now: Date.now(), dryRun: false });
  expect(house.agent.vault.has(photo.hash)).toBe(true);
});

const seed = Math.floor(Math.random() * 1e9);
test(`whatever happens, what is shown is there (seed ${seed})`, async () => {
  const { number, pick } = chanceOf(seed);
  const projects: Awaited<ReturnType<House['project']>>[] = [await house.project('First')];
  const shown = new Map<JobId, JobResult>();
  const gone = new Set<ProjectId>();
  let days = 0;
  const living = () => projects.filter(({ id }) => !gone.has(id));
  const acts: (() => Promise<unknown>)[] = [
    async () => projects.push(await house.project(`Bot ${projects.length}`)),
    async () => {
      const { id, result } = await house.spin(pick(living()), `Words ${Math.floor(number() * 4)}`);
      shown.set(id, result);
    },
    async () => {
      if (shown.size === 0) return;
      const id = pick([...shown.keys()]);
      house.workspace.hide(id, true);
      shown.delete(id);
    },
    async () => {
      if (living().length < 2) return;
      const { id } = pick(living());
      gone.add(id);
      house.workspace.putProject({ ...house.workspace.project(id)!, deleted: true });
      for (const job of shown.keys()) {
        if (house.agent.queue.job(job)?.request.project === id) shown.delete(job);
      }
    },
    () => house.stray(`stray ${number()}`),
    () => house.age(Math.floor(number() * 60)),
    async () => {
      days += Math.floor(number() * 40);
    },
  ];
  for (let step = 0; step < 40; step++) {
    await pick(acts)();
    await run(inDays(days));
    for (const { id, photo } of living())
      expect([step, id, hashes().has(photo.hash)]).toEqual([step, id, true]);
    for (const [id, { video, poster, vtt, srt }] of shown) {
      for (const ref of [video, poster, vtt, srt]) {
        if (ref !== null) expect([step, id, hashes().has(ref.hash)]).toEqual([step, id, true]);
      }
    }
  }
  // And in the end all of the rest goes.
  await house.age(400);
  await run(inDays(400));
  const left = new Set<string>();
  for (const { photo } of living()) left.add(photo.hash);
  for (const { video, poster, vtt, srt } of shown.values()) {
    for (const ref of [video, poster, vtt, srt]) if (ref !== null) left.add(ref.hash);
  }
  const jobs = house.agent.queue.jobs().map(({ request }) => request.id);
  expect(new Set(jobs)).toEqual(new Set(shown.keys()));
  for await (const { assets } of house.agent.queue.artifacts()) for (const { hash } of assets) left.add(hash);
  expect(hashes()).toEqual(left);
});

test('it runs soon after a start and then once a day, sooner when something was held back', async () => {
  const clock = handClock();
  let runs = 0;
  let heldBack = 0;
  const work = async () => {
    runs++;
    return { heldBack };
  };
  const turn = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
    return runs;
  };
  const stop = collectDaily(work, clock, silentLogger);
  expect(await turn(DAY_MS / 24)).toBe(1);
  expect(await turn(DAY_MS - 1)).toBe(1);
  heldBack = 1;
  expect(await turn(1)).toBe(2);
  expect(await turn(DAY_MS / 24)).toBe(3);
  stop();
  expect(await turn(3 * DAY_MS)).toBe(3);
});

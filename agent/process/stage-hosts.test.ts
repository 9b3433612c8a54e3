import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { type SpinOptions, spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { type Logger, silentLogger } from '../log/logger.ts';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { isAlive } from '../queue/fixtures/killable-agent.ts';
import { openStageLog } from '../stages/fixtures/stage-log.ts';
import type { StageTask, StageWatch } from '../stages/host.ts';
import { moduleEntry } from './entry.ts';
import { createStageHosts, type StageHostOptions, type StageHosts } from './stage-hosts.ts';

const open: { hosts: StageHosts; folder: string }[] = [];
afterEach(async () => {
  for (const { hosts, folder } of open.splice(0)) {
    await hosts.close();
    expect(hosts.pids()).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  }
});

const photo = 'a'.repeat(64) as AssetHash;
const options: SpinOptions = spinOptionsSchema.parse({
  photos: [photo],
  narration: { kind: 'text', text: 'Hello' },
});
const unwatched: StageWatch = { progress() {}, preview() {}, live() {} };
const never = new AbortController().signal;

function world(change: Partial<StageHostOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
  const log = openStageLog(mkdtempSync(join(folder, 'log-')));
  const photoPath = join(folder, 'photo');
  writeFileSync(photoPath, 'a photo');
  const hosts = createStageHosts({
    clock: systemClock,
    log: silentLogger,
    entry: moduleEntry('./fixtures/host-with-small-engines.ts', import.meta.url),
    args: [log.folder],
    graceMs: 300,
    ...change,
  });
  open.push({ hosts, folder });
  let works = 0;
  const task = (stage: StageTask['stage'] = 'look', engine = `${stage}/small`): StageTask => {
    works += 1;
    const workDir = join(folder, `work-${works}`);
    mkdirSync(workDir);
    return {
      stage,
      options,
      earlier: {},
      engines: { [stage]: engine },
      workDir,
      assets: { [photo]: photoPath },
    };
  };
  return { hosts, log, task, photoPath, folder };
}

test('a stage runs in another process and answers with its output and its hashed files', async () => {
  const { hosts, log, task } = world();
  const progress: [number, number][] = [];
  const { output, kept } = await hosts.run(
    task(),
    { ...unwatched, progress: (done, total) => progress.push([done, total]) },
    never,
  );
  expect(output).toMatchObject({ width: 64, notes: ['One face was found.'] });
  expect(kept.map((one) => one.ref.type)).toEqual(['image/png', 'image/png']);
  for (const { file, ref } of kept) expect(readFileSync(file)).toHaveLength(ref.bytes);
  expect(progress).toEqual([[1, 2]]);
  expect(log.events()[0]?.pid).not.toBe(process.pid);
  expect(hosts.pids()).toEqual([log.events()[0]?.pid]);
});

test('stages asked for together run one after the other in the same process', async () => {
  const { hosts, log, task } = world();
  await Promise.all([1, 2, 3].map(() => hosts.run(task(), unwatched, never)));
  expect(log.events().map((one) => one.event)).toEqual(Array(3).fill(['entered', 'left']).flat());
  expect(new Set(log.events().map((one) => one.pid)).size).toBe(1);
});

test("a stage's own failure arrives as it was thrown, and the process lives on", async () => {
  const { hosts, log, task } = world();
  log.behave({ look: 'throws' });
  await expect(hosts.run(task(), unwatched, never)).rejects.toMatchObject({
    name: 'Failure',
    code: 'engine-failed',
    hint: 'Ask nicely.',
    retry: 'soon',
  });
  const [before] = hosts.pids();
  log.behave({});
  await hosts.run(task(), unwatched, never);
  expect(hosts.pids()).toEqual([before]);
});

test('a crash is told with the exit code and the last lines; the next stage gets a fresh process', async () => {
  const { hosts, log, task } = world();
  log.behave({ look: 'crashes' });
  await expect(hosts.run(task(), unwatched, never)).rejects.toMatchObject({
    code: 'engine-failed',
    message: expect.stringMatching(/look stage ended unexpectedly \(exit code 3\).*lost its balance/),
    retry: 'soon',
  });
  log.behave({});
  await hosts.run(task(), unwatched, never);
  expect(new Set(log.events().map((one) => one.pid)).size).toBe(2);
});

test('a host that the system killed is told as a lack of memory', async () => {
  const { hosts, log, task } = world();
  log.behave({ look: 'hangs' });
  const run = hosts.run(task(), unwatched, never);
  await log.until(() => log.count('look') === 1);
  process.kill(hosts.pids()[0]!, 'SIGKILL');
  await expect(run).rejects.toMatchObject({ code: 'out-of-memory' });
});

test.each(['hangs', 'spins', 'leaves-a-child'] as const)(
  'an abort ends a stage that %s, its process and its children, before it is told',
  async (how) => {
    const { hosts, log, task } = world();
    log.behave({ look: how });
    const control = new AbortController();
    const run = hosts.run(task(), unwatched, control.signal);
    const last = how === 'leaves-a-child' ? 'child' : 'entered';
    await log.until(() => log.events().some((one) => one.event === last));
    control.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    for (const { pid } of log.events()) await expect.poll(() => isAlive(pid)).toBe(false);
    log.behave({});
    await hosts.run(task(), unwatched, never);
  },
);

test('an abort before the start starts nothing', async () => {
  const { hosts, log, task } = world();
  await expect(hosts.run(task(), unwatched, AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
  expect(log.events()).toEqual([]);
  expect(hosts.pids()).toEqual([]);
});

test('an idle host is ended to give memory back, and started again when there is work', async () => {
  const clock = handClock();
  const { hosts, log, task } = world({ clock, idleMs: 1000 });
  await hosts.run(task(), unwatched, never);
  const [first] = hosts.pids();
  clock.advance(999);
  expect(isAlive(first!)).toBe(true);
  clock.advance(1);
  // Asked while the old one goes: the work waits for a new one and is not lost.
  await hosts.run(task(), unwatched, never);
  expect(hosts.pids()).not.toEqual([first]);
  expect(log.count('look')).toBe(2);
});

test('photos are looked at while a stage runs, by a second process', async () => {
  const { hosts, log, task, photoPath } = world();
  expect(await hosts.inspectPhoto(photoPath, never)).toEqual({ width: 7, height: 1, faces: [] });
  log.behave({ timing: 'waits', look: 'waits' });
  const run = hosts.run(task(), unwatched, never);
  await log.until(() => log.count('look') === 1);
  expect(await hosts.inspectPhoto(photoPath, never)).toMatchObject({ width: 7 });
  expect(hosts.pids()).toHaveLength(2);
  log.behave({});
  await run;
});

test('engines are asked whether they can work, and the speaking one for its voices', async () => {
  const { hosts } = world();
  const { engines, voices } = await hosts.describe(never);
  expect(engines).toHaveLength(8);
  expect(engines.every((one) => one.readiness.ready)).toBe(true);
  expect(voices).toEqual([{ name: 'small', lang: 'en', label: 'Small' }]);
});

test('an engine that does not exist, or does something else, is a failure with a next step', async () => {
  const { hosts, task } = world();
  for (const engine of ['look/other', 'speech/small'])
    await expect(hosts.run(task('look', engine), unwatched, never)).rejects.toMatchObject({
      code: 'engine-missing',
    });
});

test('closing ends what runs', async () => {
  const { hosts, log, task } = world();
  log.behave({ look: 'hangs' });
  const run = hosts.run(task(), unwatched, never);
  run.catch(() => {});
  await log.until(() => log.count('look') === 1);
  await hosts.close();
  await expect(run).rejects.toMatchObject({ code: 'engine-failed' });
});

test('a host that talks nonsense is not listened to', async () => {
  const warned: string[] = [];
  const log: Logger = { ...silentLogger, warn: (event) => void warned.push(event) };
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
  const program = join(folder, 'host-talks-nonsense.mjs');
  writeFileSync(
    program,
    `process.on('message', (message) => {
      process.send('what?'); process.send({ type: 'stage/done', call: 'x' }); process.send({ type: 'stage/sing' });
      if (message.call) process.send({ type: 'photo/inspected', call: message.call, inspection: { width: 1, height: 1, faces: [] } });
    });`,
  );
  const hosts = createStageHosts({
    clock: systemClock,
    log,
    entry: { url: new URL(`file://${program}`), path: program, execArgv: [] },
    graceMs: 300,
  });
  open.push({ hosts, folder });
  const workDir = folder;
  const asked = hosts.run(
    { stage: 'look', options, earlier: {}, engines: {}, workDir, assets: {} },
    unwatched,
    never,
  );
  await expect(asked).rejects.toMatchObject({ code: 'internal' });
  expect(warned.filter((event) => event === 'host.not-understood').length).toBeGreaterThanOrEqual(3);
});

import type { JobRun, StageName } from '@myspinbot/shared/job/job.ts';
import { defaultRules } from '@myspinbot/shared/job/rules.ts';
import { type Pipeline, pipelineSchema } from '@myspinbot/shared/pipeline/graph.ts';
import { shippedPipelines } from '@myspinbot/shared/pipeline/shipped.ts';
import { afterEach, expect, test } from 'vitest';
import { entriesOf } from '../engines/registry.ts';
import { smallEngines } from '../stages/fixtures/small-engines.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { openQueueWorld, type QueueWorld, type WorldChange } from './fixtures/queue-world.ts';
import { queueContract } from './queue-contract.ts';

const worlds: QueueWorld[] = [];
async function open(change: WorldChange = {}) {
  const world = await openQueueWorld(change);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) {
    world.stageLog.behave({});
    await world.close();
  }
});

queueContract('the embedded queue', openQueueWorld);

const statesOf = (world: QueueWorld, job: string) =>
  world.events.flatMap((event) => (event.type === 'run' && event.job === job ? [event.run.state] : []));

test('a job goes through every stage to a result that names its engines and tells its notes', async () => {
  const world = await open();
  const request = requestFor(await world.photo(), 'Hello there');
  expect(await world.queue.request(request)).toMatchObject({ state: 'queued', attempt: 0 });
  const run = await world.ended(request.id);
  expect(run).toMatchObject({ state: 'succeeded', attempt: 1, retry: 0 });
  expect(run.result).toMatchObject({
    engines: {
      look: 'look/small',
      speech: 'speech/small',
      timing: 'timing/small',
      portrait: 'portrait/small',
      finish: 'finish/small',
    },
    notes: ['One face was found.'],
    vtt: null,
  });
  // Text and no clip: neither a writer nor a voice engine had anything to do.
  expect(run.result?.engines).not.toHaveProperty('script');
  expect(run.result?.engines).not.toHaveProperty('voice');
  expect(run.stages.map((one) => one.state)).toEqual(Array(7).fill('done'));
  expect(world.vault.ref(run.result!.video.hash)).toBeDefined();
  expect(new Set(statesOf(world, request.id))).toEqual(
    new Set(['queued', 'claimed', 'running', 'succeeded']),
  );
  expect(statesOf(world, request.id).at(-1)).toBe('succeeded');
});

test('with only the text changed, the look and the voice are reused', async () => {
  const world = await open();
  const photo = await world.photo();
  const clip = await world.photo('a voice clip');
  for (const text of ['Hello', 'Good bye']) {
    const request = requestFor(photo, text, { options: { voiceClip: clip.hash } });
    await world.queue.request(request);
    await world.ended(request.id);
  }
  const count = (stage: StageName) => world.stageLog.count(stage);
  expect([count('look'), count('voice')]).toEqual([1, 1]);
  expect([count('speech'), count('timing'), count('portrait'), count('finish')]).toEqual([2, 2, 2, 2]);
});

const mutations: { what: string; change: object; reruns: StageName[] }[] = [
  { what: 'the seed', change: { seed: 2 }, reruns: ['speech', 'portrait'] },
  { what: 'the size', change: { size: '1280x720' }, reruns: ['portrait', 'finish'] },
  { what: 'the frame rate', change: { fps: 30 }, reruns: ['portrait', 'finish'] },
  { what: 'the background', change: { background: { kind: 'blur' } }, reruns: ['portrait'] },
  { what: 'captions', change: { captions: false }, reruns: ['portrait'] },
  { what: 'the face', change: { face: 1 }, reruns: ['look'] },
  { what: 'the voice', change: { voiceName: 'other' }, reruns: ['speech'] },
  {
    what: 'the language',
    change: { narration: { kind: 'text', text: 'Hello', lang: 'de' } },
    reruns: ['speech'],
  },
];
test.each(mutations)('another value of $what misses the artifacts it decides', async ({ change, reruns }) => {
  const world = await open();
  const photo = await world.photo();
  for (const options of [{}, change]) {
    const request = requestFor(photo, 'Hello', { options });
    await world.queue.request(request);
    expect((await world.ended(request.id)).state).toBe('succeeded');
  }
  for (const stage of reruns) expect(world.stageLog.count(stage), stage).toBe(2);
});

test('another engine version misses every artifact', async () => {
  const world = await open();
  const photo = await world.photo();
  const first = requestFor(photo, 'Hello');
  await world.queue.request(first);
  await world.ended(first.id);
  await world.reopen({ version: '2' });
  const second = requestFor(photo, 'Hello');
  await world.queue.request(second);
  await world.ended(second.id);
  for (const stage of ['look', 'speech', 'timing', 'portrait', 'finish'] as const)
    expect(world.stageLog.count(stage), stage).toBe(2);
});

test('an artifact whose asset is gone from the vault is made again', async () => {
  const world = await open();
  const photo = await world.photo();
  const first = requestFor(photo, 'Hello');
  await world.queue.request(first);
  const { result } = await world.ended(first.id);
  await world.vault.remove(result!.video.hash);
  const second = requestFor(photo, 'Hello');
  await world.queue.request(second);
  const run = await world.ended(second.id);
  expect(run.state).toBe('succeeded');
  expect(run.stages.map((one) => one.state)).toEqual([...Array(6).fill('reused'), 'done']);
  expect(world.vault.ref(result!.video.hash)).toBeDefined();
});

test('a queued job whose asset was removed by hand waits for it again', async () => {
  const world = await open();
  world.stageLog.behave({ portrait: 'waits' });
  const first = requestFor(await world.photo(), 'First');
  const other = await world.photo('other');
  const second = requestFor(other, 'Second');
  await world.queue.request(first);
  await world.queue.request(second);
  await world.stageLog.until((log) => log.count('portrait') === 1);
  await world.vault.remove(other.hash);
  world.stageLog.behave({});
  await world.until(second.id, (run) => run.state === 'waiting-for-assets');
  await world.photo('other');
  expect((await world.ended(second.id)).state).toBe('succeeded');
});

test.each([
  ['throws', { code: 'engine-failed', message: 'The small engine did not want to.', stage: 'timing' }],
  ['lies', { code: 'internal', stage: 'timing' }],
] as const)('a stage that %s fails the job with its place, and the next job runs', async (how, failure) => {
  const world = await open({ isPatient: false });
  const photo = await world.photo();
  world.stageLog.behave({ timing: how });
  const bad = requestFor(photo, 'Bad');
  await world.queue.request(bad);
  const run = await world.ended(bad.id);
  expect(run).toMatchObject({ state: 'failed', failure });
  expect(run.stages.map((one) => one.state)).toEqual([
    ...Array(4).fill('done'),
    'failed',
    'waiting',
    'waiting',
  ]);
  world.stageLog.behave({});
  const good = requestFor(photo, 'Good');
  await world.queue.request(good);
  expect((await world.ended(good.id)).state).toBe('succeeded');
});

test('a stage that hangs is stopped at its time limit and says so', async () => {
  const world = await open({ limitMs: () => 240_000, isPatient: false });
  world.stageLog.behave({ speech: 'hangs' });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  await world.stageLog.until((log) => log.count('speech') === 1);
  world.clock.advance(239_000);
  expect(world.queue.job(request.id)?.run.state).toBe('running');
  world.clock.advance(2_000);
  const run = await world.ended(request.id);
  expect(run.failure).toMatchObject({ code: 'timed-out', stage: 'speech', retry: 'soon' });
  expect(run.failure?.message).toContain('4 min');
});

test('progress grows, names the time left, carries the preview, and is gone at the end', async () => {
  const world = await open();
  const request = requestFor(await world.photo(), 'Hello there, this is a sentence');
  await world.queue.request(request);
  await world.ended(request.id);
  const told = world.events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []));
  expect(told.length).toBeGreaterThan(5);
  const fractions = told.map((one) => one.fraction);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  expect(told.every((one) => one.leftMs !== undefined && one.leftMs > 0)).toBe(true);
  expect(told.some((one) => one.preview !== undefined && world.vault.has(one.preview.hash))).toBe(true);
  expect(world.queue.progress(request.id)).toBeUndefined();
});

test('the time left is learned from what stages took on this machine', async () => {
  const world = await open();
  const photo = await world.photo();
  const run = async (text: string) => {
    world.stageLog.behave({ portrait: 'waits' });
    const before = world.stageLog.count('portrait');
    const request = requestFor(photo, text);
    await world.queue.request(request);
    await world.stageLog.until((log) => log.count('portrait') === before + 1);
    const left = world.queue.progress(request.id)!.leftMs!;
    world.clock.advance(100_000);
    world.stageLog.behave({});
    await world.ended(request.id);
    return left;
  };
  const guessed = await run('A sentence of about this length here');
  const learned = await run('A sentence of about that length here');
  expect(guessed).toBeLessThan(20_000);
  expect(learned).toBeGreaterThan(90_000);
});

test('an unknown pipeline and a faulty one fail before any work, with the place named', async () => {
  const shipped = shippedPipelines.get('portrait')!;
  const faulty: Pipeline = pipelineSchema.parse({
    ...shipped,
    name: 'mine',
    edges: [...shipped.edges, { from: 'finish', to: 'portrait' }],
  });
  const world = await open({ pipelines: new Map([...shippedPipelines, ['mine', faulty]]) });
  const photo = await world.photo();
  const unknown = await world.queue.request(requestFor(photo, 'Hello', { pipeline: 'theirs' }));
  expect(unknown).toMatchObject({ state: 'failed', failure: { code: 'bad-input' } });
  expect(unknown.failure?.hint).toContain('portrait');
  const circle = await world.queue.request(requestFor(photo, 'Hello', { pipeline: 'mine' }));
  expect(circle.failure?.message).toMatch(/"mine" cannot run.*circle/);
  expect(world.stageLog.events()).toEqual([]);
});

test('no engine for a stage: the job fails at that stage with what the engine said', async () => {
  const world = await open();
  const offers = entriesOf(smallEngines(world.stageLog)).map((entry) =>
    entry.capability === 'timing'
      ? {
          ...entry,
          readiness: { ready: false as const, reason: 'not-installed' as const, hint: 'Install it.' },
        }
      : entry,
  );
  await world.reopen({ offers: () => offers });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  const run = await world.ended(request.id);
  expect(run.failure).toMatchObject({ code: 'engine-missing', hint: 'Install it.' });
});

test('a claim that was given on cannot commit: its stage is refused and nothing reaches the vault', async () => {
  const world = await open();
  world.stageLog.behave({ look: 'waits' });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  await world.stageLog.until((log) => log.count('look') === 1);
  const before = world.vault.usage();
  // As if another holder had been granted the job while this one was frozen.
  const run = world.queue.job(request.id)!.run;
  await world.ledger.claim(request, { ...run, attempt: run.attempt + 1 }, world.clock.now());
  const refused = new Promise<string>((resolve) => {
    world.queue.on((event) => {
      if (event.type === 'stage') resolve(`${event.stage} ${event.outcome}`);
    });
  });
  world.stageLog.behave({});
  expect(await refused).toBe('look failed');
  await world.queue.close();
  expect(world.vault.usage()).toEqual(before);
  expect(world.ledger.jobs()[0]?.run.attempt).toBe(run.attempt + 1);
});

test('replay of a ledger with every state loses nothing and runs only what was not ended', async () => {
  const world = await open();
  const photo = await world.photo();
  const states: JobRun['state'][] = [
    'waiting-for-assets',
    'queued',
    'claimed',
    'running',
    'cancelling',
    'paused',
    'cancelled',
    'failed',
    'succeeded',
    'superseded',
  ];
  const requests = states.map((state) => requestFor(photo, state));
  await world.queue.close();
  for (const [index, state] of states.entries())
    await world.ledger.record(requests[index]!, { state, attempt: 1, retry: 0, queuedAt: 1, stages: [] });
  await world.reopen();
  for (const [index, { id }] of requests.entries()) if (states[index] !== 'paused') await world.ended(id);
  const ends = requests.map(({ id }) => world.queue.job(id)!.run.state);
  expect(ends).toEqual([
    'succeeded',
    'succeeded',
    'succeeded',
    'succeeded',
    'cancelled',
    'paused',
    'cancelled',
    'failed',
    'succeeded',
    'superseded',
  ]);
});

test('a folder that was copied does not run by itself what waits in it', async () => {
  const world = await open();
  world.stageLog.behave({ portrait: 'hangs' });
  const running = requestFor(await world.photo(), 'Running');
  await world.queue.request(running);
  await world.stageLog.until((log) => log.count('portrait') === 1);
  await world.queue.close();
  await world.ledger.close();
  const copy = await openQueueWorld({ copyOf: world.folder });
  worlds.push(copy);
  worlds.splice(worlds.indexOf(world), 1);
  expect(copy.queue.rest()).toEqual({ why: 'restored' });
  expect(copy.queue.job(running.id)?.run.state).toBe('queued');
  copy.stageLog.behave({});
  await copy.queue.setRules({ ...defaultRules, goOnAt: copy.clock.now() });
  expect(await copy.ended(running.id)).toMatchObject({ state: 'succeeded' });
});

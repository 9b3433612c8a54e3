import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobRun, StageName } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import { type Pipeline, pipelineSchema } from '@myspinbot/shared/pipeline/graph.ts';
import { shippedPipelines } from '@myspinbot/shared/pipeline/shipped.ts';
import { afterEach, expect, test } from 'vitest';
import { entriesOf } from '../engines/registry.ts';
import { smallEngines } from '../stages/fixtures/small-engines.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { openQueueWorld, type QueueWorld, type WorldChange } from './fixtures/queue-world.ts';
import { chanceOf } from './fixtures/random.ts';

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

const statesOf = (world: QueueWorld, job: string) =>
  world.events.flatMap((event) => (event.type === 'run' && event.job === job ? [event.run.state] : []));
const outcomes = (world: QueueWorld, job: string) =>
  world.events.flatMap((event) =>
    event.type === 'stage' && event.job === job ? [`${event.stage} ${event.outcome}`] : [],
  );

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

test('asking again with the same id changes nothing', async () => {
  const world = await open();
  const request = requestFor(await world.photo(), 'Hello');
  await Promise.all([world.queue.request(request), world.queue.request(request)]);
  await world.ended(request.id);
  expect(await world.queue.request(request)).toMatchObject({ state: 'succeeded' });
  expect(world.queue.jobs()).toHaveLength(1);
  expect(world.stageLog.count('look')).toBe(1);
});

test('a repeated job is served from artifacts alone', async () => {
  const world = await open();
  const photo = await world.photo();
  const first = requestFor(photo, 'Hello');
  await world.queue.request(first);
  const made = await world.ended(first.id);
  await world.reopen();
  const again = requestFor(photo, 'Hello');
  await world.queue.request(again);
  const run = await world.ended(again.id);
  expect(run.result).toEqual(made.result);
  expect(run.stages.every((one) => one.state === 'reused')).toBe(true);
  expect(world.stageLog.count('look')).toBe(1);
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

test('a job waits for the assets it names, and for those alone', async () => {
  const world = await open();
  const missing: AssetRef = { hash: 'f'.repeat(64) as AssetHash, bytes: 10, type: 'image/png' };
  const elsewhere = await openQueueWorld();
  worlds.push(elsewhere);
  const photo = await elsewhere.photo('late');
  const request = { ...requestFor(photo, 'Hello'), assets: [photo, missing] };
  expect(await world.queue.request(request)).toMatchObject({ state: 'waiting-for-assets' });
  await world.photo('late');
  expect((await world.ended(request.id)).state).toBe('succeeded');
  expect(statesOf(world, request.id).slice(0, 3)).toEqual(['waiting-for-assets', 'queued', 'claimed']);
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

test('one job runs at a time, in the order of asking', async () => {
  const world = await open();
  const photo = await world.photo();
  world.stageLog.behave({ look: 'waits' });
  const blocker = requestFor(photo, 'Blocker');
  await world.queue.request(blocker);
  await world.stageLog.until((log) => log.count('look') === 1);
  const now = world.clock.now();
  // Asked at 30, 10, 20; one device's clock runs a day ahead, but it was heard of before the last.
  const asked = [now - 70, now - 90, now - 80, now + 86_400_000].map((requestedAt, index) =>
    requestFor(photo, `Job ${index}`, { requestedAt }),
  );
  for (const request of asked) await world.queue.request(request);
  world.stageLog.behave({});
  world.clock.advance(50);
  const last = requestFor(photo, 'Last', { requestedAt: world.clock.now() });
  await world.queue.request(last);
  await world.ended(last.id);
  const order = world.events.flatMap((event) =>
    event.type === 'run' && event.run.state === 'succeeded' ? [event.job] : [],
  );
  expect(order).toEqual([blocker, asked[1]!, asked[2]!, asked[0]!, asked[3]!, last].map(({ id }) => id));
  let runningNow = new Set<string>();
  for (const event of world.events) {
    if (event.type !== 'run') continue;
    runningNow = new Set([...runningNow].filter((job) => job !== event.job));
    if (event.run.state === 'running') runningNow.add(event.job);
    expect(runningNow.size).toBeLessThanOrEqual(1);
  }
});

test('cancel works while waiting for assets, while queued, while running, and does nothing at the end', async () => {
  const world = await open();
  const photo = await world.photo();
  const elsewhere = { ...photo, hash: 'e'.repeat(64) as AssetHash };
  const waiting = requestFor(elsewhere, 'Waiting');
  await world.queue.request(waiting);
  await world.queue.cancel(waiting.id);
  expect(world.queue.job(waiting.id)?.run.state).toBe('cancelled');

  world.stageLog.behave({ portrait: 'hangs' });
  const running = requestFor(photo, 'Running');
  const queued = requestFor(photo, 'Queued');
  await world.queue.request(running);
  await world.queue.request(queued);
  await world.stageLog.until((log) => log.count('portrait') === 1);
  await world.queue.cancel(queued.id);
  expect(world.queue.job(queued.id)?.run.state).toBe('cancelled');
  await world.queue.cancel(running.id);
  await world.queue.cancel(running.id);
  const ended = await world.ended(running.id);
  expect(ended.state).toBe('cancelled');
  expect(ended.stages.map((one) => one.state)).toEqual([...Array(5).fill('done'), 'waiting', 'waiting']);
  expect(statesOf(world, running.id).at(-2)).toBe('cancelling');
  expect(outcomes(world, running.id).at(-1)).toBe('portrait cancelled');

  world.stageLog.behave({});
  const done = requestFor(photo, 'Done');
  await world.queue.request(done);
  const result = await world.ended(done.id);
  await world.queue.cancel(done.id);
  expect(world.queue.job(done.id)?.run).toEqual(result);
  await world.queue.cancel(requestFor(photo, 'never asked').id);
});

test('a cancelled job keeps what it made: the retry goes on from there', async () => {
  const world = await open();
  world.stageLog.behave({ portrait: 'hangs' });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  await world.stageLog.until((log) => log.count('portrait') === 1);
  await world.queue.cancel(request.id);
  await world.ended(request.id);
  world.stageLog.behave({});
  await world.queue.retry(request.id, 1);
  expect(await world.ended(request.id)).toMatchObject({ state: 'succeeded', retry: 1, attempt: 2 });
  expect(world.stageLog.count('look')).toBe(1);
  // The same number again, a lower one, or one for a job that has its video: no second run.
  await world.queue.retry(request.id, 1);
  await world.queue.retry(request.id, 2);
  expect(world.queue.job(request.id)?.run).toMatchObject({ state: 'succeeded', retry: 2, attempt: 2 });
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

test('the seeded interleaver: whatever is cancelled, retried and restarted, every job ends, none twice', async () => {
  const seed = Number(process.env.SEED ?? 20_251);
  console.log(`queue: interleaver seed ${seed}`);
  const { number: random, pick } = chanceOf(seed);
  const world = await open();
  const photo = await world.photo();
  const stages = ['look', 'speech', 'timing', 'portrait', 'finish'] as const;
  const requests = Array.from({ length: 12 }, (_, index) => requestFor(photo, `Job ${index % 9}`));
  const retries = new Map<string, number>();
  let restarts = 0;
  for (const [index, request] of requests.entries()) {
    if (random() < 0.5)
      world.stageLog.behave({ [pick(stages)]: pick(['waits', 'hangs', 'throws'] as const) });
    else world.stageLog.behave({});
    await world.queue.request(request);
    for (let step = 0; step < 4; step += 1) {
      const victim = pick(requests.slice(0, index + 1));
      const act = random();
      if (act < 0.35) await world.queue.cancel(victim.id);
      else if (act < 0.7) {
        retries.set(victim.id, (retries.get(victim.id) ?? 0) + 1);
        await world.queue.retry(victim.id, retries.get(victim.id)!);
      } else if (act < 0.85) {
        restarts += 1;
        await world.reopen();
      } else await new Promise((resolve) => setImmediate(resolve));
    }
  }
  // From here on everything works: what hangs is let go by one more restart.
  world.stageLog.behave({});
  await world.reopen();
  for (const request of requests) await world.ended(request.id);
  for (const request of requests) {
    const { run } = world.queue.job(request.id)!;
    if (run.state !== 'succeeded') await world.queue.retry(request.id, run.retry + 1);
  }
  for (const request of requests) {
    const run = await world.until(request.id, (now) => isEnded(now.state));
    expect(run.state, request.id).toBe('succeeded');
  }
  // What was committed was made once: nine different texts, one portrait that left its engine for each.
  const made = world.stageLog.events().filter((one) => one.stage === 'finish' && one.event === 'left').length;
  expect(made).toBeGreaterThanOrEqual(9);
  const videos = new Set(requests.map(({ id }) => world.queue.job(id)!.run.result!.video.hash));
  expect(videos.size).toBe(9);
  console.log(`queue: ${restarts} restarts, ${[...retries.values()].reduce((a, b) => a + b, 0)} retries`);
}, 60_000);

import { openTrained, type TrainedVersions } from '@myspinbot/shared/document/trained.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { silentLogger } from '../log/logger.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { openQueueWorld, type QueueWorld } from './fixtures/queue-world.ts';
import { createTrainedMirror, type TrainedMirror } from './trained-mirror.ts';

const places: { world: QueueWorld; mirror: TrainedMirror }[] = [];
afterEach(async () => {
  for (const { world, mirror } of places.splice(0)) {
    world.stageLog.behave({});
    await mirror.close();
    await world.close();
  }
});

async function open() {
  const world = await openQueueWorld();
  const doc = new Y.Doc();
  const start = () =>
    createTrainedMirror({
      queue: world.queue,
      workspace: doc,
      agent: 'a_test',
      clock: world.clock,
      log: silentLogger,
    });
  const place = {
    world,
    device: openTrained(doc, { role: 'device', id: 'd_test' }),
    agent: openTrained(doc, { role: 'agent', id: 'a_test' }),
    mirror: start(),
    async train(text = 'one', project = 'p_000000000000') {
      const photo = await world.photo(text);
      const request = {
        ...requestFor(photo, '', { pipeline: 'train' }),
        project: project as ProjectId,
        requestedAt: world.clock.now(),
      };
      await world.queue.request(request);
      await world.ended(request.id);
      world.clock.advance(1000);
      await place.mirror.settled();
      return { photo, request };
    },
    async restart() {
      await place.mirror.close();
      await world.reopen();
      place.mirror = start();
      await place.mirror.settled();
    },
  };
  places.push(place);
  return place;
}
const told = (versions: TrainedVersions) => versions.all().map(({ stage, version }) => `${stage} ${version}`);

test('what jobs made is told, newest first, with what it was made from; also of a job that made a video', async () => {
  const { world, device, train, mirror } = await open();
  const { photo, request } = await train('one');
  expect(device.all()).toMatchObject([
    { project: request.project, stage: 'look', version: 1, job: request.id, photos: [photo] },
  ]);
  const video = requestFor(await world.photo('two'), 'Hello');
  await world.queue.request(video);
  await world.ended(video.id);
  await mirror.settled();
  expect(told(device)).toEqual(['look 2', 'look 1']);
  // Used again it is no new one.
  await train('one');
  expect(told(device)).toEqual(['look 2', 'look 1']);
});

test('one that a device throws away is gone at once, and forgotten; the same made again is told again', async () => {
  const place = await open();
  const { device, world, mirror, train } = place;
  await train('one');
  await train('two');
  const [, first] = device.all();
  device.discard(first!);
  expect(told(device)).toEqual(['look 2']);
  await mirror.settled();
  expect(await world.queue.hasArtifact('look', first!.fingerprint)).toBe(false);
  expect(device.entries()).toHaveLength(1);
  await place.restart();
  expect(told(device)).toEqual(['look 2']);
  await train('one');
  expect(told(device)).toEqual(['look 1', 'look 2']);
});

test('while a job is worked on nothing is forgotten; afterwards it is', async () => {
  const { device, world, mirror, train } = await open();
  await train('one');
  const [version] = device.all();
  world.stageLog.behave({ look: 'hangs' });
  const running = requestFor(await world.photo('two'), 'Hello');
  await world.queue.request(running);
  await world.stageLog.until((log) => log.count('look') === 2);
  device.discard(version!);
  await mirror.settled();
  expect(await world.queue.hasArtifact('look', version!.fingerprint)).toBe(true);
  await world.queue.cancel(running.id);
  await world.ended(running.id);
  await expect.poll(() => world.queue.hasArtifact('look', version!.fingerprint)).toBe(false);
  expect(device.entries()).toEqual([]);
});

test('two projects with the same photo: one throws its look away, the other keeps it', async () => {
  const place = await open();
  const { device, world, mirror } = place;
  await place.train('one', 'p_000000000000');
  await place.train('one', 'p_111111111111');
  expect(device.all()).toHaveLength(2);
  const mine = device.all().find(({ project }) => project === 'p_000000000000')!;
  device.discard(mine);
  await mirror.settled();
  expect(device.all()).toMatchObject([{ project: 'p_111111111111' }]);
  expect(await world.queue.hasArtifact('look', mine.fingerprint)).toBe(true);
  await place.restart();
  expect(device.all()).toMatchObject([{ project: 'p_111111111111' }]);
});

test('what is forgotten by other ways goes from the document, and a restart finds what it missed', async () => {
  const place = await open();
  const { device, agent, world } = place;
  await place.train('one');
  const [version] = device.all();
  agent.report(
    [],
    device.entries().map(({ project, fingerprint }) => `${project}/${fingerprint}`),
  );
  await place.restart();
  expect(device.all()).toEqual([version]);
  await world.queue.forgetArtifacts([version!.fingerprint]);
  expect(device.all()).toEqual([]);
});

// The whole pipeline with the product's own engines in their own process: what the small engines stand for.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobId, JobRun } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { SpinOptionsInput } from '@myspinbot/shared/project/options.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinEngines } from '../engines/catalog.ts';
import { silentLogger } from '../log/logger.ts';
import { openWorkshop, type Workshop } from '../workshop.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { isAlive } from './fixtures/killable-agent.ts';
import type { QueueEvent } from './port.ts';

const photoPath = fileURLToPath(new URL('../../../shared/photos/astronaut.png', import.meta.url));
const hasPhoto = existsSync(photoPath);
if (!hasPhoto) console.log(`real engines: skipped, there is no photo of a person at ${photoPath}`);

describe.skipIf(!hasPhoto)('with the engines of the product', () => {
  const folder = mkdtempSync(join(tmpdir(), 'real-'));
  const events: QueueEvent[] = [];
  let shop: Workshop;
  let photo: AssetRef;
  beforeAll(async () => {
    shop = await openWorkshop({ dir: folder, log: silentLogger, catalog: builtinEngines });
    shop.queue.on((event) => events.push(event));
    photo = await shop.vault.put(readFileSync(photoPath), 'astronaut.png');
  });
  afterAll(async () => {
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const until = (job: JobId, so: (run: JobRun) => boolean) =>
    new Promise<JobRun>((resolve) => {
      const look = () => {
        const run = shop.queue.job(job)?.run;
        if (run !== undefined && so(run)) {
          stop();
          resolve(run);
        }
      };
      const stop = shop.queue.on(look);
      look();
    });
  const make = async (text: string, options: Partial<SpinOptionsInput> = {}) => {
    const request = requestFor(photo, text, { options });
    await shop.queue.request(request);
    const run = await until(request.id, (now) => isEnded(now.state));
    expect(run.failure).toBeUndefined();
    return { run, result: run.result!, id: request.id };
  };
  const states = (run: JobRun) => Object.fromEntries(run.stages.map((one) => [one.stage, one.state]));

  test('a photo and a sentence become a video; again it is served from artifacts; new words reuse the look', async () => {
    const first = await make('Hello there, how are you?');
    expect(states(first.run).portrait).toBe('done');
    const streams = execFileSync(
      'ffprobe',
      [
        '-v',
        'error',
        '-show_entries',
        'stream=codec_name',
        '-of',
        'csv=p=0',
        shop.vault.path(first.result.video.hash),
      ],
      { encoding: 'utf8' },
    );
    expect(streams.trim().split('\n').sort()).toEqual(['aac', 'h264']);
    expect(first.result.vtt).not.toBeNull();
    const previews = events.flatMap((event) =>
      event.type === 'progress' && event.progress.preview !== undefined ? [event.progress.preview] : [],
    );
    expect(previews.length).toBeGreaterThan(0);
    expect(shop.vault.ref(previews[0]!.hash)?.type).toBe('image/jpeg');

    const again = await make('Hello there, how are you?');
    expect(again.result).toEqual(first.result);
    expect(new Set(Object.values(states(again.run)))).toEqual(new Set(['reused']));

    const other = await make('Good evening, my friend.');
    expect(states(other.run)).toMatchObject({
      look: 'reused',
      voice: 'reused',
      speech: 'done',
      portrait: 'done',
    });
    expect(other.result.video.hash).not.toBe(first.result.video.hash);
  }, 180_000);

  test("a person's recording is spoken as it is, with and without its words", async () => {
    const spoken = await make('This is a recording of my own voice.');
    const speech = await shop.vault.put(
      readFileSync(shop.vault.path(spoken.result.video.hash)),
      'recording.mp4',
    );
    const told = await make('', {
      narration: {
        kind: 'recording',
        audio: speech.hash,
        text: 'This is a recording of my own voice.',
        lang: 'en',
      },
    });
    expect(told.result.vtt).not.toBeNull();
    expect(told.result.engines).not.toHaveProperty('speech');
    const untold = await make('', { narration: { kind: 'recording', audio: speech.hash } });
    expect(untold.result.vtt).toBeNull();
    expect(Math.abs(untold.result.durationMs - spoken.result.durationMs)).toBeLessThan(200);
  }, 240_000);

  test('a cancel in the middle of the picture ends the process group within 5 s and keeps what was made', async () => {
    const request = requestFor(photo, 'A rather long sentence, so that there is time enough. '.repeat(6));
    await shop.queue.request(request);
    // Not merely announced: the picture is being drawn.
    await new Promise<void>((resolve) => {
      const stop = shop.queue.on((event) => {
        if (event.type !== 'progress' || event.job !== request.id) return;
        if (event.progress.stage !== 'portrait' || event.progress.preview === undefined) return;
        stop();
        resolve();
      });
    });
    const pids = shop.hosts.pids();
    expect(pids).toHaveLength(1);
    await shop.queue.cancel(request.id);
    const run = await until(request.id, (now) => isEnded(now.state));
    expect(run.state).toBe('cancelled');
    for (const pid of pids) expect(isAlive(pid)).toBe(false);
    expect(states(run)).toMatchObject({ speech: 'done', timing: 'done', portrait: 'waiting' });
  }, 120_000);

  test('a photo is looked at between jobs, and every built-in engine says that it can work', async () => {
    const { faces } = await shop.hosts.inspectPhoto(photoPath, new AbortController().signal);
    expect(faces).toHaveLength(1);
    const { engines, voices } = await shop.hosts.describe(new AbortController().signal);
    expect(engines.filter((one) => one.tier === 'builtin' && !one.readiness.ready)).toEqual([]);
    expect(new Set(voices.map((voice) => voice.lang)).size).toBeGreaterThan(10);
  }, 60_000);
});

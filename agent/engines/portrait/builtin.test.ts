import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spokenTiming } from '@myspinbot/shared/puppet/fixtures/spoken.ts';
import { expect, test } from 'vitest';
import { renderScene } from '../../art/scenes.ts';
import { silentLogger } from '../../log/logger.ts';
import { findFfmpeg, probe } from '../../media/ffmpeg.ts';
import { createBuiltinPortrait } from './builtin.ts';
import { drawnRequest, drawnVoice, portraitContract } from './contract.ts';
import type { PortraitRequest } from './port.ts';

portraitContract('builtin', (ffmpeg) => createBuiltinPortrait({ ffmpeg, renderScene }));

async function renderWith(program: string, changes: Partial<PortraitRequest> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'portrait-'));
  const fake = fileURLToPath(new URL(`./fixtures/${program}.mjs`, import.meta.url));
  const engine = createBuiltinPortrait({
    ffmpeg: { ffmpeg: fake, ffprobe: fake, version: 'fake' },
    renderScene,
  });
  try {
    const request = { ...(await drawnRequest(dir, 20)), ...changes };
    return await engine.render(request, {
      signal: new AbortController().signal,
      log: silentLogger,
      workDir: dir,
      progress() {},
      preview() {},
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

test('an encoder that dies takes the render with it and says why', async () => {
  await expect(renderWith('ffmpeg-dies-after-some-frames')).rejects.toMatchObject({ code: 'disk-full' });
});

test('an encoder that ends before the last frame has failed, whatever it says', async () => {
  await expect(renderWith('ffmpeg-says-done-too-early')).rejects.toMatchObject({ code: 'engine-failed' });
});

test('without libass captions are refused before any long work, with what to do', async () => {
  await expect(renderWith('ffmpeg-without-captions', { captions: true })).rejects.toMatchObject({
    code: 'engine-missing',
    hint: expect.stringContaining('Turn captions off'),
  });
  // Nothing to burn in: the filter is not needed and not asked for.
  const silent = { ...spokenTiming(20, 1), words: [] };
  await expect(
    renderWith('ffmpeg-says-done-too-early', { captions: true, timing: silent }),
  ).rejects.toMatchObject({ code: 'engine-failed' });
});

test('a film that the disk refuses costs the film and nothing else', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'portrait-'));
  try {
    const tools = await findFfmpeg();
    const request = await drawnRequest(dir, 1);
    // A folder stands where the film should be.
    await mkdir(join(dir, 'live.mp4'));
    const warned: unknown[] = [];
    const { video } = await createBuiltinPortrait({ ffmpeg: tools, renderScene }).render(request, {
      signal: new AbortController().signal,
      log: { ...silentLogger, warn: (event) => void warned.push(event) },
      workDir: dir,
      progress() {},
      preview() {},
      live: { wav: await drawnVoice(tools, dir, 1), grew: () => expect.unreachable() },
    });
    expect((await probe(tools, video)).streams[0]).toMatchObject({ codec_name: 'h264' });
    expect(warned).toEqual(['portrait.live-lost']);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { between, seededRandom } from '@myspinbot/shared/puppet/seeded-random.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { type Sound, writeWav } from '../../media/sound.ts';
import { type FliteVoice, speakWithFlite } from '../speech/flite.ts';
import { createBuiltinVoice } from './builtin.ts';
import { voiceContract } from './contract.ts';

const text =
  'The birch canoe slid on the smooth planks, and nobody was there to see it go down the river that day.';

async function recording(voice: FliteVoice, seconds = 6): Promise<Sound> {
  const spoken = (await speakWithFlite(text, voice, { stretch: 1, melody: 1 }))!;
  const samples = resample(spoken.samples, spoken.sampleRate, 48_000);
  return { samples: samples.slice(0, seconds * 48_000), sampleRate: 48_000 };
}

voiceContract('builtin', createBuiltinVoice, (seconds) => recording('rms', seconds));

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function profile(sound: Sound) {
  const work = await mkdtemp(join(dir, 'work-'));
  const clip = join(work, 'clip.wav');
  await writeWav(clip, sound);
  const answer = await createBuiltinVoice().profile(clip, {
    signal: new AbortController().signal,
    log: silentLogger,
    workDir: work,
    progress() {},
  });
  if (answer.kind !== 'matched') throw new Error('no profile was made');
  return answer;
}

describe('built-in voice profile', () => {
  test('pitch is that of the speaker, without octave errors', async () => {
    // The medians an independent measurement gives for these three speakers.
    for (const [voice, low, high] of [
      ['rms', 90, 110],
      ['awb', 115, 150],
      ['slt', 155, 205],
    ] as const) {
      const { pitchHz } = await profile(await recording(voice));
      expect(pitchHz).toBeGreaterThan(low);
      expect(pitchHz).toBeLessThan(high);
    }
  });

  test('loudness does not change the profile', async () => {
    const sound = await recording('slt');
    const loud = await profile(sound);
    const quiet = await profile({ ...sound, samples: sound.samples.map((value) => value * 0.2) });
    expect(Math.abs(quiet.pitchHz - loud.pitchHz)).toBeLessThan(2);
    quiet.tone.forEach(([, decibel], band) => {
      expect(Math.abs(decibel - loud.tone[band]![1])).toBeLessThan(1.5);
    });
  });

  test('clipping and noise are named, and do not stop it', async () => {
    const sound = await recording('rms');
    const clipped = await profile({
      ...sound,
      samples: sound.samples.map((value) => Math.max(-1, Math.min(1, value * 12))),
    });
    expect(clipped.notes?.join(' ')).toMatch(/clipped/);
    const random = seededRandom(3);
    const withPause = new Float32Array(sound.samples.length + 2 * 48_000);
    withPause.set(sound.samples, 48_000);
    const noisy = await profile({
      ...sound,
      samples: withPause.map((value) => value + 0.05 * between(random, -1, 1)),
    });
    expect(noisy.notes?.join(' ')).toMatch(/noise/);
    expect(Math.abs(noisy.pitchHz - 99)).toBeLessThan(10);
  });

  test('noise without a voice is refused', async () => {
    const random = seededRandom(4);
    const samples = Float32Array.from({ length: 5 * 48_000 }, (_, index) =>
      Math.sin(index / 9000) > 0 ? between(random, -0.4, 0.4) : 0,
    );
    await expect(profile({ samples, sampleRate: 48_000 })).rejects.toMatchObject({ code: 'audio-silent' });
  });
});

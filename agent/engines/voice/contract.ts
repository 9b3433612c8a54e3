// What every voice engine must do, whoever writes it. An engine's own test is one call of voiceContract.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { type Sound, writeWav } from '../../media/sound.ts';
import { type VoiceEngine, voiceProfileSchema } from './port.ts';

/** `speech`: about `seconds` of somebody speaking. */
export function voiceContract(
  name: string,
  make: () => VoiceEngine,
  speech: (seconds: number) => Promise<Sound>,
): void {
  describe(`voice engine: ${name}`, () => {
    let dir: string;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'voice-'));
    });
    afterAll(() => rm(dir, { recursive: true, force: true }));

    const profile = async (clip: string, signal = new AbortController().signal) =>
      make().profile(clip, {
        signal,
        log: silentLogger,
        workDir: await mkdtemp(join(dir, 'work-')),
        progress() {},
      });
    const clipOf = async (sound: Sound): Promise<string> => {
      const path = join(await mkdtemp(join(dir, 'clip-')), 'clip.wav');
      await writeWav(path, sound);
      return path;
    };
    const codeOf = async (clip: string) => {
      const error = await profile(clip).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Failure);
      expect((error as Failure).hint).not.toBe('');
      return (error as Failure).code;
    };

    test('says of itself what it is and whether it is ready', async () => {
      expect(make().id).toMatch(/^voice\//);
      expect(await make().probe(new AbortController().signal)).toMatchObject({ ready: expect.any(Boolean) });
    });

    test('measures a clip of speech into a valid profile', async () => {
      const answer = await profile(await clipOf(await speech(6)));
      expect(voiceProfileSchema.safeParse(answer).success).toBe(true);
    });

    test('refuses what holds no two seconds of speech, by name', async () => {
      expect(await codeOf(await clipOf(await speech(1)))).toBe('audio-too-short');
      const silence = { samples: new Float32Array(5 * 48_000), sampleRate: 48_000 };
      expect(await codeOf(await clipOf(silence))).toBe('audio-silent');
      const text = join(dir, 'text.wav');
      await writeFile(text, 'this is no sound at all, whatever its name says');
      expect(await codeOf(text)).toBe('bad-input');
    });

    test('a cancelled request ends with the reason it was given', async () => {
      const reason = new Error('cancelled');
      await expect(profile(await clipOf(await speech(3)), AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}

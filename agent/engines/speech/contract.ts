// What every speech engine must do, whoever writes it. An engine's own test is one call of speechContract.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { languages, MAX_SCRIPT_CHARS } from '@myspinbot/shared/project/options.ts';
import { activeSpans, levels, speechActivity } from '@myspinbot/shared/speech/loudness.ts';
import { phoneSchema, wordSchema } from '@myspinbot/shared/speech/timing.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { readWav, SOUND_HZ } from '../../media/sound.ts';
import type { Speech, SpeechEngine, SpeechRequest } from './port.ts';

const sentence = 'Hello there. My name is Anna, and I like music!';

export function speechContract(name: string, make: () => SpeechEngine): void {
  describe(`speech engine: ${name}`, () => {
    let dir: string;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'speech-'));
    });
    afterAll(() => rm(dir, { recursive: true, force: true }));

    const speak = async (
      request: Partial<SpeechRequest>,
      signal = new AbortController().signal,
    ): Promise<Speech> =>
      make().speak(
        { text: sentence, lang: 'en', voice: { kind: 'default' }, seed: 1, ...request },
        { signal, log: silentLogger, workDir: await mkdtemp(join(dir, 'work-')), progress() {} },
      );
    const failure = async (request: Partial<SpeechRequest>): Promise<Failure> => {
      const error = await speak(request).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Failure);
      expect((error as Failure).hint).not.toBe('');
      return error as Failure;
    };

    test('says of itself what it is, whether it is ready and which voices it has', async () => {
      const engine = make();
      expect(engine.id).toMatch(/^speech\//);
      expect(await engine.probe(new AbortController().signal)).toMatchObject({ ready: expect.any(Boolean) });
      const names = engine.voices().map((voice) => voice.name);
      expect(new Set(names).size).toBe(names.length);
      for (const voice of engine.voices()) expect(languages).toContain(voice.lang);
    });

    test('gives 48 kHz mono sound with silence before and after the words', async () => {
      const speech = await speak({});
      const sound = await readWav(speech.wav);
      expect(sound.sampleRate).toBe(SOUND_HZ);
      expect(speech.durationMs).toBeCloseTo((sound.samples.length * 1000) / SOUND_HZ, 1);
      const spans = activeSpans(speechActivity(levels(sound.samples, SOUND_HZ)).active);
      expect(spans[0]!.startMs).toBeGreaterThanOrEqual(110);
      expect(spans[0]!.startMs).toBeLessThanOrEqual(280);
      const tail = speech.durationMs - spans.at(-1)!.endMs;
      expect(tail).toBeGreaterThanOrEqual(240);
      expect(tail).toBeLessThanOrEqual(480);
    });

    test('phones and words are in order, inside the sound, and together where the sound is', async () => {
      const speech = await speak({});
      const level = levels((await readWav(speech.wav)).samples, SOUND_HZ);
      for (const list of [speech.phones, speech.words]) {
        let clock = 0;
        for (const item of list) {
          expect(item.startMs).toBeGreaterThanOrEqual(clock - 0.5);
          expect(item.endMs).toBeGreaterThanOrEqual(item.startMs);
          expect(item.endMs).toBeLessThanOrEqual(speech.durationMs + 0.5);
          clock = item.endMs;
        }
      }
      for (const phone of speech.phones) phoneSchema.parse(phone);
      for (const word of speech.words) wordSchema.parse(word);
      const loudest = (startMs: number, endMs: number) =>
        Math.max(...level.slice(Math.floor(startMs / 10), Math.max(1, Math.ceil(endMs / 10))));
      for (const word of speech.words) expect(loudest(word.startMs, word.endMs)).toBeGreaterThan(-36);
      const rests = speech.phones.filter((phone) => phone.phone === '' && phone.endMs - phone.startMs > 150);
      for (const rest of rests) expect(loudest(rest.startMs + 60, rest.endMs - 60)).toBeLessThan(-36);
    });

    test('every written word is there once, and sentences end where they are written to', async () => {
      const { words } = await speak({});
      expect(words.map((word) => word.text).join(' ')).toBe(sentence);
      expect(words.filter((word) => word.endsSentence).map((word) => word.text)).toEqual([
        'there.',
        'music!',
      ]);
    });

    test('the same request gives the same sound', async () => {
      const [first, second] = [await speak({ seed: 4 }), await speak({ seed: 4 })];
      expect(second.phones).toEqual(first.phones);
      expect((await readWav(second.wav)).samples).toEqual((await readWav(first.wav)).samples);
    });

    test('a text that cannot be spoken is refused by name, with the next step', async () => {
      expect((await failure({ text: ' \n ' })).code).toBe('text-empty');
      expect((await failure({ text: '🎉 ✨' })).code).toBe('text-empty');
      const long = await failure({ text: 'word '.repeat(10_000) });
      expect(long.code).toBe('text-too-long');
      expect(long.message).toContain(String(MAX_SCRIPT_CHARS));
      expect((await failure({ voiceName: 'nobody' })).code).toBe('bad-input');
    });

    test('a cancelled request ends with the reason it was given', async () => {
      const reason = new Error('cancelled');
      await expect(speak({}, AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}

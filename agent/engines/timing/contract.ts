// What every timing engine must do, whoever writes it. An engine's own test is one call of timingContract.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Phone, TRACK_HZ, timingSchema, type Word } from '@myspinbot/shared/speech/timing.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { type Sound, writeWav } from '../../media/sound.ts';
import type { TimingEngine, TimingRequest } from './port.ts';

/** `speech`: somebody says `text`, with a second of silence in the middle, phones known. */
export function timingContract(
  name: string,
  make: () => TimingEngine,
  speech: () => Promise<{ sound: Sound; text: string; phones: Phone[]; words: Word[] }>,
): void {
  describe(`timing engine: ${name}`, () => {
    let dir: string;
    let wav: string;
    let spoken: Awaited<ReturnType<typeof speech>>;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'timing-'));
      spoken = await speech();
      wav = join(dir, 'speech.wav');
      await writeWav(wav, spoken.sound);
    });
    afterAll(() => rm(dir, { recursive: true, force: true }));

    const time = (request: Partial<TimingRequest>, signal = new AbortController().signal) =>
      make().time(
        { wav, lang: 'en', ...request },
        { signal, log: silentLogger, workDir: dir, progress() {} },
      );
    const seconds = () => spoken.sound.samples.length / spoken.sound.sampleRate;

    test('says of itself what it is and whether it is ready', async () => {
      expect(make().id).toMatch(/^timing\//);
      expect(await make().probe(new AbortController().signal)).toMatchObject({ ready: expect.any(Boolean) });
    });

    test('every way gives a valid timing of the sound’s own length, with loudness', async () => {
      const { phones, words, text } = spoken;
      for (const request of [{ known: { phones, words } }, { text }, {}]) {
        const { timing } = await time(request);
        expect(timingSchema.safeParse(timing).success).toBe(true);
        expect(timing.durationMs).toBeCloseTo(seconds() * 1000, 0);
        expect(Math.abs(timing.energy.length - seconds() * TRACK_HZ)).toBeLessThanOrEqual(1);
        expect(Math.max(...timing.energy)).toBeGreaterThan(0.9);
      }
    });

    test('known times are kept as they are', async () => {
      const { phones, words } = spoken;
      const { timing } = await time({ known: { phones, words } });
      expect(timing).toMatchObject({ source: 'engine', phones, words });
    });

    test('the words of a recording are found in it, in order', async () => {
      const { timing } = await time({ text: spoken.text });
      expect(timing.source).toBe('alignment');
      expect(timing.words.map((word) => word.text).join(' ')).toBe(spoken.text);
      let clock = 0;
      for (const phone of timing.phones) {
        expect(phone.startMs).toBeGreaterThanOrEqual(clock - 0.01);
        expect(phone.endMs).toBeGreaterThanOrEqual(phone.startMs);
        clock = phone.endMs;
      }
      expect(clock).toBeLessThanOrEqual(timing.durationMs + 0.01);
    });

    test('a recording alone moves the mouth in speech and rests it in silence', async () => {
      const { timing } = await time({});
      expect(timing.source).toBe('regression');
      const { jaw } = timing.mouth!;
      expect(jaw.length).toBe(timing.energy.length);
      const silence = spoken.phones.reduce((a, b) =>
        b.phone === '' && b.endMs - b.startMs > a.endMs - a.startMs ? b : a,
      );
      const from = Math.ceil(silence.startMs / 10) + 12;
      const to = Math.floor(silence.endMs / 10) - 12;
      expect(to - from).toBeGreaterThan(30);
      expect(Math.max(...jaw.slice(from, to))).toBeLessThan(0.05);
      expect(Math.max(...jaw)).toBeGreaterThan(0.6);
    });

    test('words of another recording are refused with a note, and the sound alone is used', async () => {
      const other = 'Completely different words are written here, and none of them were said by anybody.';
      const { timing, notes } = await time({ text: other });
      expect(timing.source).toBe('regression');
      expect(notes).toHaveLength(1);
      expect((await time({ text: `${other} `.repeat(20) })).timing.source).toBe('regression');
    });

    test('a silent sound closes the mouth for all of its time', async () => {
      const silent = join(dir, 'silent.wav');
      await writeWav(silent, { samples: new Float32Array(48_000), sampleRate: 48_000 });
      const { timing } = await time({ wav: silent });
      expect(Math.max(...timing.energy)).toBe(0);
      expect(Math.max(...timing.mouth!.jaw)).toBe(0);
    });

    test('a cancelled request ends with the reason it was given', async () => {
      const reason = new Error('cancelled');
      await expect(time({}, AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}

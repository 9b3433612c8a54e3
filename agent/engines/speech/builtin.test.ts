import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { languages } from '@myspinbot/shared/project/options.ts';
import { levels, percentile } from '@myspinbot/shared/speech/loudness.ts';
import { pitchTrack, summarizePitch } from '@myspinbot/shared/speech/pitch.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import { toneDistance, toneOf } from '@myspinbot/shared/speech/tone.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { readWav, SOUND_HZ } from '../../media/sound.ts';
import type { VoiceProfile } from '../voice/port.ts';
import { createBuiltinSpeech } from './builtin.ts';
import { cleanText } from './clean-text.ts';
import { speechContract } from './contract.ts';
import { guessLanguage } from './language.ts';
import type { SpeechRequest } from './port.ts';
import { splitSentences } from './sentences.ts';

speechContract('builtin', createBuiltinSpeech);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'speech-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const speak = async (request: Partial<SpeechRequest>) =>
  createBuiltinSpeech().speak(
    { text: 'Hello', lang: 'auto', voice: { kind: 'default' }, seed: 1, ...request },
    {
      signal: new AbortController().signal,
      log: silentLogger,
      workDir: await mkdtemp(join(dir, 'work-')),
      progress() {},
    },
  );
const plainOf = async (wav: string) => resample((await readWav(wav)).samples, SOUND_HZ, 16_000);

const story =
  'It was a dark night, and the wind was howling through the trees. Nobody came, and nobody called. ' +
  'Then, all of a sudden, a small light moved along the wall.';

/** One greeting in every language, as people write it. */
const greetings: Readonly<Record<(typeof languages)[number], string>> = {
  en: 'Hello, how are you today? The weather is nice.',
  de: 'Hallo, wie geht es dir heute? Das Wetter ist schön.',
  fr: 'Bonjour, comment allez-vous ? Il fait beau aujourd’hui.',
  es: 'Hola, ¿cómo estás hoy? Me gusta la música.',
  it: 'Ciao, come stai oggi? Il tempo è bello.',
  pt: 'Olá, como você está hoje? O tempo está bom.',
  nl: 'Hallo, hoe gaat het vandaag? Het weer is mooi.',
  pl: 'Cześć, jak się masz? Pogoda jest ładna.',
  sv: 'Hej, hur mår du idag? Vädret är fint.',
  da: 'Hej, hvordan har du det i dag? Jeg hedder Anna.',
  nb: 'Hei, hvordan har du det i dag? Jeg heter Anna.',
  fi: 'Hei, mitä kuuluu tänään? Sää on kaunis.',
  cs: 'Ahoj, jak se dnes máš? Počasí je hezké.',
  tr: 'Merhaba, bugün nasılsın? Hava çok güzel.',
  el: 'Γεια σου, τι κάνεις; Ο καιρός είναι καλός.',
  ro: 'Bună, ce mai faci astăzi? Vremea este frumoasă.',
  hu: 'Szia, hogy vagy ma? Az idő szép.',
  ru: 'Привет, как дела? Меня зовут Анна.',
  uk: 'Привіт, як справи? Мене звати Анна.',
  ar: 'مرحبا، كيف حالك اليوم؟ الطقس جميل.',
  hi: 'नमस्ते, आप कैसे हैं? मौसम अच्छा है।',
};

describe('built-in speech', () => {
  test('speaks every language it names, with vowels where the sound is loud', async () => {
    for (const lang of languages) {
      const speech = await speak({ text: greetings[lang], lang });
      expect(speech.lang).toBe(lang);
      expect(speech.words.map((word) => word.text).join(' ')).toBe(greetings[lang]);
      const level = levels((await readWav(speech.wav)).samples, SOUND_HZ);
      const at = (ms: number) => level[Math.min(level.length - 1, Math.floor(ms / 10))]!;
      const middle = (phone: { startMs: number; endMs: number }) => at((phone.startMs + phone.endMs) / 2);
      const vowels = speech.phones.filter((phone) => /^[aeiouɑɛɔəɪʊæʌ]/u.test(phone.phone)).map(middle);
      const stops = speech.phones.filter((phone) => /^[ptk]$/u.test(phone.phone)).map(middle);
      expect(percentile(vowels, 0.5)).toBeGreaterThan(-26);
      if (stops.length > 2) expect(percentile(stops, 0.5)).toBeLessThan(percentile(vowels, 0.5) - 6);
    }
  });

  test('the language is found from a greeting in each of them', () => {
    const wrong = languages.filter((lang) => guessLanguage(greetings[lang])?.lang !== lang);
    expect(wrong).toEqual([]);
    expect(guessLanguage('你好，世界')).toBeUndefined();
    expect(guessLanguage('Acme XR-5000')).toMatchObject({ lang: 'en', sure: false });
  });

  test('says which language it took, and when the text is in another than asked', async () => {
    expect((await speak({ text: greetings.de })).notes.join(' ')).toContain('taken for German');
    expect((await speak({ text: greetings.de, lang: 'en' })).notes.join(' ')).toContain('looks like German');
    const failed = await speak({ text: greetings.ar, lang: 'en' }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'language-unknown' });
    expect(await speak({ text: '你好，世界' }).catch((error: unknown) => error)).toBeInstanceOf(Failure);
  });

  test('a matched voice gets the pitch and tone of the profile and keeps every time', async () => {
    const model = await speak({ text: story, voiceName: 'slt' });
    const modelSound = await plainOf(model.wav);
    const profile: VoiceProfile = {
      kind: 'matched',
      pitchHz: 160,
      pitchSpread: 2,
      tone: toneOf(modelSound, 16_000),
      seconds: 8,
    };
    const plain = await speak({ text: story, voiceName: 'rms' });
    const matched = await speak({ text: story, voiceName: 'rms', voice: profile });
    expect(matched.durationMs).toBe(plain.durationMs);
    expect(matched.phones).toEqual(plain.phones);
    const before = await plainOf(plain.wav);
    const after = await plainOf(matched.wav);
    expect(Math.abs(summarizePitch(pitchTrack(after, 16_000))!.medianHz - 160)).toBeLessThan(4);
    const distance = (sound: Float32Array) => toneDistance(toneOf(sound, 16_000), profile.tone);
    process.stdout.write(
      `tone distance ${distance(before).toFixed(1)} -> ${distance(after).toFixed(1)} dB\n`,
    );
    expect(distance(after)).toBeLessThan(Math.min(3, distance(before) / 2));
    expect(Math.abs(lagMs(before, after))).toBeLessThanOrEqual(10);
  });

  test('without a name, the voice nearest to the profile speaks', async () => {
    const low: VoiceProfile = { kind: 'matched', pitchHz: 95, pitchSpread: 2, tone: [], seconds: 5 };
    expect((await speak({ text: 'Hello there.', lang: 'en', voice: low })).voiceName).toBe('rms');
    expect((await speak({ text: 'Guten Tag.', lang: 'de', voice: low })).voiceName).toBe('de-deep');
  });
});

/** By how much `later` lags, from their loudness. */
function lagMs(sound: Float32Array, later: Float32Array): number {
  const clean = (level: Float32Array) => level.map((value) => Math.max(value, -50) + 50);
  const a = clean(levels(sound, 16_000));
  const b = clean(levels(later, 16_000));
  let best = 0;
  let highest = 0;
  for (let lag = -10; lag <= 10; lag++) {
    let sum = 0;
    for (let index = 20; index < a.length - 20; index++) sum += a[index]! * b[index + lag]!;
    if (sum > highest) {
      highest = sum;
      best = lag;
    }
  }
  return best * 10;
}

describe('text for speaking', () => {
  test('markup, addresses, emoji and control characters go, with a note for each kind', () => {
    const { text, notes } = cleanText(
      'Hi 👨‍👩‍👧 <b>all</b>\u0007! See https://example.org/a?b=1, **now**.\n# Title\n[here](http://x.y) 👍🏽',
    );
    expect(text).toBe('Hi all! See , now.\nTitle\nhere');
    expect(notes).toHaveLength(4);
    expect(notes.join(' ')).toContain('2 emoji');
  });

  test('what is no markup stays', () => {
    const plain = 'If a < b and c > d, pay 3 * 4 = 12 € (50%). Snake_case, C++ and #1 © 2024?';
    expect(cleanText(plain)).toEqual({ text: plain, notes: [] });
    expect(cleanText('می‌خواهم').text).toBe('می‌خواهم');
    expect(cleanText('‏مرحبا‏').notes).toEqual([]);
  });

  // A pattern that goes back and forth over its text would hang here, and the test's time limit would say so.
  test('hostile texts do not hang the cleaning', () => {
    for (const piece of ['<', '<a ', '[x](', '**', '<!--', '</', 'http://', '&#', '\u202e']) {
      const long = piece.repeat(Math.floor(10_000 / piece.length));
      expect(cleanText(long).text.length).toBeLessThanOrEqual(long.length);
    }
  });

  test('titles, initials and numbers do not end a sentence; rests follow the marks', () => {
    const parts = splitSentences(
      'Dr. Smith met J. R. Jones. Why? He paid $3.50, e.g. in coins…\nNew line',
      'en',
    );
    expect(parts.map((part) => part.text)).toEqual([
      'Dr. Smith met J. R. Jones.',
      'Why?',
      'He paid $3.50, e.g. in coins…',
      'New line',
    ]);
    expect(parts.at(-1)!.pauseMs).toBe(0);
    expect(parts[2]!.pauseMs).toBeGreaterThan(parts[0]!.pauseMs);
  });

  test('a sentence of 3,000 letters is cut at commas', () => {
    const parts = splitSentences(`${'one two three, '.repeat(200)}end.`, 'en');
    expect(Math.max(...parts.map((part) => part.text.length))).toBeLessThanOrEqual(380);
    expect(parts.map((part) => part.text).join(' ')).toBe(`${'one two three, '.repeat(200)}end.`);
  });
});

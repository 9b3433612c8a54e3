import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFfmpeg, runFfmpeg } from './ffmpeg.ts';
import { decodeWav, durationMsOf, encodeWav, importSound, readWav, SOUND_HZ, trimSilence } from './sound.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sound-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Bursts of a voice-like tone, four a second. */
const voice = 'aevalsrc=0.3*sin(2*PI*150*t)*(0.5+0.5*sin(2*PI*4*t)):s=44100';

async function make(name: string, ...args: string[]): Promise<string> {
  const path = join(dir, name);
  await runFfmpeg(await findFfmpeg(), ['-v', 'error', '-f', 'lavfi', '-i', ...args, path]);
  return path;
}
async function failureOf(path: string, options = {}): Promise<Failure> {
  const error = await importSound(path, join(dir, 'out.wav'), options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  expect((error as Failure).hint).not.toBe('');
  return error as Failure;
}

describe('importing sound', () => {
  test('any usual format becomes mono 48 kHz of the same length', async () => {
    const files = [
      await make('a.wav', `${voice}:d=2`, '-ac', '2'),
      await make('a.mp3', `${voice}:d=2`),
      await make('a.m4a', `${voice}:d=2`),
      await make('a.ogg', `${voice}:d=2`, '-c:a', 'libvorbis'),
      await make('a.webm', `${voice}:d=2`, '-c:a', 'libopus'),
      await make('a.flac', `${voice}:d=2`),
      await make('u8.wav', `${voice}:d=2`, '-c:a', 'pcm_u8', '-ar', '8000'),
      await make('f32.wav', `${voice}:d=2`, '-c:a', 'pcm_f32le', '-ar', '96000'),
    ];
    for (const file of files) {
      const out = join(dir, 'out.wav');
      const report = await importSound(file, out);
      const sound = await readWav(out);
      expect(sound.sampleRate).toBe(SOUND_HZ);
      expect(Math.abs(durationMsOf(sound) - 2000)).toBeLessThan(60);
      expect(report.durationMs).toBe(durationMsOf(sound));
      expect(report.speechMs).toBeGreaterThan(1000);
    }
  });

  test('a recorder’s stream without a length is read to its end', async () => {
    const path = join(dir, 'live.webm');
    await runFfmpeg(await findFfmpeg(), [
      ...[
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        `${voice}:d=3`,
        '-c:a',
        'libopus',
        '-live',
        '1',
        '-f',
        'webm',
        path,
      ],
    ]);
    const report = await importSound(path, join(dir, 'out.wav'));
    expect(Math.abs(report.durationMs - 3000)).toBeLessThan(80);
  });

  test('silence, one short knock and an hour are refused by name', async () => {
    expect((await failureOf(await make('silent.wav', 'anullsrc=r=44100', '-t', '3'))).code).toBe(
      'audio-silent',
    );
    expect((await failureOf(await make('hiss.wav', 'anoisesrc=a=0.0005:d=3'))).code).toBe('audio-silent');
    expect((await failureOf(await make('short.wav', `${voice}:d=0.3`))).code).toBe('audio-too-short');
    const hour = await make('hour.mp3', 'anullsrc=r=8000', '-t', '3600', '-b:a', '8k', '-ac', '1');
    const failure = await failureOf(hour);
    expect(failure.code).toBe('audio-too-long');
    expect(failure.message).toContain('3600');
  });

  test('a file that lies about its length is stopped while it is decoded', async () => {
    const path = await make('liar.wav', `${voice}:d=6`);
    const bytes = encodeWav(await readWav(path));
    bytes.writeUInt32LE(1000, 40); // the header says a hundredth of a second
    await writeFile(path, bytes);
    const failure = await failureOf(path, { maxSeconds: 3 }).catch(() => undefined);
    // Whichever length is believed, no more than the limit is ever used.
    expect(['audio-too-long', 'audio-too-short']).toContain(failure?.code);
    expect((await failureOf(await make('six.ogg', `${voice}:d=6`), { maxSeconds: 3 })).code).toBe(
      'audio-too-long',
    );
  });

  test('what is no sound is refused, playlists that point elsewhere too', async () => {
    const files: [string, string | Buffer][] = [
      ['empty.wav', ''],
      ['words.mp3', 'only words'],
      ['list.m3u8', `#EXTM3U\n#EXTINF:2,\n${join(dir, 'a.wav')}\n#EXT-X-ENDLIST\n`],
      ['list.wav', `ffconcat version 1.0\nfile '${join(dir, 'a.wav')}'\n`],
      ['riff.wav', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(200, 7)])],
      ['noise.ogg', Buffer.concat([Buffer.from('OggS'), Buffer.alloc(4000, 99)])],
    ];
    for (const [name, content] of files) {
      const path = join(dir, name);
      await writeFile(path, content);
      expect((await failureOf(path)).code, name).toBe('bad-input');
    }
    const mute = await make('mute.mp4', 'testsrc=d=1:s=64x64');
    expect((await failureOf(mute)).message).toContain('no sound');
  });

  test('two channels that cancel each other still give the voice', async () => {
    const path = await make('phase.wav', `${voice}:d=2`, '-af', 'pan=stereo|c0=c0|c1=-1*c0');
    expect((await importSound(path, join(dir, 'out.wav'))).speechMs).toBeGreaterThan(1000);
  });

  test('an overdriven recording is used, with a note', async () => {
    const path = await make('hot.wav', `${voice}:d=2`, '-af', 'volume=30dB');
    const report = await importSound(path, join(dir, 'out.wav'));
    expect(report.clipped).toBeGreaterThan(0.01);
    expect(report.notes.join(' ')).toContain('clipped');
    expect((await importSound(await make('fine.wav', `${voice}:d=2`), join(dir, 'out.wav'))).notes).toEqual(
      [],
    );
  });

  test('silence around the voice is cut down when asked', async () => {
    const path = await make('late.wav', `${voice}:d=2`, '-af', 'adelay=3000,apad=pad_dur=2');
    const report = await importSound(path, join(dir, 'out.wav'), { keepSilenceMs: 200 });
    expect(report.durationMs).toBeGreaterThan(1900);
    expect(report.durationMs).toBeLessThan(2800);
  });

  test('a cancelled import ends with the reason it was given', async () => {
    const reason = new Error('cancelled');
    const path = await make('b.wav', `${voice}:d=2`);
    await expect(importSound(path, join(dir, 'out.wav'), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe('WAV', () => {
  test('what was written is read back, to half a step of 16 bits', () => {
    const samples = Float32Array.from({ length: 1000 }, (_, index) => Math.sin(index / 7) * 0.9);
    const back = decodeWav(encodeWav({ samples, sampleRate: 22_050 }));
    expect(back.sampleRate).toBe(22_050);
    expect(Math.max(...samples.map((value, index) => Math.abs(value - back.samples[index]!)))).toBeLessThan(
      2e-5,
    );
  });

  test('a streamed WAV without sizes is read to its end', () => {
    const bytes = encodeWav({ samples: new Float32Array(100).fill(0.5), sampleRate: 8000 });
    bytes.writeUInt32LE(0xffffffff, 40);
    expect(decodeWav(bytes).samples.length).toBe(100);
    bytes.writeUInt32LE(0, 40);
    expect(decodeWav(bytes).samples.length).toBe(100);
  });

  test('a sound without speech is not trimmed away', () => {
    const silent = { samples: new Float32Array(1000), sampleRate: 8000 };
    expect(trimSilence(silent, 100)).toBe(silent);
  });
});

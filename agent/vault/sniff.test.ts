// Types told from real files, made here by ffmpeg and sharp, and from bytes nobody would write.
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { sniff, sniffFile } from './sniff.ts';

const run = promisify(execFile);
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sniff-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function typeOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    return await sniffFile(file);
  } finally {
    await file.close();
  }
}

const sound = ['-f', 'lavfi', '-i', 'sine=d=0.4'];
const picture = ['-f', 'lavfi', '-i', 'testsrc=d=0.4:s=64x64:r=10'];

describe('sniffing', () => {
  test.each<[string, string[], string]>([
    ['a.wav', sound, 'audio/wav'],
    ['a.flac', sound, 'audio/flac'],
    ['a.mp3', [...sound, '-c:a', 'libmp3lame'], 'audio/mpeg'],
    ['bare.mp3', [...sound, '-c:a', 'libmp3lame', '-id3v2_version', '0', '-write_xing', '0'], 'audio/mpeg'],
    ['a.ogg', [...sound, '-c:a', 'libvorbis'], 'audio/ogg'],
    ['a.opus', [...sound, '-c:a', 'libopus'], 'audio/ogg'],
    ['a.m4a', sound, 'audio/mp4'],
    ['sound-only.mp4', sound, 'audio/mp4'],
    ['fragmented.mp4', [...sound, '-movflags', 'frag_keyframe+empty_moov'], 'audio/mp4'],
    ['a.webm', [...sound, '-c:a', 'libopus'], 'audio/webm'],
    ['film.mp4', [...picture, ...sound, '-pix_fmt', 'yuv420p'], 'video/mp4'],
    ['fast.mp4', [...picture, ...sound, '-pix_fmt', 'yuv420p', '-movflags', '+faststart'], 'video/mp4'],
    ['film.mov', [...picture, '-pix_fmt', 'yuv420p'], 'video/mp4'],
    ['film.webm', [...picture, '-c:v', 'libvpx', ...sound, '-c:a', 'libopus'], 'video/webm'],
  ])('%s', async (name, args, type) => {
    const { ffmpeg } = await findFfmpeg();
    const path = join(dir, name);
    // Inputs go first, whatever the order above.
    const inputs = args.flatMap((word, at) => (word === '-f' ? args.slice(at, at + 4) : []));
    const rest = args.filter((_, at) => !inputs.includes(args[at]!));
    await run(ffmpeg, ['-v', 'error', '-y', ...inputs, ...rest, path]);
    expect(await typeOf(path)).toBe(type);
  });

  test.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('%s', async (format) => {
    const image = sharp({ create: { width: 32, height: 32, channels: 3, background: '#a06040' } });
    expect(sniff(await image.toFormat(format).toBuffer())).toBe(`image/${format}`);
  });

  test.each<[string, string | number[], string]>([
    ['captions', 'WEBVTT\n\n00:00.000 --> 00:01.000\nHi', 'text/vtt'],
    ['captions after a byte order mark', '\ufeffWEBVTT\n', 'text/vtt'],
    ['SubRip', '1\r\n00:00:00,000 --> 00:00:01,000\r\nHi', 'application/x-subrip'],
    ['JSON', ' {"a":1}', 'application/json'],
    ['a page', '<html><script>alert(1)</script>', 'application/octet-stream'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'application/octet-stream'],
    ['a program', '\x7fELF', 'application/octet-stream'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'image/heic'],
    ['nothing', '', 'application/octet-stream'],
    ['one lonely sync byte', [0xff, 0xfb], 'application/octet-stream'],
    ['not UTF-8', [0xc3, 0x28, 0x41], 'application/octet-stream'],
  ])('%s', (_what, content, type) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : Uint8Array.from(content);
    expect(sniff(bytes)).toBe(type);
  });

  test('no bytes make it throw or hang', async () => {
    const magics = ['\0\0\0\x18ftyp', 'RIFF', 'OggS', '\x1aE\xdf\xa3', 'ID3', '\xff\xfb', 'hdlr', 'moov'];
    const path = join(dir, 'any');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('', ...magics),
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...magics)), { maxLength: 6 }),
        async (head, rest) => {
          const parts = [head, ...rest].map((part) =>
            typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part),
          );
          const bytes = Buffer.concat(parts);
          expect(sniff(bytes)).toMatch(/^\w+\//);
          await writeFile(path, bytes);
          expect(await typeOf(path)).toMatch(/^\w+\//);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

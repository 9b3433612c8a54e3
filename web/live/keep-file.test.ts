import { expect, test } from 'vitest';
import { contentType } from '../vault/content-type.ts';
import { hashBlob } from '../vault/hashing.ts';
import { keepFile } from './keep-file.ts';

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)),
  );

test('files are what their bytes say', () => {
  const known: [Uint8Array, string, string][] = [
    [bytes([0xff, 0xd8, 0xff, 0xe0]), '', 'image/jpeg'],
    [bytes([0x89], 'PNG\r\n', [0x1a], '\n'), 'text/plain', 'image/png'],
    [bytes('RIFF\0\0\0\0WEBPVP8 '), '', 'image/webp'],
    [bytes('RIFF\0\0\0\0WAVEfmt '), '', 'audio/wav'],
    [bytes('GIF89a'), '', 'image/gif'],
    [bytes('\0\0\0\x1cftypheic\0\0\0\0mif1heic'), '', 'image/heic'],
    [bytes('\0\0\0\x1cftypavif\0\0\0\0avifmif1'), '', 'image/avif'],
    [bytes('\0\0\0\x1cftypM4A \0\0\0\0'), '', 'audio/mp4'],
    [bytes('\0\0\0\x1cftypisom\0\0\0\0moovhdlr\0\0\0\0\0\0\0\0soun'), '', 'audio/mp4'],
    [bytes('\0\0\0\x1cftypisom\0\0\0\0mdat'), 'audio/mp4', 'audio/mp4'],
    [bytes('\0\0\0\x1cftypisom\0\0\0\0mdat'), '', 'video/mp4'],
    [bytes([0x1a, 0x45, 0xdf, 0xa3], 'webm A_OPUS'), 'video/webm', 'audio/webm'],
    [bytes([0x1a, 0x45, 0xdf, 0xa3], 'webm V_VP9 A_OPUS'), 'audio/webm', 'video/webm'],
    [bytes('OggS\0'), '', 'audio/ogg'],
    [bytes('fLaC'), '', 'audio/flac'],
    [bytes('ID3\x04'), '', 'audio/mpeg'],
    [bytes([0xff, 0xfb, 0x90, 0x64]), '', 'audio/mpeg'],
  ];
  for (const [head, claim, type] of known) expect(contentType(head, claim)).toBe(type);
  for (const head of [
    bytes(),
    bytes('MZ'),
    bytes('<svg xmlns='),
    bytes('%PDF-1.7'),
    bytes([0xff, 0xff, 0xff]),
  ]) {
    expect(contentType(head, 'image/png')).toBeUndefined();
  }
});

function shelf() {
  const kept: { ref: object; blocks: readonly string[]; size: number; type: string }[] = [];
  const store = {
    keep: async (ref: object, blocks: readonly string[], blob: Blob) =>
      void kept.push({ ref, blocks, size: blob.size, type: blob.type }),
  } as never;
  return { kept, world: { store, hash: hashBlob } };
}
/** As a camera writes it: a word on where it was taken, the picture, and a film behind its end. */
const place = bytes([0xff, 0xe1, 0, 20], 'Exif\0\0', 'taken at 51N');
const scan = bytes([0xff, 0xda, 0, 2], 'the picture itself', [0xff, 0xd9]);
const photo = bytes([0xff, 0xd8], [...place], [...scan], 'a film');
const clean = bytes([0xff, 0xd8], [...scan]);

/** By the browser's own means, not by ours. */
async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

test('a kept photo has the hash of its picture alone, the type of its content and the name it had', async () => {
  const { kept, world } = shelf();
  const file = new File([photo], 'me.png', { type: 'image/png' });
  const ref = await keepFile(file, undefined, world);
  expect(ref).toEqual({
    hash: await sha256(clean),
    bytes: clean.length,
    type: 'image/jpeg',
    name: 'me.png',
  });
  expect(kept).toMatchObject([{ ref, size: clean.length, type: 'image/jpeg' }]);
});

test('a sound is kept as it is', async () => {
  const { kept, world } = shelf();
  const sound = bytes('ID3\x04', 'title and all');
  const ref = await keepFile(new Blob([sound]), 'song.mp3', world);
  expect(ref).toEqual({
    hash: await sha256(sound),
    bytes: sound.length,
    type: 'audio/mpeg',
    name: 'song.mp3',
  });
  expect(kept).toMatchObject([{ ref, size: sound.length }]);
});

test.each([
  ['nothing at all', new Blob([]), 'empty'],
  ['a program', new Blob([bytes('MZ\x90\0')], { type: 'image/png' }), 'not a picture'],
  [
    'a sound that calls itself a picture',
    new Blob([bytes('ID3\x04\0\0')], { type: 'image/jpeg' }),
    'a sound',
  ],
  ['half a photo', new Blob([photo.slice(0, 40)]), 'ends too early'],
  ['a HEIC where it cannot be shown', new Blob([bytes('\0\0\0\x1cftypheic\0\0\0\0mif1heic')]), 'HEIC'],
  ['a picture that calls itself a sound', new Blob([photo], { type: 'audio/wav' }), 'a picture'],
  [
    'a picture of 101 MiB',
    Object.defineProperty(new Blob([photo]), 'size', { value: 101 * 1024 * 1024 }),
    'up to 100 MB',
  ],
])('%s is refused in one sentence with the next step', async (_what, file, says) => {
  const { kept, world } = shelf();
  const refused = await keepFile(file, 'it.bin', world).catch((failure: unknown) => failure);
  expect(refused).toMatchObject({ code: 'bad-input', message: expect.stringContaining(says) });
  expect((refused as { hint: string }).hint).not.toBe('');
  expect(kept).toEqual([]);
});

import { expect, test } from 'vitest';
import { isIsoMedia, isoStillType, plainType } from './magic.ts';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test.each([
  ['\xff\xd8\xff\xe0', 'image/jpeg'],
  ['\x89PNG\r\n\x1a\nrest', 'image/png'],
  ['GIF89a', 'image/gif'],
  ['II*\0', 'image/tiff'],
  ['RIFF\0\0\0\0WEBP', 'image/webp'],
  ['RF64\0\0\0\0WAVE', 'audio/wav'],
  ['fLaC', 'audio/flac'],
  ['RIFF\0\0\0\0AVI ', undefined],
  ['\xff\xd8', undefined],
  ['', undefined],
])('%j settles %s', (head, type) => {
  expect(plainType(bytes(head))).toBe(type);
});

test('stills among the ISO media files are told by their brands', () => {
  expect(isIsoMedia(bytes('\0\0\0\x1cftypavif'))).toBe(true);
  expect(isoStillType('avif\0\0\0\0mif1')).toBe('image/avif');
  expect(isoStillType('heic')).toBe('image/heic');
  expect(isoStillType('isom')).toBeUndefined();
});

// Pictures put together by hand from the pieces that the formats have, told apart from what is kept of them. What
// cameras and programs really write is tried where real pictures can be made: agent/media/clean-picture.test.ts.
import { describe, expect, test } from 'vitest';
import { readOrientation, writeOrientation } from './exif-orientation.ts';
import { stripMetadata } from './strip-metadata.ts';

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const text = (bytes: Uint8Array | undefined) => String.fromCharCode(...(bytes ?? []));
const bytes = (...parts: (string | number[] | Uint8Array)[]) =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? ascii(part) : part)]));

const segment = (marker: number, content: Uint8Array) =>
  bytes([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff], content);
const jpegExif = (orientation: number) =>
  segment(0xe1, bytes('Exif\0\0', writeOrientation(orientation), 'SECRET place'));
const scan = bytes([0xff, 0xda, 0, 3, 1], 'entropy', [0xff, 0, 0xff, 0xd3], 'coded');
const jfif = bytes('JFIF\0', [1, 2, 0, 0, 1, 0, 1]);
const tables = segment(0xdb, ascii('tables'));
const icc = segment(0xe2, ascii('ICC_PROFILE\0\x01\x01colours'));
const adobe = segment(0xee, ascii('Adobe\0d\0\0\0\0\x01'));

const jpeg = bytes(
  [0xff, 0xd8],
  segment(0xe0, bytes(jfif, [1, 1], 'SECRET preview')),
  segment(0xe0, ascii('JFXX\0\x10SECRET preview')),
  jpegExif(6),
  segment(0xe1, ascii('http://ns.adobe.com/xap/1.0/\0SECRET xmp')),
  icc,
  segment(0xe2, ascii('MPF\0SECRET pictures')),
  segment(0xed, ascii('Photoshop 3.0\x008BIMSECRET iptc')),
  adobe,
  segment(0xfe, ascii('SECRET comment')),
  [0xff, 0xff],
  tables,
  scan,
  segment(0xc4, ascii('more tables')),
  scan,
  [0xff, 0xd9],
  'SECRET film behind the photo',
);

const chunk = (name: string, content: Uint8Array | string) =>
  bytes([0, 0, 0, content.length], name, content, 'crc4');
const png = bytes(
  '\x89PNG\r\n\x1a\n',
  chunk('IHDR', 'header'),
  chunk('tEXt', 'SECRET'),
  chunk('eXIf', bytes(writeOrientation(8), 'SECRET')),
  chunk('iTXt', 'SECRET xmp'),
  chunk('gAMA', '4444'),
  chunk('prVt', 'SECRET'),
  chunk('IDAT', 'pixels'),
  chunk('tIME', 'SECRET.'),
  chunk('IEND', ''),
  'SECRET',
);

const riff = (name: string, content: Uint8Array | string) =>
  bytes(name, [content.length, 0, 0, 0], content, content.length % 2 === 0 ? [] : [0]);
const webpOf = (...chunks: Uint8Array[]) => {
  const size = 4 + chunks.reduce((sum, one) => sum + one.length, 0);
  return bytes('RIFF', [size, 0, 0, 0], 'WEBP', ...chunks);
};
const canvas = [0, 0, 0, 9, 0, 0, 9, 0, 0];
const webp = bytes(
  webpOf(
    riff('VP8X', bytes([0x2c], canvas)),
    riff('ICCP', 'colours'),
    riff('VP8 ', 'pixels!'),
    riff('EXIF', bytes('Exif\0\0', writeOrientation(3), 'SECRET')),
    riff('XMP ', 'SECRET'),
    riff('ABCD', 'SECRET'),
  ),
  'SECRET',
);

const gif = bytes(
  'GIF89a',
  [1, 0, 1, 0, 0x80, 0, 0],
  'palett',
  [0x21, 0xff, 11],
  'NETSCAPE2.0',
  [3, 1, 0, 0, 0],
  [0x21, 0xff, 11],
  'XMP DataXMP',
  [6],
  'SECRET',
  [0],
  [0x21, 0xfe, 6],
  'SECRET',
  [0],
  [0x21, 0xf9, 4, 0, 0, 0, 0, 0],
  [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 6],
  'pixels',
  [0],
  [0x3b],
  'SECRET',
);
const all = { jpeg, png, webp, gif };

test('of a JPEG the picture, its colours and its upright stay', () => {
  const upright = bytes('Exif\0\0', writeOrientation(6));
  expect(text(stripMetadata(jpeg))).toBe(
    text(
      bytes(
        [0xff, 0xd8],
        ...[segment(0xe0, bytes(jfif, [0, 0])), segment(0xe1, upright), icc, adobe, tables],
        ...[scan, segment(0xc4, ascii('more tables')), scan],
        [0xff, 0xd9],
      ),
    ),
  );
});

test('of a PNG the picture, its colours and its upright stay', () => {
  const kept = text(stripMetadata(png));
  const before = text(bytes('\x89PNG\r\n\x1a\n', chunk('IHDR', 'header')));
  const after = text(bytes(chunk('gAMA', '4444'), chunk('IDAT', 'pixels'), chunk('IEND', '')));
  // Its checksum is asked of a real decoder in agent/media.
  const upright = text(bytes([0, 0, 0, 26], 'eXIf', writeOrientation(8)));
  expect(kept.slice(0, -4 - after.length)).toBe(before + upright);
  expect(kept.endsWith(after)).toBe(true);
});

test('of a WebP the picture, its colours and its upright stay, and its head says so', () => {
  expect(text(stripMetadata(webp))).toBe(
    text(
      webpOf(
        riff('VP8X', bytes([0x28], canvas)),
        riff('ICCP', 'colours'),
        riff('VP8 ', 'pixels!'),
        riff('EXIF', writeOrientation(3)),
      ),
    ),
  );
});

describe.each(Object.entries(all))('%s', (_format, picture) => {
  test('says nothing any more, and nothing more is found the second time', () => {
    expect(text(picture)).toContain('SECRET');
    const clean = stripMetadata(picture)!;
    expect(text(clean)).not.toContain('SECRET');
    expect(stripMetadata(clean)).toEqual(clean);
  });

  test('cut short anywhere it is no picture, or says nothing', () => {
    for (let length = 0; length < picture.length; length++) {
      expect(text(stripMetadata(picture.slice(0, length)))).not.toContain('SECRET');
    }
  });

  test('changed anywhere it ends soon and throws nothing', () => {
    for (let at = 0; at < picture.length; at++) {
      for (const value of [0, 0xff, picture[at]! ^ 0x80, picture[at]! ^ 1]) {
        const changed = picture.slice();
        changed[at] = value;
        const clean = stripMetadata(changed);
        // A little more at most: an upright that was not there before.
        if (clean !== undefined) expect(clean.length).toBeLessThanOrEqual(picture.length + 40);
      }
    }
  });
});

test('other files are not touched', () => {
  for (const other of ['', 'BM', 'II*\0', '\0\0\0\x1cftypheic', '<svg>']) {
    expect(stripMetadata(ascii(other))).toBeUndefined();
  }
});

test('which way is up is read in both byte orders, and 1 is the answer to nonsense', () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    expect(readOrientation(writeOrientation(orientation))).toBe(orientation);
  }
  const little = bytes(
    'II*\0',
    [8, 0, 0, 0, 2, 0],
    Array(12).fill(7),
    [0x12, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0],
  );
  expect(readOrientation(little)).toBe(5);
  for (const nonsense of [
    bytes(),
    little.slice(0, 20),
    bytes('II*\0', [255, 255, 255, 255], Array(20).fill(0)),
  ]) {
    expect(readOrientation(nonsense)).toBe(1);
  }
  expect(readOrientation(writeOrientation(9))).toBe(1);
});

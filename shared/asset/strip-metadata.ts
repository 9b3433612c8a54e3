// Takes out of a picture file what is not the picture: EXIF with its place and camera, XMP, IPTC, comments, previews,
// further pictures and bytes behind the end. The picture itself is not decoded: its bytes stay as they are. Which way
// is up and what its colours mean (ICC) stay too. Only what is known to be part of the picture is kept.
//
//   JPEG  ITU-T T.81 annex B; JFIF 1.02; Exif 2.32
//   PNG   W3C PNG, third edition
//   WebP  RFC 9649
//   GIF   GIF89a
import { readOrientation, writeOrientation } from './exif-orientation.ts';
import { latin1, plainType } from './magic.ts';

/** The same picture without the rest; undefined for another format, and for a file that is cut short or damaged. */
export function stripMetadata(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const kept = partsOf(bytes);
  return kept === undefined ? undefined : joined(kept);
}

function partsOf(bytes: Uint8Array): Uint8Array[] | undefined {
  switch (plainType(bytes)) {
    case 'image/jpeg':
      return jpegParts(bytes);
    case 'image/png':
      return pngParts(bytes);
    case 'image/webp':
      return webpParts(bytes);
    case 'image/gif':
      return gifParts(bytes);
    default:
      return undefined;
  }
}

/** Tables, frames and scans; JFIF, Adobe's colour transform and ICC are read out of their APPn segments below. */
function isJpegPicture(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf) || (marker >= 0xda && marker <= 0xdf);
}

function jpegParts(bytes: Uint8Array): Uint8Array[] | undefined {
  const kept: Uint8Array[] = [];
  let orientation = 1;
  let hasScan = false;
  let at = 2;
  for (;;) {
    // Some cameras leave bytes between two segments; every decoder goes on at the next marker.
    at = bytes.indexOf(0xff, at);
    if (at < 0) return undefined;
    while (bytes[at] === 0xff) at++; // any number of fill bytes
    const marker = bytes[at++];
    if (marker === undefined || marker === 0xd8) return undefined;
    if (marker === 0xd9) break;
    if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue; // no segment: stuffing, restarts
    if (at + 2 > bytes.length) return undefined;
    const end = at + (bytes[at]! << 8) + bytes[at + 1]!;
    if (end > bytes.length || end < at + 2) return undefined;
    const segment = bytes.subarray(at + 2, end);
    if (marker === 0xe1 && latin1(segment, 0, 6) === 'Exif\0\0') {
      if (orientation === 1) orientation = readOrientation(segment.subarray(6));
    } else if (marker === 0xe0 && latin1(segment, 0, 5) === 'JFIF\0' && segment.length >= 12) {
      const withoutPreview = segment.slice(0, 14);
      kept.push(jpegSegment(0xe0, withoutPreview.length < 14 ? withoutPreview : withoutPreview.fill(0, 12)));
    } else if (
      isJpegPicture(marker) ||
      (marker === 0xee && latin1(segment, 0, 5) === 'Adobe') ||
      (marker === 0xe2 && latin1(segment, 0, 12) === 'ICC_PROFILE\0')
    ) {
      kept.push(Uint8Array.of(0xff, marker), bytes.subarray(at, end));
    }
    at = end;
    if (marker === 0xda) {
      hasScan = true;
      at = endOfScan(bytes, end);
      kept.push(bytes.subarray(end, at));
    }
  }
  if (!hasScan) return undefined;
  const upright =
    orientation === 1 ? [] : [jpegSegment(0xe1, joined([ascii('Exif\0\0'), writeOrientation(orientation)]))];
  // JFIF wants to be first, EXIF before the tables.
  const first = kept[0]?.[1] === 0xe0 ? kept.splice(0, 1) : [];
  return [Uint8Array.of(0xff, 0xd8), ...first, ...upright, ...kept, Uint8Array.of(0xff, 0xd9)];
}

/** Where the entropy-coded bytes that begin at `from` end: at a marker that is neither stuffing nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

function jpegSegment(marker: number, content: Uint8Array): Uint8Array {
  const length = content.length + 2;
  return joined([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), content]);
}

const pngPicture = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'acTL', 'fcTL', 'fdAT'],
  ...['cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP', 'mDCV', 'cLLI', 'bKGD', 'pHYs'],
]);

function pngParts(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head: Uint8Array[] = [bytes.subarray(0, 8)];
  const kept: Uint8Array[] = [];
  let orientation = 1;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return undefined;
    const name = latin1(bytes, at + 4, 4);
    if (name === 'eXIf') orientation = readOrientation(bytes.subarray(at + 8, end - 4));
    else if (pngPicture.has(name)) (name === 'IHDR' ? head : kept).push(bytes.subarray(at, end));
    else if (/^[A-Z]/.test(name)) return undefined; // critical: without it this is another picture
    if (name === 'IEND') {
      const upright = orientation === 1 ? [] : [pngChunk('eXIf', writeOrientation(orientation))];
      return [...head, ...upright, ...kept];
    }
    at = end;
  }
  return undefined;
}

function pngChunk(name: string, content: Uint8Array): Uint8Array {
  const out = joined([new Uint8Array(4), ascii(name), content, new Uint8Array(4)]);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  view.setUint32(out.length - 4, crc32(out.subarray(4, -4)));
  return out;
}

/** PNG, annex D; for the few bytes that are written here, so without a table. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const webpPicture = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
/** Bits of a VP8X chunk's first byte. */
const WEBP_HAS_EXIF = 0x08;
const WEBP_HAS_XMP = 0x04;

function webpParts(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = 8 + view.getUint32(4, true);
  if (whole > bytes.length + 1) return undefined; // the last byte of padding is often left out
  const kept: Uint8Array[] = [];
  let extended: Uint8Array | undefined;
  let orientation = 1;
  for (let at = 12; at + 8 <= Math.min(whole, bytes.length); ) {
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length;
    if (end > bytes.length) return undefined;
    const name = latin1(bytes, at, 4);
    const content = bytes.subarray(at + 8, end);
    if (name === 'EXIF') {
      orientation = readOrientation(content.subarray(latin1(content, 0, 6) === 'Exif\0\0' ? 6 : 0));
    } else if (name === 'VP8X' && length >= 10) {
      extended = riffChunk(name, content.slice(0, 10));
      kept.push(extended);
    } else if (webpPicture.has(name)) kept.push(riffChunk(name, content));
    at = end + (length & 1);
  }
  if (kept.length === 0) return undefined;
  if (extended !== undefined) extended[8]! &= ~(WEBP_HAS_EXIF | WEBP_HAS_XMP);
  if (extended !== undefined && orientation !== 1) {
    extended[8]! |= WEBP_HAS_EXIF;
    kept.push(riffChunk('EXIF', writeOrientation(orientation)));
  }
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, 4 + kept.reduce((sum, part) => sum + part.length, 0), true);
  return [ascii('RIFF'), size, ascii('WEBP'), ...kept];
}

function riffChunk(name: string, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 + content.length + (content.length & 1));
  out.set(ascii(name));
  new DataView(out.buffer).setUint32(4, content.length, true);
  out.set(content, 8);
  return out;
}

function gifParts(bytes: Uint8Array): Uint8Array[] | undefined {
  const tableBytes = (flags: number | undefined) =>
    flags !== undefined && flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
  let at = 13 + tableBytes(bytes[10]);
  const kept: Uint8Array[] = [bytes.subarray(0, at)];
  while (at < bytes.length) {
    const start = at;
    const block = bytes[at];
    if (block === 0x3b) return [...kept, Uint8Array.of(0x3b)];
    let isPicture = true;
    if (block === 0x2c) at += 10 + tableBytes(bytes[at + 9]) + 1;
    else if (block === 0x21) {
      const label = bytes[at + 1];
      // A frame's timing, and how often the film is played.
      isPicture = label === 0xf9 || (label === 0xff && latin1(bytes, at + 3, 11) === 'NETSCAPE2.0');
      at += 2;
    } else return undefined;
    while (bytes[at] !== 0) {
      if (at >= bytes.length) return undefined;
      at += 1 + bytes[at]!;
    }
    at++;
    if (isPicture) kept.push(bytes.subarray(start, at));
  }
  return undefined;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

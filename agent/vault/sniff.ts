// What bytes are, told from the bytes: names and claims are not asked. Anything not known for certain is
// `application/octet-stream`, and the tools that read it later say what they think.
import type { FileHandle } from 'node:fs/promises';
import type { AssetType } from '@myspinbot/shared/asset/asset.ts';
import { isIsoMedia, isoStillType, latin1, plainType } from '@myspinbot/shared/asset/magic.ts';
import { fill } from './durable.ts';

/** Enough for every magic number and for the track headers of recordings made by browsers. */
const HEAD_BYTES = 64 * 1024;
/** Top-level boxes walked to find an MP4's `moov`; real files have fewer than ten before it. */
const MAX_BOXES = 64;

/** Type of an open file. */
export async function sniffFile(file: FileHandle): Promise<AssetType> {
  const head = new Uint8Array(HEAD_BYTES);
  const length = await fill(file, head, 0);
  const type = sniff(head.subarray(0, length));
  if (type !== 'video/mp4') return type;
  // A phone writes `moov` at the end: walk there before saying that there is a picture.
  const moov = await readMoov(file);
  return moov === undefined ? type : movieType(moov);
}

/** Type of the first bytes of a file. An MP4 whose tracks are not within `head` is taken for a video. */
export function sniff(head: Uint8Array): AssetType {
  const plain = plainType(head);
  if (plain !== undefined) return plain;
  const at = (offset: number, magic: string) => latin1(head, offset, magic.length) === magic;
  if (at(0, 'OggS')) return oggType(head);
  if (isIsoMedia(head)) return isoType(head);
  if (head[0] === 0x1a && head[1] === 0x45 && head[2] === 0xdf && head[3] === 0xa3) return matroskaType(head);
  if (at(0, 'ID3') || isMpegAudio(head)) return 'audio/mpeg';
  return textType(head);
}

function has(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(text, 0, 'latin1');
}

function oggType(head: Uint8Array): AssetType {
  if (has(head, '\x80theora')) return 'application/octet-stream';
  const sound = ['OpusHead', '\x01vorbis', '\x7fFLAC', 'Speex   '].some((magic) => has(head, magic));
  return sound ? 'audio/ogg' : 'application/octet-stream';
}

function isoType(head: Uint8Array): AssetType {
  const brands = latin1(head, 8, Math.min(new DataView(head.buffer, head.byteOffset).getUint32(0), 64) - 8);
  const still = isoStillType(brands);
  if (still !== undefined) return still;
  if (/M4A |M4B /.test(brands.slice(0, 4))) return 'audio/mp4';
  return movieType(head);
}

/** Audio when there is a sound track and no picture track in these bytes. */
function movieType(bytes: Uint8Array): AssetType {
  const kinds = new Set<string>();
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // hdlr: version and flags (4), predefined (4), handler type (4).
  for (let found = all.indexOf('hdlr'); found >= 0; found = all.indexOf('hdlr', found + 4)) {
    kinds.add(latin1(bytes, found + 12, 4));
  }
  return kinds.has('soun') && !kinds.has('vide') ? 'audio/mp4' : 'video/mp4';
}

async function readMoov(file: FileHandle): Promise<Uint8Array | undefined> {
  const header = new Uint8Array(16);
  let position = 0;
  for (let box = 0; box < MAX_BOXES; box++) {
    if ((await fill(file, header, position)) < 8) return undefined;
    const view = new DataView(header.buffer);
    const short = view.getUint32(0);
    const size = short === 1 ? Number(view.getBigUint64(8)) : short;
    if (latin1(header, 4, 4) === 'moov') {
      const moov = new Uint8Array(Math.min(Math.max(size, 8), 1024 * 1024));
      return moov.subarray(0, await fill(file, moov, position));
    }
    if (size < 8) return undefined;
    position += size;
  }
  return undefined;
}

function matroskaType(head: Uint8Array): AssetType {
  if (!has(head.subarray(0, 4096), 'webm') && !has(head.subarray(0, 4096), 'matroska')) {
    return 'application/octet-stream';
  }
  const picture = ['V_VP8', 'V_VP9', 'V_AV1', 'V_MPEG'].some((codec) => has(head, codec));
  const sound = ['A_OPUS', 'A_VORBIS', 'A_PCM', 'A_AAC', 'A_FLAC', 'A_MPEG'].some((codec) =>
    has(head, codec),
  );
  return sound && !picture ? 'audio/webm' : 'video/webm';
}

/** Two MPEG audio frame headers, the second where the first says: one alone is often chance. */
function isMpegAudio(head: Uint8Array): boolean {
  const length = mpegFrameBytes(head, 0);
  return length !== undefined && (head.length < length + 4 || mpegFrameBytes(head, length) !== undefined);
}

function mpegFrameBytes(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length < at + 4 || bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0) return undefined;
  const version = (bytes[at + 1]! >> 3) & 3; // 3 = MPEG 1, 2 = MPEG 2, 0 = MPEG 2.5
  const layer = (bytes[at + 1]! >> 1) & 3; // 1 = layer III
  const rate = bytes[at + 2]! >> 4;
  const sampling = (bytes[at + 2]! >> 2) & 3;
  if (version === 1 || layer !== 1 || rate === 0 || rate === 15 || sampling === 3) return undefined;
  const kbps =
    version === 3
      ? [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320][rate]!
      : [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160][rate]!;
  const hertz = [44_100, 48_000, 32_000][sampling]! / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (bytes[at + 2]! >> 1) & 1;
  return Math.floor(((version === 3 ? 144_000 : 72_000) * kbps) / hertz) + padding;
}

function textType(head: Uint8Array): AssetType {
  let text: string;
  try {
    // `stream` forgives a character cut at the end of the head.
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true }).trimStart();
  } catch {
    return 'application/octet-stream';
  }
  if (text.startsWith('WEBVTT')) return 'text/vtt';
  if (/^\d+\r?\n\d\d:\d\d:\d\d,\d{3} --> /.test(text)) return 'application/x-subrip';
  if (/^[{[]/.test(text)) return 'application/json';
  return 'application/octet-stream';
}

// What a chosen file is, told from its first bytes. A claim only decides where the bytes leave a choice (a sound
// and a film share containers). The workstation looks again, and deeper.
import type { AssetType } from '@myspinbot/shared/asset/asset.ts';

/** Enough for the track headers of recordings made by browsers. */
export const HEAD_BYTES = 64 * 1024;

/** Type of a file that begins with `head`; undefined for anything this app has no use for. */
export function contentType(head: Uint8Array, claimed: string): AssetType | undefined {
  const at = (offset: number, magic: string) => text(head, offset, magic.length) === magic;
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg';
  if (at(0, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (at(0, 'GIF87a') || at(0, 'GIF89a')) return 'image/gif';
  if (at(0, 'II*\0') || at(0, 'MM\0*')) return 'image/tiff';
  if (at(0, 'RIFF') && at(8, 'WEBP')) return 'image/webp';
  if ((at(0, 'RIFF') || at(0, 'RF64')) && at(8, 'WAVE')) return 'audio/wav';
  if (at(0, 'fLaC')) return 'audio/flac';
  if (at(0, 'OggS')) return 'audio/ogg';
  if (at(0, 'ID3')) return 'audio/mpeg';
  if (head[0] === 0xff && (head[1]! & 0xe6) === 0xe2) return 'audio/mpeg';
  if (at(4, 'ftyp')) return isoType(head, claimed);
  if (at(0, '\x1a\x45\xdf\xa3')) return matroskaType(head, claimed);
  return undefined;
}

/** The first word of a media type: what a person would call it. */
export function family(type: string): string {
  return type.split('/')[0] ?? '';
}

function isoType(head: Uint8Array, claimed: string): AssetType {
  const brands = text(head, 8, 24);
  if (/avi[fs]/.test(brands)) return 'image/avif';
  if (/hei[cxms]|hevc|mif1|msf1/.test(brands)) return 'image/heic';
  if (brands.startsWith('M4A ') || brands.startsWith('M4B ')) return 'audio/mp4';
  // A recording carries its tracks in the head; a phone's film may carry them at its end.
  const all = text(head, 0, head.length);
  if (all.includes('vide')) return 'video/mp4';
  if (all.includes('soun')) return 'audio/mp4';
  return family(claimed) === 'audio' ? 'audio/mp4' : 'video/mp4';
}

function matroskaType(head: Uint8Array, claimed: string): AssetType {
  const all = text(head, 0, head.length);
  if (/V_VP8|V_VP9|V_AV1|V_MPEG/.test(all)) return 'video/webm';
  if (/A_OPUS|A_VORBIS|A_PCM|A_AAC/.test(all)) return 'audio/webm';
  return family(claimed) === 'audio' ? 'audio/webm' : 'video/webm';
}

/** Latin-1, so that one byte is one character. */
function text(bytes: Uint8Array, offset: number, length: number): string {
  let out = '';
  for (const byte of bytes.subarray(offset, offset + length)) out += String.fromCharCode(byte);
  return out;
}

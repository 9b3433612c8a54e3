// The magic numbers that settle a file's type alone. Containers that hold sound or film alike (MP4, Matroska, Ogg)
// need a look at their tracks: each side does that as deeply as it can.
import type { AssetType } from './asset.ts';

/** Type of a file that begins with `head`; undefined when the first bytes do not settle it. */
export function plainType(head: Uint8Array): AssetType | undefined {
  const at = (offset: number, magic: string) => latin1(head, offset, magic.length) === magic;
  if (at(0, '\xff\xd8\xff')) return 'image/jpeg';
  if (at(0, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (at(0, 'GIF87a') || at(0, 'GIF89a')) return 'image/gif';
  if (at(0, 'II*\0') || at(0, 'MM\0*')) return 'image/tiff';
  if (at(0, 'RIFF') && at(8, 'WEBP')) return 'image/webp';
  if ((at(0, 'RIFF') || at(0, 'RF64')) && at(8, 'WAVE')) return 'audio/wav';
  if (at(0, 'fLaC')) return 'audio/flac';
  return undefined;
}

/** Whether an ISO media file (MP4 and its kin) begins here. */
export function isIsoMedia(head: Uint8Array): boolean {
  return latin1(head, 4, 4) === 'ftyp';
}

/** A still picture among the ISO media files, by the brands after `ftyp`; undefined for sound and film. */
export function isoStillType(brands: string): AssetType | undefined {
  if (/avi[fs]/.test(brands)) return 'image/avif';
  if (/hei[cxms]|hevc|mif1|msf1/.test(brands)) return 'image/heic';
  return undefined;
}

/** Bytes as text, one character a byte. */
export function latin1(bytes: Uint8Array, offset: number, length: number): string {
  let out = '';
  for (const byte of bytes.subarray(offset, offset + length)) out += String.fromCharCode(byte);
  return out;
}

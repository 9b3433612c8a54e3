// What a chosen file is, told from its first bytes. A claim only decides where the bytes leave a choice (a sound
// and a film share containers). The workstation looks again, and deeper.
import type { AssetType } from '@myspinbot/shared/asset/asset.ts';
import { isIsoMedia, isoStillType, latin1, plainType } from '@myspinbot/shared/asset/magic.ts';

/** Enough for the track headers of recordings made by browsers. */
export const HEAD_BYTES = 64 * 1024;

/** Type of a file that begins with `head`; undefined for anything this app has no use for. */
export function contentType(head: Uint8Array, claimed: string): AssetType | undefined {
  const plain = plainType(head);
  if (plain !== undefined) return plain;
  const at = (offset: number, magic: string) => latin1(head, offset, magic.length) === magic;
  if (at(0, 'OggS')) return 'audio/ogg';
  if (at(0, 'ID3')) return 'audio/mpeg';
  if (head[0] === 0xff && (head[1]! & 0xe6) === 0xe2) return 'audio/mpeg';
  if (isIsoMedia(head)) return isoType(head, claimed);
  if (at(0, '\x1a\x45\xdf\xa3')) return matroskaType(head, claimed);
  return undefined;
}

/** The first word of a media type: what a person would call it. */
export function family(type: string): string {
  return type.split('/')[0] ?? '';
}

function isoType(head: Uint8Array, claimed: string): AssetType {
  const brands = latin1(head, 8, 24);
  const still = isoStillType(brands);
  if (still !== undefined) return still;
  if (brands.startsWith('M4A ') || brands.startsWith('M4B ')) return 'audio/mp4';
  // A recording carries its tracks in the head; a phone's film may carry them at its end.
  const all = latin1(head, 0, head.length);
  if (all.includes('vide')) return 'video/mp4';
  if (all.includes('soun')) return 'audio/mp4';
  return family(claimed) === 'audio' ? 'audio/mp4' : 'video/mp4';
}

function matroskaType(head: Uint8Array, claimed: string): AssetType {
  const all = latin1(head, 0, head.length);
  if (/V_VP8|V_VP9|V_AV1|V_MPEG/.test(all)) return 'video/webm';
  if (/A_OPUS|A_VORBIS|A_PCM|A_AAC/.test(all)) return 'audio/webm';
  return family(claimed) === 'audio' ? 'audio/webm' : 'video/webm';
}

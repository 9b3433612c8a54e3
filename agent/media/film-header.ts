// What the header of a fragmented MP4 says of the film behind it: its codecs as a browser wants them named, and its
// shape. Reads bytes and nothing else; what is no such header, or not whole yet, is undefined.

export interface FilmHeader {
  /** 'video/mp4; codecs="avc1.640020, mp4a.40.2"' */
  mime: string;
  width: number;
  height: number;
  /** Length of the header; fragments begin behind it. */
  bytes: number;
}

interface Box {
  type: string;
  /** Its content. */
  from: number;
  to: number;
}

/** Boxes of a header are a few; a crafted one must not be walked for ever. */
const MAX_BOXES = 64;
/** Content of a video and a sound entry before the boxes in it (ISO 14496-12). */
const VIDEO_ENTRY = 78;
const SOUND_ENTRY = 28;

export function readFilmHeader(bytes: Uint8Array): FilmHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const moov = boxes(view, 0, bytes.length).find(({ type }) => type === 'moov');
  if (moov === undefined || moov.to > bytes.length) return undefined;
  let picture: { codec: string; width: number; height: number } | undefined;
  let sound: string | undefined;
  for (const trak of within(view, moov, 'trak')) {
    const stbl = ['mdia', 'minf', 'stbl'].reduce<Box | undefined>(
      (box, type) => box && within(view, box, type)[0],
      trak,
    );
    const stsd = stbl && within(view, stbl, 'stsd')[0];
    if (stsd === undefined) continue;
    // Behind version, flags and the number of entries.
    for (const entry of boxes(view, stsd.from + 8, stsd.to)) {
      if (entry.type === 'avc1') picture ??= readPicture(view, entry);
      else if (entry.type === 'mp4a') sound ??= readSound(view, entry);
    }
  }
  if (picture === undefined) return undefined;
  const codecs = [picture.codec, ...(sound === undefined ? [] : [sound])].join(', ');
  const { width, height } = picture;
  return { mime: `video/mp4; codecs="${codecs}"`, width, height, bytes: moov.to };
}

function readPicture(
  view: DataView,
  entry: Box,
): { codec: string; width: number; height: number } | undefined {
  if (entry.from + VIDEO_ENTRY > entry.to) return undefined;
  const avcC = boxes(view, entry.from + VIDEO_ENTRY, entry.to).find(({ type }) => type === 'avcC');
  if (avcC === undefined || avcC.to - avcC.from < 4) return undefined;
  const profile = [1, 2, 3].map((at) => hex(view.getUint8(avcC.from + at))).join('');
  return {
    codec: `avc1.${profile}`,
    width: view.getUint16(entry.from + 24),
    height: view.getUint16(entry.from + 26),
  };
}

/** The object type out of the decoder's own description, which lies in nested descriptors (ISO 14496-1). */
function readSound(view: DataView, entry: Box): string | undefined {
  if (entry.from + SOUND_ENTRY > entry.to) return undefined;
  const esds = boxes(view, entry.from + SOUND_ENTRY, entry.to).find(({ type }) => type === 'esds');
  if (esds === undefined) return undefined;
  let at = esds.from + 4;
  // ES descriptor, decoder configuration, decoder specific info: tag, length, and what stands before the next.
  for (const [tag, before] of [
    [3, 3],
    [4, 13],
    [5, 0],
  ] as const) {
    if (at >= esds.to || view.getUint8(at) !== tag) return undefined;
    at += 1;
    while (at < esds.to && view.getUint8(at) >= 0x80) at += 1;
    at += 1 + before;
  }
  if (at >= esds.to) return undefined;
  const objectType = view.getUint8(at) >> 3;
  return objectType === 0 || objectType === 31 ? undefined : `mp4a.40.${objectType}`;
}

function within(view: DataView, { from, to }: Box, type: string): Box[] {
  return boxes(view, from, to).filter((box) => box.type === type);
}

/** The boxes between two places; the last one may reach past the end, which its reader must ask. */
function boxes(view: DataView, from: number, to: number): Box[] {
  const found: Box[] = [];
  for (let at = from; at + 8 <= Math.min(to, view.byteLength) && found.length < MAX_BOXES; ) {
    const size = view.getUint32(at);
    if (size < 8) break;
    const type = [4, 5, 6, 7].map((letter) => String.fromCharCode(view.getUint8(at + letter))).join('');
    found.push({ type, from: at + 8, to: at + size });
    at += size;
  }
  // Inside another box nothing reaches past it.
  return from === 0 ? found : found.filter((box) => box.to <= Math.min(to, view.byteLength));
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

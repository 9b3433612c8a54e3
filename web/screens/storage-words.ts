// What lies where, as people say it. Pure.
import type { Fullness } from '../live/live.ts';
import type { FileKind, FilePlace, StockFile, Sum } from '../live/stock.ts';
import { agoWords, bytesWords } from './time-words.ts';

const singular: Readonly<Record<FileKind, string>> = {
  photo: 'photo',
  recording: 'recording',
  video: 'video',
  extra: 'small file',
};

/** "2 photos, 1 video": small files are only named where there is nothing else. */
export function countWords(files: readonly StockFile[]): string {
  const counts = (['photo', 'recording', 'video', 'extra'] as const).map(
    (kind) =>
      [kind, new Set(files.filter((file) => file.kind === kind).map(({ ref }) => ref.hash)).size] as const,
  );
  const large = counts.filter(([kind, count]) => kind !== 'extra' && count > 0);
  const told = large.length > 0 ? large : counts.filter(([, count]) => count > 0);
  return told.map(([kind, count]) => `${count} ${singular[kind]}${count === 1 ? '' : 's'}`).join(', ');
}

/** "3 files, 12 MB" */
export function sumWords({ files, bytes }: Sum): string {
  return `${files} ${files === 1 ? 'file' : 'files'}, ${bytesWords(bytes)}`;
}

export function fileName({ ref, kind, made }: StockFile, now: number): string {
  if (kind === 'video' && made !== undefined) return `Video, ${agoWords(made.at, now)}`;
  if (kind === 'extra') return ref.type.startsWith('image/') ? 'Its picture' : 'Its captions';
  if (ref.name !== undefined && ref.name.trim() !== '') return ref.name;
  return { photo: 'Photo', recording: 'Recording', video: 'Video' }[kind];
}

/** One state in words; why it stays, where somebody may wonder. */
export function placeWords({ place, stays, ref }: StockFile): string {
  switch (place.at) {
    case 'both':
      return stays === 'shown'
        ? 'Here and on the workstation. Stays: the lists show it'
        : 'Here and on the workstation';
    case 'here-only':
      return place.refused === undefined ? 'Only here. Not sent yet' : `Only here. ${place.refused}`;
    case 'workstation':
      return 'On the workstation';
    case 'arriving':
      return arrivingWords(place, ref.bytes);
    case 'aside':
      return 'Here, for another workstation';
  }
}

function arrivingWords(place: Extract<FilePlace, { at: 'arriving' }>, whole: number): string {
  if (place.trouble === 'no-room') return 'Waits on the workstation: no room here';
  if (place.trouble === 'missing') return 'The workstation does not have it any more';
  if (place.bytes === 0) return 'Comes from the workstation';
  return `On its way, ${Math.floor((100 * place.bytes) / Math.max(1, whole))} %`;
}

/** What is said on every screen while this device is full; undefined while there is room. */
export function fullWords(full: Fullness | undefined): string | undefined {
  switch (full?.what) {
    case undefined:
      return undefined;
    case 'changes':
      return 'This device is full: your last changes are not saved yet. Keep this page open.';
    case 'arrivals':
      return full.files.length === 1
        ? 'This device is full: a file waits on your workstation.'
        : `This device is full: ${full.files.length} files wait on your workstation.`;
    case 'file':
      return 'This device is full: the file was not added.';
  }
}

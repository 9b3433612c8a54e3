// What was shared to the app in words: what it is, why something of it was not taken, and the next step. Pure.
import { MAX_SHARED_FILES, type ShareProblem, shareProblems } from '@myspinbot/shared/wire/share.ts';
import type { Share } from '../live/shared-desk.ts';

/** "2 photos", "a recording and some words": what still waits of a share. */
export function shareWords(share: Pick<Share, 'files' | 'words'>): string {
  const count = (family: string, one: string, many: string) => {
    const found = share.files.filter(({ type }) => type.startsWith(family)).length;
    return found === 0 ? [] : [found === 1 ? one : `${found} ${many}`];
  };
  return listed([
    ...count('image/', 'a photo', 'photos'),
    ...count('audio/', 'a recording', 'recordings'),
    ...count('video/', 'a film', 'films'),
    ...(share.words === undefined ? [] : ['some words']),
  ]);
}

/** Every item of a share that waits. */
export function itemsOf(share: Share): number[] {
  return [...share.files.map(({ item }) => item), ...(share.words === undefined ? [] : [share.words.item])];
}

/** "a", "a and b", "a, b and c". */
export function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** Files that came along and were not taken; undefined when all were. */
export function leftOutWords(leftOut: Share['leftOut']): { title: string; next: string } | undefined {
  const names = (why: Share['leftOut'][number]['why']) =>
    leftOut.flatMap((file) => (file.why === why ? [file.name] : []));
  const [unknown, tooMany] = [names('unknown-kind'), names('too-many')];
  if (unknown.length > 0) {
    return {
      title: `${listed(unknown)} ${unknown.length === 1 ? 'was' : 'were'} left out: not a picture, a sound or a film that can be used.`,
      next: 'Share it as JPEG, PNG or WebP, or as WAV, MP3, M4A, OGG, WebM or MP4.',
    };
  }
  if (tooMany.length > 0) {
    return {
      title: `${tooMany.length === 1 ? 'One file was' : `${tooMany.length} files were`} left out: ${MAX_SHARED_FILES} at a time are taken.`,
      next: 'Share the rest once more.',
    };
  }
  return undefined;
}

/** Why nothing was taken, from the address; undefined when it says nothing that is known. */
export function problemWords(said: unknown): { title: string; next: string } | undefined {
  const problem = shareProblems.find((known) => known === said);
  return problem === undefined ? undefined : words[problem];
}

const words: Readonly<Record<ShareProblem, { title: string; next: string }>> = {
  'not-ready': {
    title: 'MySpinBot was not ready to take what you shared.',
    next: 'It is now. Go back and share it once more.',
  },
  nothing: {
    title: 'There was nothing in what you shared.',
    next: 'Share photos, a recording, a film, or words.',
  },
  'too-large': {
    title: 'What you shared is larger than 1 GB, so nothing of it was taken.',
    next: 'Share fewer files at a time, or a shorter film.',
  },
  'too-many-waiting': {
    title: 'What you shared was not taken: too much waits here already.',
    next: 'Say below what the rest is for, or throw it away. Then share this again.',
  },
  'no-room': {
    title: 'This device has no room left for what you shared.',
    next: 'Free some space on this device, then share it again.',
  },
  unreadable: {
    title: 'What you shared could not be read: no picture, sound or film that can be used.',
    next: 'Share photos as JPEG, PNG or WebP, and sound as WAV, MP3, M4A, OGG or WebM.',
  },
  foreign: {
    title: 'A page of another site tried to hand something to MySpinBot. It was not taken.',
    next: 'Share from your gallery or recorder instead.',
  },
};

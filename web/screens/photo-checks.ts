// What the workstation saw in each photo. Asked once per photo while the workstation is here; asked again when it
// comes back. Answers are kept for as long as the screen is open.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { Photo } from '@myspinbot/shared/project/project.ts';
import { type Accessor, createEffect, untrack } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { Live, PhotoCheck } from '../live/live.ts';
import type { PhotoVerdict } from '../parts/photo-tile.tsx';

export interface PhotoChecks {
  check(hash: AssetHash): PhotoCheck | undefined;
  verdict(hash: AssetHash): PhotoVerdict;
  /** Why it cannot be used, and the next step. */
  unfit(hash: AssetHash): { title: string; next: string } | undefined;
}

type Answer = { state: 'asking' } | { state: 'unanswered' } | { state: 'answered'; check: PhotoCheck };

export function createPhotoChecks(live: Live, photos: Accessor<readonly Photo[]>): PhotoChecks {
  const [answers, set] = createStore<Record<string, Answer>>({});

  createEffect(() => {
    if (live.workstation().state !== 'here') return;
    for (const { asset } of photos()) {
      const known = untrack(() => answers[asset.hash]);
      if (known?.state === 'asking' || known?.state === 'answered') continue;
      set(asset.hash, { state: 'asking' });
      live.checkPhoto(asset).then(
        (check) =>
          set(asset.hash, check === undefined ? { state: 'unanswered' } : { state: 'answered', check }),
        // The link broke on the way: the tile says "checked later", and the workstation checks again at the spin.
        () => set(asset.hash, { state: 'unanswered' }),
      );
    }
  });

  const check = (hash: AssetHash) => {
    const answer = answers[hash];
    return answer?.state === 'answered' ? answer.check : undefined;
  };
  const unfit = (hash: AssetHash) => {
    const seen = check(hash);
    if (seen === undefined) return undefined;
    if (seen.unfit !== undefined) return { title: seen.unfit.message, next: seen.unfit.hint };
    if (seen.faces.length === 0) {
      return {
        title: 'No face found in this photo.',
        next: 'Try one where the face fills at least a quarter of the picture and looks at the camera.',
      };
    }
    const why = seen.faces.every((face) => face.unfit !== undefined) ? seen.faces[0]?.unfit : undefined;
    return why === undefined ? undefined : { title: why, next: 'Try another photo of the same person.' };
  };
  return {
    check,
    unfit,
    verdict(hash) {
      const answer = answers[hash];
      if (answer === undefined || answer.state === 'unanswered') return { state: 'unknown' };
      if (answer.state === 'asking') return { state: 'checking' };
      const usable = answer.check.faces.filter((face) => face.unfit === undefined).length;
      // Several faces are a question for the person, not a fault of the photo.
      if (usable > 1) return { state: 'choose', faces: usable };
      return unfit(hash) === undefined ? { state: 'good' } : { state: 'unfit' };
    },
  };
}

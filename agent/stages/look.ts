// Look: from the person's photos to the one that is animated, with its face mesh and matte.
import type { LookOutput } from './outputs.ts';
import type { Stage } from './stage.ts';

export const lookStage: Stage<'look'> = {
  name: 'look',
  version: '1',
  needs: ['look'],
  uses: () => ['look'],

  ingredients: ({ photos, face }) => ({ photos, face: face ?? null }),

  async run(
    options,
    _earlier,
    { engines, assets, work, signal, log, smaller, progress },
  ): Promise<LookOutput> {
    const look = await engines.look.prepare(
      {
        photos: options.photos.map((hash) => assets.path(hash)),
        ...(options.face === undefined ? {} : { face: options.face }),
      },
      { signal, log, workDir: work.path, smaller, progress },
    );
    const { width, height, mesh, faces, notes } = look;
    return {
      photo: await work.keep(look.photo, 'image/png', 'look.png'),
      matte: await work.keep(look.matte, 'image/png', 'matte.png'),
      width,
      height,
      mesh,
      faces,
      notes,
    };
  },
};

// Identity of the built-in portrait engine, apart from its code, so that a recipe can name it without loading it.
import { SCENES_VERSION } from '../../art/scenes-version.ts';

export const portraitBuiltin = {
  id: 'portrait/builtin',
  /** The film's own code, then the drawings it is filmed before. */
  version: `2/${SCENES_VERSION}`,
  tier: 'builtin',
} as const;

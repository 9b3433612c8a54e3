// Everything the product needs before it can run, in order; each step is skipped when it was done before.

import { existsSync } from 'node:fs';
import { ensureBuilt } from './build.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';
import { alone } from './lock.mjs';
import { say } from './narrator.mjs';
import { ensurePackages } from './packages.mjs';
import { inRepo } from './place.mjs';

/**
 * Installs and builds what is missing and returns the environment to run the agent in. Throws Trouble.
 * @returns {Promise<{ env: { PATH: string } }>}
 */
export async function prepare() {
  return alone(async () => {
    if (!existsSync(inRepo('dist/built-from.json'))) {
      say('Setting up MySpinBot. This takes a minute or two once; later starts take a second.');
    }
    await ensurePackages();
    const path = await ensureFfmpeg();
    await ensureBuilt();
    return { env: { PATH: path } };
  });
}

// The journey of the big file in its full size, run as `npm test` runs it in a smaller one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inRepo } from '../../harness/place.ts';
import type { World } from './world.ts';

const FILE = 'e2e/journeys/big-file.test.ts';

export async function bigJourney(world: World): Promise<void> {
  const child = spawn(
    process.execPath,
    [inRepo('node_modules/vitest/vitest.mjs'), 'run', '--project', 'e2e', FILE],
    {
      cwd: inRepo(''),
      stdio: 'inherit',
      env: { ...process.env, BIG_FILE_MB: '419' },
    },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  world.check(code === 0, `the journey of the big file ended with ${code}`);
}

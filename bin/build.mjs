#!/usr/bin/env node
// `npm run build`: the drawn pictures, the app and the agent into dist/, whether or not a source changed.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { orExplain } = await import('./setup/trouble.mjs');
const { alone } = await import('./setup/lock.mjs');
const { ensurePackages } = await import('./setup/packages.mjs');
const { build } = await import('./setup/build.mjs');

if (process.argv.includes('--help')) {
  process.stdout.write('npm run build\n\nBuilds the pictures, the app and the agent into dist/.\n');
} else {
  await orExplain(() =>
    alone(async () => {
      await ensurePackages();
      await build();
    }),
  );
}

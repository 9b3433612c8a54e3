#!/usr/bin/env node
// `npm run check`: lint, types and unit tests, quick enough to run before every commit.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { orExplain } = await import('./setup/trouble.mjs');
const { alone } = await import('./setup/lock.mjs');
const { ensurePackages } = await import('./setup/packages.mjs');
const { ensureFfmpeg } = await import('./setup/ffmpeg.mjs');
const { checkTypes, lint } = await import('./setup/check-code.mjs');
const { runVitest } = await import('./setup/vitest.mjs');
const { makeTally } = await import('./setup/tally.mjs');

if (process.argv.includes('--help')) {
  process.stdout.write('npm run check\n\nRuns lint, types and unit tests. `npm test` runs everything.\n');
} else {
  await orExplain(async () => {
    const PATH = await alone(async () => {
      await ensurePackages();
      return ensureFfmpeg();
    });
    const tally = makeTally();
    await tally.add('lint', lint);
    await tally.add('types', checkTypes);
    await tally.add('unit and contract', () =>
      runVitest(['shared', 'agent', 'web'], { name: 'check', env: { PATH } }),
    );
    process.exitCode = tally.print();
  });
}

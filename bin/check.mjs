#!/usr/bin/env node
// `npm run check`: lint, types and the quick tests, quick enough to run before every commit.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { orExplain } = await import('./setup/trouble.mjs');
const { alone } = await import('./setup/lock.mjs');
const { ensurePackages } = await import('./setup/packages.mjs');
const { ensureFfmpeg } = await import('./setup/ffmpeg.mjs');
const { checkTypes, lint } = await import('./setup/check-code.mjs');
const { runVitest } = await import('./setup/vitest.mjs');
const { makeTally } = await import('./setup/tally.mjs');

/** Tests that run engines, tools or whole agents: seconds to a minute each, so only `npm test` runs them. */
const slow = [
  'agent/engines/**/builtin.test.ts',
  'agent/process/stage-hosts.test.ts',
  'agent/queue/{chaos,restart,queue}.test.ts',
  'agent/render/render.test.ts',
  'agent/start.test.ts',
  'agent/vault/disk-vault.test.ts',
  'agent/media/sound.test.ts',
  'agent/hub/hub.test.ts',
  'agent/pairing/fuzz.test.ts',
  'agent/server/server.test.ts',
  'agent/commands/housekeeping.test.ts',
  'agent/housekeeping/{backup,collect,project-file}.test.ts',
  'web/link/transfer-pump.test.ts',
];

if (process.argv.includes('--help')) {
  process.stdout.write(
    'npm run check\n\nRuns lint, types and the quick tests. `npm test` runs everything.\n',
  );
} else {
  await orExplain(async () => {
    const PATH = await alone(async () => {
      await ensurePackages();
      return ensureFfmpeg();
    });
    const tally = makeTally();
    await tally.add('lint', lint);
    await tally.add('types', checkTypes);
    await tally.add('quick tests', () =>
      runVitest(['shared', 'agent', 'web'], { name: 'check', env: { PATH }, except: slow }),
    );
    process.exitCode = tally.print();
  });
}

#!/usr/bin/env node
// `npm test`: everything. Installs what the tests need, then lint, types, unit, contract, end-to-end and short
// chaos. The last line is `N passed, N failed`; lint, types and each chaos run count as one.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { orExplain } = await import('./setup/trouble.mjs');
const { alone } = await import('./setup/lock.mjs');
const { ensurePackages } = await import('./setup/packages.mjs');
const { ensureFfmpeg } = await import('./setup/ffmpeg.mjs');
const { ensureChromium } = await import('./setup/browser.mjs');
const { ensureTrustTools } = await import('./setup/trust-tools.mjs');
const { ensurePrometheus } = await import('./setup/prometheus.mjs');
const { ensureBuilt } = await import('./setup/build.mjs');
const { checkTypes, lint } = await import('./setup/check-code.mjs');
const { runVitest } = await import('./setup/vitest.mjs');
const { runScript, scriptNames } = await import('./setup/named-script.mjs');
const { makeTally } = await import('./setup/tally.mjs');

/** One fixed seed: this run is repeated by everybody; other seeds are tried with `npm run chaos`. */
const chaosSeed = '1';

if (process.argv.includes('--help')) {
  process.stdout.write(
    'npm test\n\nInstalls what is missing, then runs lint, types, unit, contract and end-to-end tests and short chaos.\n',
  );
} else {
  await orExplain(async () => {
    const env = await alone(async () => {
      await ensurePackages();
      const PATH = await ensurePrometheus(await ensureFfmpeg({ preferDistribution: true }));
      const CHROMIUM = await ensureChromium();
      await ensureTrustTools();
      await ensureBuilt();
      return { PATH, CHROMIUM };
    });
    const tally = makeTally();
    await tally.add('lint', lint);
    await tally.add('types', checkTypes);
    await tally.add('unit and contract', () => runVitest(['shared', 'agent', 'web'], { name: 'unit', env }));
    await tally.add('end-to-end', () => runVitest(['e2e'], { name: 'e2e', env }));
    for (const name of scriptNames('e2e/chaos')) {
      await tally.add(
        `chaos ${name}`,
        async () => (await runScript('e2e/chaos', name, ['--seed', chaosSeed], env)) === 0,
      );
    }
    process.exitCode = tally.print();
  });
}

#!/usr/bin/env node
// `npm run bench -- NAME [--json FILE]`: one benchmark: a table, and the same figures as JSON when asked.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { orExplain } = await import('./setup/trouble.mjs');
const { findChromium } = await import('./setup/browser.mjs');
const { prepare } = await import('./setup/prepare.mjs');
const { chosenScript, runScript } = await import('./setup/named-script.mjs');

await orExplain(async () => {
  const { name, args } = chosenScript('e2e/bench', 'npm run bench -- NAME [--json FILE]');
  const { env } = await prepare();
  const CHROMIUM = await findChromium();
  process.exitCode = await runScript('e2e/bench', name, args, { ...env, CHROMIUM });
});

#!/usr/bin/env node
// `npm run chaos -- NAME --seed N [--long]`: one chaos run: counts, and the seed that repeats it.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { orExplain } = await import('./setup/trouble.mjs');
const { findChromium } = await import('./setup/browser.mjs');
const { prepare } = await import('./setup/prepare.mjs');
const { chosenScript, runScript } = await import('./setup/named-script.mjs');

await orExplain(async () => {
  const { name, args } = chosenScript('e2e/chaos', 'npm run chaos -- NAME --seed N [--long]');
  const { env } = await prepare();
  const CHROMIUM = await findChromium();
  process.exitCode = await runScript('e2e/chaos', name, args, { ...env, CHROMIUM });
});

#!/usr/bin/env node
// `npm run judge -- VIDEO [--photo P] [--json FILE] [--text T]`: measures a finished video; see e2e/judge/.
import { hand } from './setup/command.mjs';
import { ensureFfmpeg } from './setup/ffmpeg.mjs';
import { requireNode } from './setup/node-version.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { inRepo } from './setup/place.mjs';
import { orExplain } from './setup/trouble.mjs';

requireNode();
await orExplain(async () => {
  await ensurePackages();
  const PATH = await ensureFfmpeg();
  const tsx = inRepo('node_modules/tsx/dist/cli.mjs');
  // Paths are the caller's: the judge runs where it was called.
  const args = [tsx, inRepo('e2e/judge/judge.ts'), ...process.argv.slice(2)];
  process.exitCode = await hand(process.execPath, args, { env: { ...process.env, PATH } });
});

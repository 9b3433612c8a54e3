// The packages of the workspace: pnpm itself in .tools/, then everything the lockfile names. Skipped while the
// stamp says that this very lockfile was installed for this Node on this machine.
import { existsSync, readFileSync } from 'node:fs';
import { run } from './command.mjs';
import { narrate } from './narrator.mjs';
import { npmInstall } from './npm.mjs';
import { inRepo, toolsDir } from './place.mjs';
import { digest, readStamp, writeStamp } from './stamp.mjs';
import { Trouble } from './trouble.mjs';

const pnpmVersion = '12.21.0';
const pnpmEntry = inRepo('.tools/node_modules/pnpm/bin/pnpm.mjs');
const stamp = inRepo('node_modules/.myspinbot-packages.json');
/** Somebody who frees disk space removes these one by one. */
const folders = ['agent', 'web', 'shared', 'e2e'].map((name) => `${name}/node_modules`);
const manifests = [
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'package.json',
  'agent/package.json',
  'web/package.json',
  'shared/package.json',
  'e2e/package.json',
];

/** Installs what the lockfile says; quick when nothing changed. Throws Trouble. */
export async function ensurePackages() {
  const wanted = digest([
    process.versions.node,
    process.platform,
    process.arch,
    ...manifests.map((path) => readFileSync(inRepo(path))),
  ]);
  if (readStamp(stamp)?.wanted === wanted && folders.every((path) => existsSync(inRepo(path)))) return;
  await ensurePnpm();
  const result = await narrate('installing packages', () =>
    run(process.execPath, [pnpmEntry, 'install', '--frozen-lockfile', '--reporter=append-only'], {
      env: { CI: 'true' }, // pnpm asks before it replaces a folder of another version; nobody is there to answer
    }),
  );
  if (result.code !== 0) {
    throw new Trouble(
      'The packages could not be installed.',
      'Check the connection to the npm registry (npm ping) and the free disk space (about 1 GB is needed), then run the command again.',
      result.tail,
    );
  }
  writeStamp(stamp, { wanted });
}

async function ensurePnpm() {
  if (installedPnpm() === pnpmVersion) return;
  const result = await narrate(`installing pnpm ${pnpmVersion} into .tools`, () =>
    npmInstall(toolsDir, [`pnpm@${pnpmVersion}`]),
  );
  if (!result.ok || !existsSync(pnpmEntry)) {
    throw new Trouble(
      'pnpm, which installs the packages, could not be installed.',
      'Check the connection to the npm registry (npm ping), then run the command again.',
      result.tail,
    );
  }
}

function installedPnpm() {
  return readStamp(inRepo('.tools/node_modules/pnpm/package.json'))?.version;
}

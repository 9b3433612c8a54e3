// npm, found without a shell: it stands beside the Node that runs us. Installs land in .tools/, never globally.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './command.mjs';
import { Trouble } from './trouble.mjs';

/** npm's JavaScript entry; undefined when only an `npm` on the PATH can be used. */
function npmEntry() {
  const nodeDir = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(nodeDir, 'node_modules/npm/bin/npm-cli.js'),
    join(nodeDir, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(nodeDir, '../share/nodejs/npm/bin/npm-cli.js'),
    join(nodeDir, '../share/npm/bin/npm-cli.js'),
  ];
  return candidates.find((path) => path !== undefined && /npm-cli\.c?js$/.test(path) && existsSync(path));
}

/**
 * Installs exact packages into a folder of their own; none of them gets to run a script.
 * @param {string} folder absolute
 * @param {readonly string[]} packages "name@version"
 * @returns {Promise<{ ok: boolean, tail: string }>}
 */
export async function npmInstall(folder, packages) {
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error'];
  const args = ['install', '--prefix', folder, '--ignore-scripts', ...quiet, ...packages];
  const entry = npmEntry();
  const result =
    entry === undefined
      ? await run('npm', args, { cwd: folder })
      : await run(process.execPath, [entry, ...args], { cwd: folder });
  if (result.code === -1) {
    throw new Trouble(
      'npm was not found, so nothing can be installed.',
      'Install Node with npm from https://nodejs.org (on Debian: apt-get install npm) and run the command again.',
      result.tail,
    );
  }
  return { ok: result.code === 0, tail: result.tail };
}

// Runs one script out of a folder by its name: `npm run bench -- NAME`, `npm run chaos -- NAME`.
import { existsSync, readdirSync } from 'node:fs';
import { hand } from './command.mjs';
import { inRepo, root } from './place.mjs';

const tsx = inRepo('node_modules/tsx/dist/cli.mjs');
const isScript = /^[a-z0-9-]+\.ts$/;

/** Names of the scripts in a folder: its TypeScript files, tests left out. */
export function scriptNames(folder) {
  const path = inRepo(folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => isScript.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/**
 * Runs a script to its end and returns its exit code.
 * @param {string} folder
 * @param {string} name one of scriptNames
 * @param {readonly string[]} args
 * @param {Record<string, string | undefined>} env
 */
export function runScript(folder, name, args, env) {
  return hand(process.execPath, [tsx, inRepo(`${folder}/${name}.ts`), ...args], { cwd: root, env });
}

/**
 * Reads a command line `NAME [options]`; prints help or the known names and ends the process when that is all
 * there is to do.
 * @param {string} folder
 * @param {string} usage
 */
export function chosenScript(folder, usage) {
  const [name, ...args] = process.argv.slice(2);
  const names = scriptNames(folder);
  const known = `Names: ${names.join(', ') || '(none yet)'}\n`;
  if (name === '--help' || name === '-h') {
    process.stdout.write(`${usage}\n\n${known}`);
    process.exit(0);
  }
  if (name === undefined || !names.includes(name)) {
    if (name !== undefined) process.stderr.write(`There is no "${name}" in ${folder}.\n`);
    process.stderr.write(`${usage}\n\n${known}`);
    process.exit(2);
  }
  return { name, args };
}

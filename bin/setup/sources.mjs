// Whether what lies in dist/ was built from what lies here: a digest over path, size and time of every source
// file. Reading the metadata of a few hundred files takes milliseconds; reading them would not.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inRepo } from './place.mjs';
import { digest, readStamp, writeStamp } from './stamp.mjs';

const folders = ['agent', 'web', 'shared'];
const files = ['package.json', 'pnpm-lock.yaml', 'tsconfig.base.json', 'vite.config.ts', 'bin/build.mjs'];
/** Not sources: installed, or made by the build itself. */
const skipped = new Set([
  'node_modules',
  'dist',
  'public/sample',
  'public/art',
  'public/icons',
  'public/favicon.svg',
]);
const isTest = /\.(test|bench)\.tsx?$/;

const stamp = inRepo('dist/built-from.json');
const outputs = ['dist/agent/cli.js', 'dist/web/index.html'];

/** True when the last build is of these very sources and is still there. */
export function isBuilt() {
  return outputs.every((path) => existsSync(inRepo(path))) && readStamp(stamp)?.sources === fingerprint();
}

/** Remembers that dist/ now holds a build of these sources, as they were when `sources` was taken. */
export function markBuilt(sources) {
  writeStamp(stamp, { sources });
}

/** The digest over all sources as they are now. */
export function fingerprint() {
  const lines = [process.versions.node];
  for (const path of files) lines.push(describe(inRepo(path), path));
  for (const folder of folders) walk(inRepo(folder), folder, folder, lines);
  return digest(lines);
}

function walk(directory, shown, top, lines) {
  const entries = readdirSync(directory, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    const name = `${shown}/${entry.name}`;
    if (skipped.has(entry.name) || skipped.has(name.slice(top.length + 1))) continue;
    if (entry.isDirectory()) walk(path, name, top, lines);
    else if (!isTest.test(entry.name)) lines.push(describe(path, name));
  }
}

function describe(path, name) {
  const { size, mtimeMs } = statSync(path);
  return `${name} ${size} ${mtimeMs}`;
}

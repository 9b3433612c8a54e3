// Lint and types of the whole workspace.
import { hand, run } from './command.mjs';
import { inRepo, root } from './place.mjs';

const biome = inRepo('node_modules/@biomejs/biome/bin/biome');
const tsc = inRepo('node_modules/typescript/bin/tsc');
/** The app's workers and its service worker live in another world than its pages: no DOM. */
const projects = ['shared', 'agent', 'web', 'web/tsconfig.workers.json', 'e2e'];

/** Lint and formatting. Prints what is wrong; true when nothing is. */
export async function lint() {
  return (await hand(process.execPath, [biome, 'check', '--error-on-warnings'], { cwd: root })) === 0;
}

/** Types of every package, side by side. Prints what is wrong; true when nothing is. */
export async function checkTypes() {
  const results = await Promise.all(projects.map((name) => run(process.execPath, [tsc, '-p', name])));
  for (const { code, tail } of results) if (code !== 0) process.stdout.write(tail);
  return results.every(({ code }) => code === 0);
}

// Turns the sources into dist/: drawn pictures, the app, the agent. Knows the order, not how each is made.
import { run } from './command.mjs';
import { narrate } from './narrator.mjs';
import { inRepo } from './place.mjs';
import { fingerprint, isBuilt, markBuilt } from './sources.mjs';
import { Trouble } from './trouble.mjs';

const tsx = inRepo('node_modules/tsx/dist/cli.mjs');
const vite = inRepo('node_modules/vite/bin/vite.js');

const steps = [
  ['drawing the sample portrait, scenes and icons', [tsx, inRepo('agent/art/build.ts')]],
  ['building the app', [vite, 'build', '--logLevel', 'warn']],
  ['building the agent', [vite, 'build', '--config', 'agent/vite.config.ts', '--logLevel', 'warn']],
];

/** Builds everything when a source changed since the last build. Throws Trouble. */
export async function ensureBuilt() {
  if (!isBuilt()) await build();
}

/** Builds everything. Throws Trouble with the tool's own words. */
export async function build() {
  const sources = fingerprint();
  for (const [label, args] of steps) {
    const result = await narrate(label, () => run(process.execPath, args));
    if (result.code !== 0) {
      throw new Trouble(
        `The step "${label}" failed.`,
        'If you changed the sources, the lines above say where; on an unchanged checkout please report them.',
        result.tail,
      );
    }
  }
  markBuilt(sources);
}

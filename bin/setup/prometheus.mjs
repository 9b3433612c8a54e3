// prometheus and promtool, by which the tests scrape the agent and check the rules and dashboards of deploy/. Only tests
// need them, and those that do say so when they are missing. Debian's package is unpacked, not installed: installed it
// would run as a service.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptUnpack, canApt } from './debian.mjs';
import { say } from './narrator.mjs';
import { inRepo } from './place.mjs';

const programs = ['prometheus', 'promtool'];
const ownDir = inRepo('.tools/prometheus');
const ownBin = join(ownDir, 'usr/bin');

/**
 * The PATH on which both are found, where they can be had without asking anybody; never throws.
 * @param {string} path
 * @returns {Promise<string>}
 */
export async function ensurePrometheus(path) {
  if (areOn(path)) return path;
  const withOwn = `${path}${delimiter}${ownBin}`;
  if (areOn(withOwn)) return withOwn;
  if (canApt()) {
    const { ok } = await aptUnpack('prometheus', ownDir);
    if (ok && areOn(withOwn)) return withOwn;
  }
  say('  without prometheus and promtool the tests of deploy/ are left out');
  return path;
}

function areOn(path) {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return programs.every((name) => folders.some((folder) => isExecutable(join(folder, name))));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run
  }
}

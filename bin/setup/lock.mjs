// One set-up at a time in a checkout: two commands started together must not build into the same folder. The
// lock names its owner's process id, so a lock left by a crash is seen and taken.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { say } from './narrator.mjs';
import { inRepo, toolsDir } from './place.mjs';

const file = inRepo('.tools/setup.lock');

/**
 * Runs the body while holding the lock; waits for another set-up that is alive.
 * @template T
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function alone(body) {
  mkdirSync(toolsDir, { recursive: true });
  let told = false;
  while (!take()) {
    if (!told) say('  waiting for another set-up of this checkout to finish ...');
    told = true;
    await pause(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await body();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = Number(readOwner());
  if (isAlive(owner)) return false;
  rmSync(file, { force: true });
  return false;
}

function readOwner() {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // released between our two looks; the next round takes it
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// The distribution's own packages, where we may install them: Debian and its relatives, as root.
import { existsSync } from 'node:fs';
import { run } from './command.mjs';
import { narrate } from './narrator.mjs';

/** Whether apt-get can be used without asking anybody. */
export function canApt() {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/**
 * Installs packages of the distribution, refreshing the lists first (a bare image has none).
 * @param {readonly string[]} packages
 * @returns {Promise<{ ok: boolean, tail: string }>}
 */
export async function aptInstall(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  return narrate(`installing ${packages.join(', ')} with apt-get`, async () => {
    const lists = await run('apt-get', ['update', '-q'], { env });
    if (lists.code !== 0) return { ok: false, tail: lists.tail };
    const result = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], {
      env,
    });
    return { ok: result.code === 0, tail: result.tail };
  });
}

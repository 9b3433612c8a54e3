// The distribution's own packages, where we may install them: Debian and its relatives, as root.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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

/**
 * Unpacks a package of the distribution into a folder of ours, without installing it: nothing is started, and nothing of
 * the system changes but its lists of packages.
 * @param {string} name
 * @param {string} folder absolute
 * @returns {Promise<{ ok: boolean, tail: string }>}
 */
export async function aptUnpack(name, folder) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  return narrate(`unpacking ${name} of the distribution into .tools`, async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const lists = await run('apt-get', ['update', '-q'], { env });
    if (lists.code !== 0) return { ok: false, tail: lists.tail };
    const options = ['-o', 'APT::Sandbox::User=root']; // the folder is not open to its usual account
    const got = await run('apt-get', [...options, 'download', '-q', name], { env, cwd: folder });
    const file = readdirSync(folder).find((one) => one.endsWith('.deb'));
    if (got.code !== 0 || file === undefined) return { ok: false, tail: got.tail };
    const unpacked = await run('dpkg-deb', ['-x', join(folder, file), folder], { env });
    rmSync(join(folder, file), { force: true });
    return { ok: unpacked.code === 0, tail: unpacked.tail };
  });
}

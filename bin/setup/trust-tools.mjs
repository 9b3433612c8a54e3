// certutil and openssl, by which the tests make a browser trust the agent's certificates and check them from outside.
// Only tests need them, and those that do say so when they are missing.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, canApt } from './debian.mjs';
import { say } from './narrator.mjs';

/** The distribution's package of each. */
const packages = { certutil: 'libnss3-tools', openssl: 'openssl' };

/** Installs what is missing where that can be done without asking anybody; never throws. */
export async function ensureTrustTools() {
  const missing = Object.keys(packages).filter((name) => !isOnPath(name));
  if (missing.length === 0) return;
  if (canApt()) {
    const { ok } = await aptInstall(missing.map((name) => packages[name]));
    if (ok) return;
  }
  say(`  without ${missing.join(' and ')} the tests of trust in the network are left out`);
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false; // not there, or not ours to run
    }
  });
}

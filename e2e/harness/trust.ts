// What a person does when they trust an authority on their device, done for a Chromium on Linux: it is put into the
// certificate store of a home folder, which the browser reads when it starts. And the other side: what openssl says of
// certificates.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from './scratch.ts';

/** Whether this machine can do it: the names of the programs that are missing. */
export function missingTrustTools(): string[] {
  return ['certutil', 'openssl'].filter((name) => {
    try {
      execFileSync('which', [name], { stdio: 'ignore' });
      return false;
    } catch {
      return true; // not installed here
    }
  });
}

/** A home folder whose browsers trust nobody but the system's authorities, until `trust` is called. */
export function homeFolder(name: string): { path: string; trust(pemFile: string): void } {
  const path = scratchFolder(name);
  // Chromium moved its store; which one it reads depends on its version.
  const stores = [join(path, '.pki', 'nssdb'), join(path, '.local', 'share', 'pki', 'nssdb')];
  for (const store of stores) {
    mkdirSync(store, { recursive: true });
    execFileSync('certutil', ['-N', '-d', `sql:${store}`, '--empty-password']);
  }
  return {
    path,
    trust(pemFile) {
      for (const store of stores) {
        execFileSync('certutil', ['-A', '-d', `sql:${store}`, '-n', 'MySpinBot', '-t', 'C,,', '-i', pemFile]);
      }
    },
  };
}

// The certificate store of a home folder, which a Chromium on Linux reads when it starts. It needs no test around it, so
// that benchmarks can have one.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Makes the folder `path` such a home; its browsers trust nobody but the system's authorities, until `trust` is called. */
export function homeIn(path: string): { path: string; trust(pemFile: string): void } {
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

// What a person does when they trust an authority on their device, done for a Chromium on Linux: it is put into the
// certificate store of a home folder, which the browser reads when it starts. And the other side: what openssl says of
// certificates.
import { execFileSync } from 'node:child_process';
import { scratchFolder } from './scratch.ts';
import { homeIn } from './trust-store.ts';

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
  return homeIn(scratchFolder(name));
}

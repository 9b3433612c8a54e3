// The address of a file that lies on this device: same origin, by its hash, answered by the service worker and by
// nobody else.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';

const LOCAL = '/local/';

export function localAddress(hash: AssetHash): string {
  return LOCAL + hash;
}

export function isLocalAddress(pathname: string): boolean {
  return pathname.startsWith(LOCAL);
}

/** Undefined for anything that is not exactly one hash. */
export function hashOfLocalAddress(pathname: string): AssetHash | undefined {
  const found = /^\/local\/([0-9a-f]{64})$/.exec(pathname)?.[1];
  return found as AssetHash | undefined;
}

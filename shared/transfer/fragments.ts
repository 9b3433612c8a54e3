// Blocks that came in part before a link was cut, kept in memory so that the next link goes on in the middle of them.
// They are nobody's word: a block that is put together from them is verified like any other. It forgets the oldest
// when it holds too much. It does not know links or stores.
import type { AssetHash } from '../asset/asset.ts';

/** The beginning of a block; `bytes` has room for all of it. */
export interface Fragment {
  bytes: Uint8Array;
  have: number;
}

export interface Fragments {
  /** `block` is the SHA-256 it should have: an offer that lists other blocks finds nothing. */
  keep(hash: AssetHash, block: string, fragment: Fragment): void;
  /** Hands it over: what is taken is not here any more. */
  take(hash: AssetHash, block: string): Fragment | undefined;
  bytes(): number;
}

/** What four assets may have in flight. */
const MAX_BYTES = 16 * 1024 * 1024;

export function createFragments(maxBytes = MAX_BYTES): Fragments {
  /** Oldest first. */
  const kept = new Map<string, Fragment>();
  let total = 0;
  const drop = (key: string) => {
    const fragment = kept.get(key);
    if (fragment === undefined) return undefined;
    kept.delete(key);
    total -= fragment.bytes.length;
    return fragment;
  };
  return {
    keep(hash, block, fragment) {
      const key = `${hash} ${block}`;
      drop(key);
      if (fragment.bytes.length > maxBytes) return;
      kept.set(key, fragment);
      total += fragment.bytes.length;
      for (const oldest of kept.keys()) {
        if (total <= maxBytes) return;
        drop(oldest);
      }
    },
    take: (hash, block) => drop(`${hash} ${block}`),
    bytes: () => total,
  };
}

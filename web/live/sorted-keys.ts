// A list that stays in order while single entries come, go and change, at the cost of finding one place: ten thousand ended
// jobs are not sorted again because one of them was taken out. It knows no job.
import { type Accessor, createSignal } from 'solid-js';

export interface SortedKeys<Key extends { readonly id: string }> {
  /** As of the last `tell`. */
  ids: Accessor<readonly Key['id'][]>;
  /** Takes the place of the entry with this id. */
  put(key: Key): void;
  remove(id: Key['id']): void;
  /** All at once; sorts once. */
  fill(keys: readonly Key[]): void;
  /** Shows what changed since, if anything did. */
  tell(): void;
}

export function createSortedKeys<Key extends { readonly id: string }>(
  compare: (a: Key, b: Key) => number,
): SortedKeys<Key> {
  let keys: Key[] = [];
  const known = new Map<Key['id'], Key>();
  let hasChanged = false;
  const [ids, show] = createSignal<readonly Key['id'][]>([]);
  const placeOf = (key: Key) => {
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(keys[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const remove = (id: Key['id']) => {
    const old = known.get(id);
    if (old === undefined) return;
    known.delete(id);
    keys.splice(placeOf(old), 1);
    hasChanged = true;
  };
  return {
    ids,
    remove,
    put(key) {
      const old = known.get(key.id);
      if (old !== undefined && compare(old, key) === 0) return;
      remove(key.id);
      known.set(key.id, key);
      keys.splice(placeOf(key), 0, key);
      hasChanged = true;
    },
    fill(all) {
      keys = [...all].sort(compare);
      known.clear();
      for (const key of keys) known.set(key.id, key);
      hasChanged = true;
    },
    tell() {
      if (!hasChanged) return;
      hasChanged = false;
      show(keys.map(({ id }) => id));
    },
  };
}

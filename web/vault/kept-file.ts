// Reads one whole file of the device's store without Dexie, for the service worker: it is started for every film and
// must not load a database layer for two reads. It knows the names of two tables; it never makes or changes a store.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';

export interface KeptFile {
  type: string;
  blob: Blob;
}

/** Undefined when the file, or the store itself, is not here, or when its record and its bytes disagree. */
export async function readKeptFile(
  indexedDB: Pick<IDBFactory, 'open'>,
  database: string,
  hash: AssetHash,
): Promise<KeptFile | undefined> {
  const db = await openThere(indexedDB, database);
  if (db === undefined) return undefined;
  try {
    const names = ['assets', 'blobs'];
    if (names.some((name) => !db.objectStoreNames.contains(name))) return undefined;
    const read = db.transaction(names, 'readonly');
    const [asset, row] = await Promise.all(names.map((name) => answered(read.objectStore(name).get(hash))));
    const type = field(asset, 'type');
    const blob = field(row, 'blob');
    if (typeof type !== 'string' || !(blob instanceof Blob) || blob.size !== field(asset, 'bytes'))
      return undefined;
    return { type, blob };
  } finally {
    // Not held open: nobody who erases or renews the store waits for this.
    db.close();
  }
}

/** The store as it is, whatever its version; undefined where there is none, which is left so. */
function openThere(indexedDB: Pick<IDBFactory, 'open'>, name: string): Promise<IDBDatabase | undefined> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    let isNew = false;
    request.onupgradeneeded = () => {
      isNew = true;
      request.transaction?.abort();
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => (isNew ? resolve(undefined) : reject(request.error));
  });
}

function answered(request: IDBRequest<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function field(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? (row as Record<string, unknown>)[name] : undefined;
}

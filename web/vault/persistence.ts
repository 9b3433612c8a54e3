// What the browser says about this app's storage: how much is used, how much is allowed, whether it may be cleared.

export interface StorageUse {
  usedBytes: number;
  quotaBytes: number | undefined;
  /** True when the browser promised not to clear it by itself. */
  persisted: boolean;
}

/** Zeros where the browser does not say (plain HTTP, old browsers). */
export async function storageUse(storage: StorageManager | undefined): Promise<StorageUse> {
  if (storage === undefined) return { usedBytes: 0, quotaBytes: undefined, persisted: false };
  const [estimate, persisted] = await Promise.all([storage.estimate(), storage.persisted()]);
  return { usedBytes: estimate.usage ?? 0, quotaBytes: estimate.quota, persisted };
}

/** Asks the browser to keep the data; false when it may not be asked or says no. */
export async function persistStorage(storage: StorageManager | undefined): Promise<boolean> {
  if (storage === undefined) return false;
  return (await storage.persisted()) || (await storage.persist());
}

// Figures of the vault and of the disk it lies on. It does not know what a file is.
import { statfs } from 'node:fs/promises';
import type { Vault } from '../vault/port.ts';
import type { Quota } from '../vault/quota.ts';
import type { Figures } from './figures.ts';

export function vaultFigures(
  figures: Figures,
  world: { vault: Pick<Vault, 'usage' | 'unfinished'>; quota: Pick<Quota, 'usage'>; dataDir: string },
): void {
  const { vault, quota, dataDir } = world;
  figures.read('myspinbot_vault_assets', 'Files in the vault.', () => vault.usage().assets);
  figures.read('myspinbot_vault_stored_bytes', 'Bytes of the files in the vault.', () => vault.usage().bytes);
  figures.read(
    'myspinbot_vault_unfinished_bytes',
    'Bytes of interrupted uploads that nobody goes on with now.',
    () => vault.unfinished(),
  );
  figures.read(
    'myspinbot_vault_used_bytes',
    'Bytes that count for the quota: files, interrupted uploads and documents.',
    () => quota.usage().usedBytes,
  );
  figures.read(
    'myspinbot_vault_quota_bytes',
    'Bytes that may be kept in all.',
    () => quota.usage().totalBytes,
  );
  figures.read(
    'myspinbot_vault_disk_free_bytes',
    'Bytes that are free on the disk of the data folder.',
    async () => {
      const { bavail, bsize } = await statfs(dataDir);
      return bavail * bsize;
    },
  );
  figures.read('myspinbot_vault_disk_size_bytes', 'Size of the disk of the data folder.', async () => {
    const { blocks, bsize } = await statfs(dataDir);
    return blocks * bsize;
  });
}

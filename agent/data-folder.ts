// The folder where everything is kept: made for this account alone, and shut to others where it was open. It does not
// know what lies in it, only by which names the agent's own folder is told from another.
import { access, chmod, constants, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Logger } from './log/logger.ts';

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

/**
 * Throws Failure `bad-input` when it cannot be made or written, and when others could put files into it that the agent
 * would believe.
 */
export async function openDataFolder(dataDir: string, log: Logger): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Failure({
      code: 'bad-input',
      message: `The data folder ${dataDir} cannot be made or written (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).`,
      hint: 'Start as the account that owns it, or name another folder with --data DIR.',
      cause,
    });
  }
  // Windows has no such modes; the folder of the user is what protects there.
  if (process.platform === 'win32') return;
  const mode = (await stat(dataDir)).mode & 0o777;
  if ((mode & OTHERS) === 0) return;
  const was = mode.toString(8).padStart(4, '0');
  // A folder with other things in it is somebody's, perhaps everybody's (/tmp): its rights are not ours to take.
  const isShut = (await isOurs(dataDir)) && (await shut(dataDir));
  if (isShut) {
    log.warn('agent.data-folder-was-open', { dataDir, was, now: '0700' });
  } else if ((mode & OTHERS_WRITE) !== 0) {
    throw new Failure({
      code: 'bad-input',
      message: `Other accounts may write into the data folder ${dataDir} (mode ${was}).`,
      hint: `Shut it to them (chmod 700 "${dataDir}"), or name a folder of its own with --data DIR.`,
    });
  } else {
    log.warn('agent.data-folder-is-open', { dataDir, mode: was, next: `chmod 700 "${dataDir}"` });
  }
}

/** What was another account's to read is not any more, whatever made these folders. */
export async function shutFolders(dataDir: string, names: readonly string[], log: Logger): Promise<void> {
  for (const name of names) {
    if (!(await shut(join(dataDir, name)))) log.warn('agent.folder-not-shut', { name });
  }
}

/** Whether the agent was here before, or nobody was; a person may have put the settings there first. */
async function isOurs(dataDir: string): Promise<boolean> {
  const names = await readdir(dataDir);
  return names.includes('agent-id') || names.every((name) => name === 'config.json');
}

async function shut(folder: string): Promise<boolean> {
  return chmod(folder, 0o700).then(
    () => true,
    () => false,
  );
}

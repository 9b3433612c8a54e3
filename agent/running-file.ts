// The note an agent leaves in its data folder while it runs: how a command of the same account finds it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const noteSchema = z.object({
  pid: z.number(),
  url: z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/ }),
});

export function runningFile(dataDir: string): string {
  return join(dataDir, 'running.json');
}

/** Undefined when no agent runs on the folder, or it is just starting. */
export async function readRunning(dataDir: string): Promise<{ pid: number; url: string } | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(runningFile(dataDir), 'utf8')));
  } catch {
    return undefined; // without a readable note there is nobody to speak with
  }
}

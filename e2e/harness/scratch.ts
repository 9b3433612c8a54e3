// Folders that live as long as one test file.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A new empty folder, removed after the file's tests. */
export function scratchFolder(label: string): string {
  const folder = mkdtempSync(join(tmpdir(), `myspinbot-${label}-`));
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataFolder, shutFolders } from './data-folder.ts';
import { type Logger, silentLogger } from './log/logger.ts';

let dir: string;
let said: string[];
const log: Logger = { ...silentLogger, warn: (event) => void said.push(event) };
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'data-folder-'));
  said = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe.skipIf(process.platform === 'win32')('the data folder', () => {
  test('is made for this account alone', async () => {
    await openDataFolder(join(dir, 'a', 'b'), log);
    expect([await modeOf(join(dir, 'a', 'b')), said]).toEqual(['700', []]);
  });

  test.each([
    ['that nobody has used', []],
    ['with settings in it', ['config.json']],
    ['where the agent was before', ['agent-id', 'vault', 'something']],
  ])('open to everybody, %s, is shut, and that is said', async (_what, files) => {
    for (const file of files) await writeFile(join(dir, file), '{}');
    await chmod(dir, 0o777);
    await openDataFolder(dir, log);
    expect([await modeOf(dir), said]).toEqual(['700', ['agent.data-folder-was-open']]);
  });

  test('of somebody else’s things is left as it is: refused when others may write, told when they may read', async () => {
    await writeFile(join(dir, 'letters.txt'), '');
    await chmod(dir, 0o777);
    await expect(openDataFolder(dir, log)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('0777'),
      hint: expect.stringContaining('--data DIR'),
    });
    await chmod(dir, 0o755);
    await openDataFolder(dir, log);
    expect([await modeOf(dir), said]).toEqual(['755', ['agent.data-folder-is-open']]);
  });

  test('shuts what lies in it, and says when it cannot', async () => {
    await mkdir(join(dir, 'vault'), { mode: 0o755 });
    await shutFolders(dir, ['vault', 'not-there'], log);
    expect([await modeOf(join(dir, 'vault')), said]).toEqual(['700', ['agent.folder-not-shut']]);
  });
});

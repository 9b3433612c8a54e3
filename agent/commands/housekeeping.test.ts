// Housekeeping from the command line, as a person runs it: processes of their own, once beside an agent that runs and
// once where none does.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHouse } from '../housekeeping/testing/house.ts';
import { moduleEntry } from '../process/entry.ts';
import { runningFile } from '../running-file.ts';
import { removeSmallAgents } from '../server/fixtures/small-agent.ts';

let root = '';
let data = '';
let project = '';
const children: ChildProcess[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'keep-house-'));
  const house = await openHouse();
  const bot = await house.project('Bot');
  await house.spin(bot, 'Hello');
  await house.stray('nobody needs this');
  await house.age(2);
  data = house.agent.dir;
  project = bot.id;
  await house.stop();
});
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await removeSmallAgents();
  await rm(root, { recursive: true, force: true });
});

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

function begin(...args: string[]): {
  child: ChildProcess;
  ended: Promise<Ran>;
  said(word: string): Promise<void>;
} {
  const entry = moduleEntry('../cli.ts', import.meta.url);
  const child = spawn(process.execPath, [...entry.execArgv, entry.path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MYSPINBOT_DATA: '', MYSPINBOT_PORT: '', MYSPINBOT_LISTEN: 'loopback' },
    cwd: root,
  });
  children.push(child);
  const ran: Ran = { code: null, out: '', err: '' };
  const waiting: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ran.out += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ran.err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ ...ran, code: code as number | null }));
  return {
    child,
    ended,
    said: (word) =>
      new Promise((resolve, reject) => {
        const look = () => ran.out.includes(word) && resolve();
        waiting.push(look);
        look();
        void ended.then(({ err }) => reject(new Error(`it ended without saying ${word}: ${err}`)));
      }),
  };
}
const run = (...args: string[]) => begin(...args).ended;

test.each<[string[], number, RegExp]>([
  [['gc', '--help'], 0, /--dry-run/],
  [['backup', '--help'], 0, /Whoever has the file/],
  [['restore', '--help'], 0, /moved aside, not removed/],
  [['export', '--help'], 0, /PROJECT is an id/],
  [['import', '--help'], 0, /checked before anything is kept/],
  [['doctor', '--help'], 0, /Exit code 1 when something is bad/],
  [['backup'], 2, /^FILE is missing/],
  [['export', 'Bot'], 2, /^FILE is missing/],
  [['backup', 'a', 'b'], 2, /Unexpected argument 'b'/],
  [['gc', '--dry-rum'], 2, /--dry-rum/],
  [['gc', '--data', '/nowhere/at/all'], 1, /There is nothing of MySpinBot in/],
  [['restore', 'nothing.backup', '--data', 'new'], 1, /nothing\.backup cannot be opened \(ENOENT\)/],
])('%j ends with %i', async (args, code, words) => {
  const ran = await run(...args);
  expect(ran.out + ran.err).toMatch(words);
  expect(ran.code).toBe(code);
  expect(ran.err).not.toMatch(/\n\s+at /);
});

test('without an agent: what would go, a backup, its way back, and what goes', async () => {
  // The note that a crashed agent left.
  await writeFile(runningFile(data), JSON.stringify({ pid: 1, url: 'http://127.0.0.1:9' }));
  const planned = await run('gc', '--dry-run', '--json', '--data', data);
  expect(planned).toMatchObject({ code: 0, err: '' });
  const report = JSON.parse(planned.out) as { kinds: Record<string, { files: number }> };
  expect(report.kinds['other files']?.files).toBeGreaterThan(0);

  expect(await run('backup', 'all.backup', '--data', data)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/all\.backup: [\d.]+ [kM]?B, with \d+ files of projects and jobs/),
  });
  expect((await stat(join(root, 'all.backup'))).mode & 0o777).toBe(0o600);
  const restored = await run('restore', 'all.backup', '--data', join(root, 'again'));
  expect(restored).toMatchObject({ code: 0, out: expect.stringMatching(/again is as it was at \d{4}-/) });

  const gone = await run('gc', '--data', data);
  expect(gone).toMatchObject({
    code: 0,
    out: expect.stringMatching(/other files +\d+ +[\d.]+ k?B[\s\S]*removed/),
  });
  const after = await run('gc', '--json', '--data', join(root, 'again'));
  // The stray file was never in the backup.
  expect(
    Object.values((JSON.parse(after.out) as typeof report).kinds).every(({ files }) => files === 0),
  ).toBe(true);

  expect(await run('export', 'Bot', 'bot.spinbot', '--data', data)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/bot\.spinbot: Bot, [\d.]+ k?B, with 1 job and \d files\./),
  });
  const imported = await run('import', 'bot.spinbot', '--data', join(root, 'again'));
  expect(imported).toMatchObject({ code: 0, out: expect.stringContaining('is the id of another one here') });
  expect(await run('import', 'all.backup', '--data', data)).toMatchObject({
    code: 2,
    err: expect.stringContaining('Use npx myspinbot restore for it'),
  });
  await rm(runningFile(data), { force: true });
});

test('the doctor finds what is wrong without an agent, and mends it', async () => {
  const again = join(root, 'again');
  const well = await run('doctor', '--data', again);
  expect(well.out).toMatch(/^ok {6}No agent runs here\./);
  expect(well.out).toMatch(/\nok {6}\d+ files \([\d.]+ MB\) looked at, each is what its hash says\.\n/);
  const assets = join(again, 'vault', 'assets');
  const [folder] = await readdir(assets);
  const name = (await readdir(join(assets, folder!))).find((one) => one.length === 64)!;
  await chmod(join(assets, folder!, name), 0o600);
  await truncate(join(assets, folder!, name), 1);
  const ill = await run('doctor', '--quick', '--data', again);
  expect(ill).toMatchObject({
    code: 1,
    out: expect.stringContaining(`bad     1 file damaged: ${name.slice(0, 12)}`),
  });
  expect((await run('doctor', '--quick', '--repair', '--data', again)).out).toContain(
    'mended  1 damaged file removed. A device that has one sends it again',
  );
  const mended = await run('doctor', '--quick', '--json', '--data', again);
  const states = (JSON.parse(mended.out) as { state: string; what: string }[])
    .filter(({ what }) => /damaged/.test(what))
    .map(({ state }) => state);
  expect(states).toEqual([]);
});

test('beside an agent that runs: it does the work, and nothing is restored over it', async () => {
  const agent = begin('start', '--json', '--no-open', '--local', '--port', '0', '--data', data);
  await agent.said('"listening"');
  expect(await run('gc', '--dry-run', '--data', data)).toMatchObject({
    code: 0,
    out: expect.stringContaining('would go'),
  });
  expect(await run('backup', 'live.backup', '--data', data)).toMatchObject({ code: 0, err: '' });
  expect(await run('backup', 'live.backup', '--data', data)).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is a file'),
  });
  expect(await run('restore', 'live.backup', '--data', data)).toMatchObject({
    code: 1,
    err: expect.stringContaining('Stop it first'),
  });
  expect(await run('restore', 'live.backup', '--data', join(root, 'copy'))).toMatchObject({ code: 0 });
  expect(existsSync(join(root, 'copy', 'pairing', 'identity.pem'))).toBe(true);
  const examined = await run('doctor', '--data', data);
  expect(examined.out).toMatch(/^ok {6}The agent answers at http:\/\/127\.0\.0\.1:\d+\./);
  expect(examined.out).toMatch(/portrait\/builtin/);
  expect(await run('export', project, 'live.spinbot', '--data', data)).toMatchObject({ code: 0 });
  expect(await run('import', 'live.spinbot', '--data', data)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Bot is here as p_[0-9a-f]{24}, with 1 job/),
  });
  agent.child.kill('SIGTERM');
  await agent.ended;
  expect((await readdir(root)).filter((name) => name.includes('restoring'))).toEqual([]);
});

// Walls are only believed in when somebody ran into them: every test starts a real program that tries to get out.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { type Cell, cellEnvironment, openField, seatbeltProfile, type Trial, tryWalls } from './confine.ts';

let dir: string;
let trial: Trial;
let server: Server;
let visits = 0;
let cell: Cell;

beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'confine-')));
  mkdirSync(join(dir, 'work'));
  writeFileSync(join(dir, 'given'), 'given');
  writeFileSync(join(dir, 'secret'), 'secret');
  const { ffmpeg } = await findFfmpeg();
  const raw = ['-v', 'quiet', '-nostdin', '-y', '-f', 'u8', '-ar', '8000', '-ac', '1', '-i'];
  trial = {
    tool: ffmpeg,
    idle: ['-version'],
    copy: (from, to) => [...raw, from, '-f', 'u8', to],
    connect: (port) => [...raw, `tcp://127.0.0.1:${port}?timeout=1000000`, '-f', 'null', '-'],
  };
  server = createServer((socket) => {
    visits++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cell = {
    reads: [join(dir, 'given')],
    writes: join(dir, 'work'),
    memoryBytes: 1024 ** 3,
    cpuSeconds: 5,
    fileBytes: 64 * 1024,
  };
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

const port = () => (server.address() as { port: number }).port;
const programs = ['bwrap', 'unshare', 'prlimit'] as const;
/** Only these of the system's programs are found. */
const having =
  (...names: string[]) =>
  (program: string) =>
    names.includes(program) ? `/usr/bin/${program}` : undefined;
const installed = (program: string) => existsSync(`/usr/bin/${program}`);

function run({
  command,
  args,
}: {
  command: string;
  args: readonly string[];
}): Promise<{ code: unknown; signal: unknown; out: string }> {
  return new Promise((resolve) => {
    execFile(command, [...args], { env: cellEnvironment(), timeout: 20_000 }, (error, out) =>
      resolve({ code: error?.code ?? 0, signal: error?.signal ?? undefined, out }),
    );
  });
}

test('without any program for it nothing is promised, and the tool runs as it is', async () => {
  const walls = await tryWalls(trial, { find: having() });
  expect(walls.report).toEqual({ network: false, files: false, memory: false, by: [] });
  expect(walls.around('/bin/tool', ['-x'], cell)).toEqual({ command: '/bin/tool', args: ['-x'] });
  const before = visits;
  await run(walls.around(trial.tool, trial.connect(port()), cell));
  expect(visits).toBe(before + 1); // what the walls below must prevent does happen without them
});

test.each(programs)('%s that fails is passed over', async (program) => {
  const broken = join(dir, `${program}-fails`);
  writeFileSync(broken, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const walls = await tryWalls(trial, { find: (name) => (name === program ? broken : undefined) });
  expect(walls.report).toEqual(openField.report);
});

test.each(programs)('%s that does nothing is seen through', async (program) => {
  const lazy = join(dir, `${program}-does-nothing`);
  // Drops its own options and runs the tool in the open.
  writeFileSync(lazy, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n', { mode: 0o755 });
  const walls = await tryWalls(trial, { find: (name) => (name === program ? lazy : undefined) });
  expect(walls.report).toEqual(openField.report);
});

test('a tool that is not there, or a platform without a way, promises nothing and throws nothing', async () => {
  const absent = { ...trial, tool: join(dir, 'no-such-tool') };
  expect((await tryWalls(absent)).report).toEqual(openField.report);
  expect((await tryWalls(trial, { platform: 'win32' })).report).toEqual(openField.report);
});

test.each([
  ['bwrap', ['bwrap'], { network: true, files: true }],
  ['unshare', ['unshare'], { network: true, files: false }],
] as const)('%s keeps a tool from the network', async (program, found, promised) => {
  const walls = await tryWalls(trial, { find: having(...found) });
  if (!walls.report.network) {
    console.log(
      `skipped: ${installed(program) ? `${program} cannot make a namespace here` : `${program} is not installed`}`,
    );
    return;
  }
  expect(walls.report).toMatchObject(promised);
  const before = visits;
  await run(walls.around(trial.tool, trial.connect(port()), cell));
  expect(visits).toBe(before);
  await run(walls.around(trial.tool, trial.copy(join(dir, 'given'), join(dir, 'work', 'copy')), cell));
  expect(statSync(join(dir, 'work', 'copy')).size).toBe(5);
  rmSync(join(dir, 'work', 'copy'));
});

test('bwrap shows the given files and the system, and nothing of the person', async () => {
  const walls = await tryWalls(trial, { find: having('bwrap') });
  if (!walls.report.files) return console.log('skipped: bubblewrap is not installed or cannot work here');
  const look = (script: string) => run(walls.around('/bin/sh', ['-c', script], cell));
  expect((await look(`cat ${dir}/given`)).out).toBe('given');
  expect((await look(`cat ${dir}/secret`)).code).not.toBe(0);
  expect((await look('ls /home /root /etc/passwd /var /proc/1')).out).toBe('');
  expect((await look(`echo changed > ${dir}/given`)).code).not.toBe(0);
  expect((await look(`echo new > ${dir}/beside`)).code === 0 && existsSync(join(dir, 'beside'))).toBe(false);
  expect((await look(`echo made > ${dir}/work/made; cat ${dir}/work/made`)).out).toBe('made\n');
  expect((await look('env')).out).not.toMatch(/HOME|USER|VITEST/);
});

test('whoever takes memory, time or disk without end is ended', async () => {
  const walls = await tryWalls(trial, { find: having('prlimit') });
  if (!walls.report.memory) return console.log('skipped: prlimit is not installed');
  const greedy = (script: string, limits: Partial<Cell>) =>
    run(walls.around('/bin/sh', ['-c', script], { ...cell, ...limits }));
  const memory = await greedy('x=0123456789; while :; do x=$x$x; done', { memoryBytes: 64 * 1024 ** 2 });
  expect(memory.code).not.toBe(0);
  const time = await greedy('while :; do :; done', { cpuSeconds: 1 });
  expect(time).toMatchObject({ signal: expect.stringMatching(/SIGXCPU|SIGKILL/) });
  const disk = await greedy(`cat /dev/zero > ${dir}/work/flood`, {});
  expect(disk.code).not.toBe(0);
  expect(statSync(join(dir, 'work', 'flood')).size).toBeLessThanOrEqual(cell.fileBytes);
});

test('the profile for macOS names what is given and shuts the rest; a path cannot write rules', () => {
  const odd = '/Users/me/") (allow network*) (literal "x';
  const profile = seatbeltProfile('/opt/homebrew/bin/ffmpeg', { ...cell, reads: [odd] }, '/Users/me');
  expect(profile).toContain('(deny network*)');
  expect(profile).toContain('(literal "/Users/me/\\") (allow network*) (literal \\"x")');
  expect(profile.split('\n').filter((line) => line.startsWith('(allow'))).toHaveLength(6);
  expect(profile).toContain(`(allow file-read* file-write* (subpath "${dir}/work"))`);
});

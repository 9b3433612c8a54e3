// Captions on disk and in ffmpeg's filter language, and whether this ffmpeg can burn them in at all.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type FfmpegTools, runFfmpeg } from '../../media/ffmpeg.ts';
import { captionsAss } from './captions-ass.ts';
import type { PortraitRequest } from './port.ts';

/** By path of ffmpeg: a build does not change while we run. */
const known = new Map<string, Promise<boolean>>();

/** Throws Failure `engine-missing` when this ffmpeg was built without libass. `filter` is one from writeCaptions. */
export async function requireCaptionFilter(
  tools: FfmpegTools,
  filter: string,
  signal: AbortSignal,
): Promise<void> {
  let has = known.get(tools.ffmpeg);
  if (has === undefined) {
    has = burnsCaptions(tools, filter);
    known.set(tools.ffmpeg, has);
  }
  const can = await has;
  signal.throwIfAborted();
  if (can) return;
  throw new Failure({
    code: 'engine-missing',
    message: `This ffmpeg (${tools.version}) cannot write captions into the picture: it was built without libass.`,
    hint: "Turn captions off, or install your system's full ffmpeg package and try again.",
  });
}

/** One small frame of nothing through the filter: asking ffmpeg for its filters exits 0 whatever it has. */
async function burnsCaptions(tools: FfmpegTools, filter: string): Promise<boolean> {
  const args = ['-f', 'lavfi', '-i', 'nullsrc=s=32x32:d=0.04', '-vf', filter, '-f', 'null', '-'];
  try {
    await runFfmpeg(tools, ['-loglevel', 'error', ...args], { doing: 'try its caption filter' });
    return true;
  } catch {
    return false; // its own words are of no use to a person; the caller says what to do
  }
}

/** Writes the ASS file (again: over it) and returns the filter that burns it in. */
export async function writeCaptions(
  request: PortraitRequest,
  workDir: string,
  chinY: number,
): Promise<string> {
  const path = join(workDir, 'captions.ass');
  await writeFile(path, captionsAss(request.timing.words, request.size, chinY));
  return `ass=filename=${escapeFilterValue(path)}`;
}

/** ffmpeg unescapes a filter's value twice: once for the graph, once for the option. */
export function escapeFilterValue(value: string): string {
  const option = value.replace(/[\\':]/g, (character) => `\\${character}`);
  return option.replace(/[\\'[\],;]/g, (character) => `\\${character}`);
}

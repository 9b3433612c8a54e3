// Do the lips meet where the words say p, b or m? The words given are laid along the sound by alignment; a
// frame that misses a closure is what people see first. Alignment errs by some 20 to 50 ms, so the smallest
// opening near each closure counts, and the same is taken at all other phones as the control.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBuiltinTiming } from '../../agent/engines/timing/builtin.ts';
import { silentLogger } from '../../agent/log/logger.ts';
import { writeSound } from './decode.ts';

export interface SpokenPhone {
  phone: string;
  startMs: number;
  endMs: number;
}

/** Phones of the words along the sound of a video; undefined when the words are not those of the sound. */
export async function alignWords(video: string, words: string): Promise<SpokenPhone[] | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'judge-words-'));
  try {
    const wav = join(folder, 'sound.wav');
    await writeSound(video, wav);
    const { timing } = await createBuiltinTiming().time(
      { wav, text: words, lang: 'auto' },
      { signal: new AbortController().signal, log: silentLogger, workDir: folder, progress() {} },
    );
    return timing.source === 'alignment' ? timing.phones : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fewer closures than this say nothing. */
const ENOUGH = 4;
const SLACK_MS = 40;

export interface Closures {
  count: number;
  /** Mean of the smallest openings at closures, over the mean at all other phones; the rest gap taken off. */
  ratio: number;
}

/** `opening` per frame, in eye distances; `rest` = the gap of closed lips. Undefined when there are too few. */
export function measureClosures(
  phones: readonly SpokenPhone[],
  opening: ArrayLike<number>,
  fps: number,
  rest: number,
): Closures | undefined {
  const closed: number[] = [];
  const others: number[] = [];
  for (const { phone, startMs, endMs } of phones) {
    if (phone === '' || endMs <= startMs) continue;
    const from = Math.max(0, Math.floor(((startMs - SLACK_MS) / 1000) * fps));
    const to = Math.min(opening.length - 1, Math.floor(((endMs + SLACK_MS) / 1000) * fps));
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = from; i <= to; i++) smallest = Math.min(smallest, opening[i]!);
    if (!Number.isFinite(smallest)) continue;
    (/^[pbm]/.test(phone) ? closed : others).push(Math.max(0, smallest - rest));
  }
  if (closed.length < ENOUGH || others.length === 0) return undefined;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return { count: closed.length, ratio: mean(closed) / Math.max(1e-6, mean(others)) };
}

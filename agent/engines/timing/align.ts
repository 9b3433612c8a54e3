// When each phone of a known text is said in a recording: the recording's spectrum is warped onto the speech
// engine's reading of the text. A speaker may rest between any two words; nothing else is known of them.
import type { Language } from '@myspinbot/shared/project/options.ts';
import { type Warp, warp } from '@myspinbot/shared/speech/dynamic-warp.ts';
import { levels, percentile, speechActivity } from '@myspinbot/shared/speech/loudness.ts';
import { cepstra, type Frames, normalize } from '@myspinbot/shared/speech/mel.ts';
import { pitchTrack } from '@myspinbot/shared/speech/pitch.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import type { Phone, Word } from '@myspinbot/shared/speech/timing.ts';
import type { Sound } from '../../media/sound.ts';
import { BREAK, COMPARE_HZ, type Reference, referenceOf } from './reference.ts';

/** `share`: cost of the walk as a share of a meaningless one's (see HIGHEST_SHARE). */
export type Alignment =
  | { ok: true; phones: Phone[]; words: Word[]; share: number }
  | { ok: false; why: 'no-text' | 'no-speech' | 'other-length' | 'other-words'; share?: number };

/** Distance of unrelated rows of 13 normalised coefficients is about 5; of the same phone 3 to 4. */
const SPEECH_IN_BREAK = 4.2;
const SILENCE_IN_BREAK = 0.2;
const SILENCE_IN_SPEECH = 2.5;
const REST_STEP = 0.35;
/**
 * The walk must be cheaper than the walk through the same text backwards, which sounds like speech but says
 * nothing. Measured on 32 sentences of four voices: right words 0.75 to 0.925 of it, wrong words 0.937 to 1.03.
 */
const HIGHEST_SHARE = 0.94;
/** How much slower or faster than the reference a person may be. */
const SLOWEST = 3;
const FASTEST = 0.4;
/** Letters per second of speech; 12 to 16 are usual. Outside, the text need not even be spoken to know. */
const MOST_LETTERS = 45;
const FEWEST_LETTERS = 2;
/** Larger tables are first walked in coarse steps. */
const LARGEST_TABLE = 9_000_000;
const COARSE = 8;
/** Half width of the band around the coarse walk, frames. */
const BAND = 60;
const FRAME_MS = 10;
const SHORTEST_PHONE_MS = 15;
/** A silence inside a break shorter than this belongs to the sounds beside it. */
const SHORTEST_SILENCE_FRAMES = 8;

/** Aligns; refuses (does not throw) when text and recording do not belong together. */
export async function alignRecording(
  sound: Sound,
  text: string,
  lang: Language,
  signal: AbortSignal,
): Promise<Alignment> {
  const plain = resample(sound.samples, sound.sampleRate, COMPARE_HZ);
  const activity = speechActivity(levels(plain, COMPARE_HZ));
  const active = activity.active;
  const spoken = active.reduce((sum, one) => sum + one, 0);
  if (spoken < 20) return { ok: false, why: 'no-speech' };
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const perSecond = (letters * 100) / spoken;
  if (perSecond > MOST_LETTERS || perSecond < FEWEST_LETTERS) return { ok: false, why: 'other-length' };
  // Half a minute says whose voice it is.
  const voiced = pitchTrack(plain.subarray(0, 30 * COMPARE_HZ), COMPARE_HZ, { hopMs: 40 }).filter(
    (hz) => hz > 0,
  );
  const reference = await referenceOf(text, lang, voiced.length > 4 ? percentile(voiced, 0.5) : 120, signal);
  if (reference === undefined) return { ok: false, why: 'no-text' };
  const ratio = spoken / 100 / reference.seconds;
  if (ratio > SLOWEST || ratio < FASTEST) return { ok: false, why: 'other-length' };

  const raw = cepstra(plain, COMPARE_HZ);
  const heard = normalize(raw, active);
  const walk = walkThrough(reference, heard, active);
  signal.throwIfAborted();
  const share = walk.cost / walkThrough(backwards(reference), heard, active).cost;
  if (share > HIGHEST_SHARE) return { ok: false, why: 'other-words', share };
  return { ok: true, share, ...timesOf(reference, walk, active) };
}

function backwards(reference: Reference): Reference {
  const { width, count, data } = reference.frames;
  const reversed = new Float32Array(data.length);
  for (let row = 0; row < count; row++)
    reversed.set(data.subarray(row * width, (row + 1) * width), (count - 1 - row) * width);
  return {
    ...reference,
    frames: { width, count, data: reversed },
    phoneOfRow: Int32Array.from(reference.phoneOfRow).reverse(),
  };
}

function walkThrough(reference: Reference, heard: Frames, active: Uint8Array): Warp {
  const rows = reference.frames.count;
  const columns = heard.count;
  const full = {
    rows,
    columns,
    rest: REST_STEP,
    cost: costOf(reference.frames, reference.phoneOfRow, heard, active),
  };
  if (rows * columns <= LARGEST_TABLE) return warp(full);

  const slow = { reference: thin(reference.frames, COARSE), heard: thin(heard, COARSE) };
  const coarse = warp({
    rows: slow.reference.count,
    columns: slow.heard.count,
    rest: REST_STEP,
    // A coarse row stands for words and breaks alike: only sounds are compared, silence costs nothing extra.
    cost: (row, column) => distance(slow.reference, row, slow.heard, column),
  });
  return warp({
    ...full,
    band(row) {
      if (row === 0) return { from: 0, to: columns - 1 };
      const at = Math.min(slow.reference.count - 1, Math.floor(row / COARSE));
      const from = row === rows - 1 ? 0 : coarse.firstColumn[at]! * COARSE - BAND;
      return { from, to: row === rows - 1 ? columns - 1 : (coarse.lastColumn[at]! + 1) * COARSE + BAND };
    },
  });
}

function costOf(frames: Frames, phoneOfRow: Int32Array, heard: Frames, active: Uint8Array) {
  return (row: number, column: number): number => {
    const silent = active[column] !== 1;
    if (phoneOfRow[row] === BREAK) return silent ? SILENCE_IN_BREAK : SPEECH_IN_BREAK;
    return distance(frames, row, heard, column) + (silent ? SILENCE_IN_SPEECH : 0);
  };
}

function distance(a: Frames, row: number, b: Frames, column: number): number {
  const { data, width } = a;
  const left = row * width;
  const right = column * width;
  let sum = 0;
  for (let c = 0; c < width; c++) {
    const delta = data[left + c]! - b.data[right + c]!;
    sum += delta * delta;
  }
  return Math.sqrt(sum);
}

/** Means of `step` rows each. */
function thin(frames: Frames, step: number): Frames {
  const count = Math.ceil(frames.count / step);
  const data = new Float32Array(count * frames.width);
  for (let index = 0; index < count; index++) {
    const end = Math.min(frames.count, (index + 1) * step);
    const share = 1 / (end - index * step);
    for (let row = index * step; row < end; row++)
      for (let c = 0; c < frames.width; c++)
        data[index * frames.width + c]! += frames.data[row * frames.width + c]! * share;
  }
  return { data, width: frames.width, count };
}

/** Phones and words on the recording's clock; silences of breaks become '' phones. */
function timesOf(reference: Reference, walk: Warp, active: Uint8Array): { phones: Phone[]; words: Word[] } {
  const { phoneOfRow } = reference;
  const rows = phoneOfRow.length;
  const edge = (row: number) =>
    row === 0
      ? 0
      : row >= rows
        ? active.length * FRAME_MS
        : ((walk.lastColumn[row - 1]! + 1 + walk.firstColumn[row]!) / 2) * FRAME_MS;
  const spans = reference.phones.map(() => ({ startMs: 0, endMs: 0 }));
  for (let row = 0; row < rows; ) {
    const phone = phoneOfRow[row]!;
    let end = row + 1;
    while (end < rows && phoneOfRow[end] === phone) end++;
    if (phone !== BREAK) spans[phone] = { startMs: edge(row), endMs: edge(end) };
    row = end;
  }
  for (let row = 0; row < rows; row++) {
    if (phoneOfRow[row] !== BREAK) continue;
    const before = row === 0 ? undefined : spans[phoneOfRow[row - 1]!];
    const after = row + 1 < rows ? spans[phoneOfRow[row + 1]!] : undefined;
    closeBreak(before, after, walk.firstColumn[row]!, walk.lastColumn[row]!, active);
  }
  spread(spans);
  return assemble(reference, spans, active.length * FRAME_MS);
}

interface Span {
  startMs: number;
  endMs: number;
}

/** The longest silence inside a break stays a gap; the rest goes to the phones beside it. */
function closeBreak(
  before: Span | undefined,
  after: Span | undefined,
  first: number,
  last: number,
  active: Uint8Array,
): void {
  let bestFrom = 0;
  let bestTo = 0;
  let from = -1;
  for (let column = first; column <= last + 1; column++) {
    const silent = column <= last && active[column] !== 1;
    if (silent && from < 0) from = column;
    if (!silent && from >= 0) {
      if (column - from > bestTo - bestFrom) [bestFrom, bestTo] = [from, column];
      from = -1;
    }
  }
  const isEnd = before === undefined || after === undefined;
  if (bestTo - bestFrom >= (isEnd ? 1 : SHORTEST_SILENCE_FRAMES)) {
    if (before !== undefined) before.endMs = Math.max(before.startMs, bestFrom * FRAME_MS);
    if (after !== undefined) after.startMs = Math.min(after.endMs, bestTo * FRAME_MS);
  } else if (before !== undefined && after !== undefined) {
    const middle = (before.endMs + after.startMs) / 2;
    before.endMs = middle;
    after.startMs = middle;
  }
}

/** A phone that was passed over takes time from its longer neighbour. */
function spread(spans: Span[]): void {
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index]!;
    const missing = SHORTEST_PHONE_MS - (span.endMs - span.startMs);
    if (missing <= 0) continue;
    const before = spans[index - 1];
    const after = spans[index + 1];
    const spare = (other: Span | undefined, touches: boolean) =>
      other === undefined || !touches ? 0 : Math.max(0, other.endMs - other.startMs - 2 * SHORTEST_PHONE_MS);
    const left = spare(before, before?.endMs === span.startMs);
    const right = spare(after, after?.startMs === span.endMs);
    if (left >= right && left > 0) {
      const give = Math.min(missing, left);
      before!.endMs -= give;
      span.startMs -= give;
    } else if (right > 0) {
      const give = Math.min(missing, right);
      after!.startMs += give;
      span.endMs += give;
    }
  }
}

function assemble(
  reference: Reference,
  spans: readonly Span[],
  durationMs: number,
): { phones: Phone[]; words: Word[] } {
  const phones: Phone[] = [];
  const words: (Word | undefined)[] = reference.words.map(() => undefined);
  let clock = 0;
  reference.phones.forEach((known, index) => {
    const startMs = Math.max(clock, spans[index]!.startMs);
    const endMs = Math.max(startMs, spans[index]!.endMs);
    if (startMs > clock) phones.push({ phone: '', startMs: clock, endMs: startMs, stress: 0 });
    phones.push({ phone: known.phone, startMs, endMs, stress: known.stress });
    const word = words[known.word];
    if (word === undefined) words[known.word] = { ...reference.words[known.word]!, startMs, endMs };
    else word.endMs = endMs;
    clock = endMs;
  });
  if (durationMs > clock) phones.push({ phone: '', startMs: clock, endMs: durationMs, stress: 0 });
  return { phones, words: words.filter((word) => word !== undefined) };
}

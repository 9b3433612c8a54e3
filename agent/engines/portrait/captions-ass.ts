// Captions to be burned in, as an ASS document: words grouped so that they can be read in one glance, placed
// inside the safe area of each size, every character taken literally. Pure text.
import { type Size, sizePixels } from '@myspinbot/shared/project/options.ts';
import type { Word } from '@myspinbot/shared/speech/timing.ts';

/** Words shown together, and when. */
export interface CaptionGroup {
  text: string;
  startMs: number;
  endMs: number;
}

interface Style {
  fontSize: number;
  /** Distance from the frame's lower edge and sides; phones cover the lowest part of tall videos. */
  marginV: number;
  marginSide: number;
  /** Longest group, characters. */
  characters: number;
}

function styleOf(size: Size): Style {
  const { width, height } = sizePixels(size);
  if (height > width) return { fontSize: 50, marginV: 215, marginSide: 56, characters: 34 };
  if (width > height) return { fontSize: 46, marginV: 48, marginSide: 150, characters: 52 };
  const scale = width / 720;
  return {
    fontSize: Math.round(42 * scale),
    marginV: Math.round(46 * scale),
    marginSide: Math.round(52 * scale),
    characters: 40,
  };
}

/** A pause this long ends a group: the next words belong to what follows. */
const BREAK_MS = 420;
/** Groups are not held over longer pauses than this. */
const HOLD_MS = 350;

export function groupWords(words: readonly Word[], longest: number): CaptionGroup[] {
  const groups: CaptionGroup[] = [];
  let current: Word[] = [];
  const flush = (next: Word | undefined) => {
    if (current.length === 0) return;
    const endMs = current[current.length - 1]!.endMs;
    groups.push({
      text: current.map((word) => word.text.trim()).join(' '),
      startMs: current[0]!.startMs,
      endMs: next === undefined ? endMs + HOLD_MS : Math.min(next.startMs, endMs + HOLD_MS),
    });
    current = [];
  };
  for (const word of words) {
    if (word.text.trim() === '') continue;
    const last = current[current.length - 1];
    const length = current.reduce((sum, w) => sum + w.text.length + 1, 0) + word.text.length;
    if (last !== undefined && (length > longest || last.endsSentence || word.startMs - last.endMs > BREAK_MS))
      flush(word);
    current.push(word);
  }
  flush(undefined);
  return groups;
}

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;

/** Text as literal: no override blocks, no line-break escapes, no control characters. */
export function escapeAss(text: string): string {
  const literal = text
    .replace(/\p{Cc}/gu, ' ')
    // A backslash starts an escape and cannot itself be escaped; a word joiner after it makes it plain.
    .replace(/\\/g, '\\\u2060')
    .replace(/\{/g, '\\{')
    .replace(/\}/g, '\\}');
  // Marks the line's direction for renderers that take it from the first character (a number, a quote).
  return RIGHT_TO_LEFT.test(text) ? `\u200f${literal}` : literal;
}

function clock(ms: number): string {
  const centis = Math.max(0, Math.round(ms / 10));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(centis / 360_000);
  return `${hours}:${two(Math.floor(centis / 6000) % 60)}:${two(Math.floor(centis / 100) % 60)}.${two(centis % 100)}`;
}

/** Two lines and the air above them. */
const BLOCK_LINES = 2.7;

/** Below the chin where that is possible, else lower than phones like, else above the head; never the mouth. */
function placeBlock(style: Style, height: number, chinY: number): { alignment: 2 | 8; marginV: number } {
  const room = (marginV: number) => height - marginV - BLOCK_LINES * style.fontSize;
  const lowest = Math.round(0.035 * height);
  if (chinY <= room(style.marginV)) return { alignment: 2, marginV: style.marginV };
  if (chinY <= room(lowest)) return { alignment: 2, marginV: Math.round(room(0) - chinY) };
  return { alignment: 8, marginV: Math.round(0.05 * height) };
}

/** The whole document for a video of this size in which the chin is at `chinY` pixels from above. */
export function captionsAss(words: readonly Word[], size: Size, chinY: number): string {
  const { width, height } = sizePixels(size);
  const style = styleOf(size);
  const { alignment, marginV } = placeBlock(style, height, chinY);
  const outline = Math.max(2, Math.round(style.fontSize * 0.07));
  const events = groupWords(words, style.characters).map(
    (group) =>
      `Dialogue: 0,${clock(group.startMs)},${clock(group.endMs)},Words,,0,0,0,,${escapeAss(group.text)}`,
  );
  return [
    '[Script Info]',
    'ScriptType: v4.00+',
    `PlayResX: ${width}`,
    `PlayResY: ${height}`,
    // 0: lines of nearly equal length, the first one longer: never a single word on the second.
    'WrapStyle: 0',
    'ScaledBorderAndShadow: yes',
    'YCbCr Matrix: TV.709',
    '',
    '[V4+ Styles]',
    'Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding',
    // Encoding -1: the direction is taken from the text. The family is a wish; fontconfig finds what there is.
    `Style: Words,Inter,${style.fontSize},&H00F4F8FF,&H00F4F8FF,&H30181014,&H90000000,-1,0,0,0,100,100,0.2,0,1,${outline},${Math.round(outline / 3)},${alignment},${style.marginSide},${style.marginSide},${marginV},-1`,
    '',
    '[Events]',
    'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
    ...events,
    '',
  ].join('\n');
}

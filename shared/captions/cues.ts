// Words with times become caption cues, and cues become WebVTT and SubRip. Burned-in captions use the same
// cues, so that what is seen and what lies beside the video never differ. It knows no fonts and no pictures.
import type { Word } from '../speech/timing.ts';

export interface Cue {
  startMs: number;
  endMs: number;
  words: readonly Word[];
  text: string;
}

export interface CueLimits {
  /** Characters on one cue; 42 is the usual line of subtitle guides, fewer for tall pictures. */
  maxChars: number;
  maxMs: number;
  /** A pause at least this long ends a cue. */
  pauseMs: number;
}

export const cueLimits: CueLimits = { maxChars: 42, maxMs: 5000, pauseMs: 450 };
/** A cue stays this long after its last word when nothing follows: reading lags hearing. */
const LINGER_MS = 400;
/** Below this a cue cannot be read. */
const SHORTEST_MS = 700;

/** Groups words into cues: at sentence ends, pauses, and before a line grows too long. Words must be in order. */
export function cuesOf(words: readonly Word[], limits: CueLimits = cueLimits): Cue[] {
  const groups: Word[][] = [];
  let group: Word[] = [];
  let chars = 0;
  const close = () => {
    if (group.length > 0) groups.push(group);
    group = [];
    chars = 0;
  };
  for (const word of words) {
    if (word.text.trim() === '') continue;
    const last = group.at(-1);
    const first = group[0];
    const tooLong =
      last !== undefined &&
      first !== undefined &&
      (chars + 1 + word.text.length > limits.maxChars ||
        word.endMs - first.startMs > limits.maxMs ||
        word.startMs - last.endMs >= limits.pauseMs);
    if (tooLong) close();
    group.push(word);
    chars += (chars === 0 ? 0 : 1) + word.text.length;
    if (word.endsSentence) close();
  }
  close();
  return groups.map((words, index) => {
    const next = groups[index + 1]?.[0]?.startMs ?? Number.POSITIVE_INFINITY;
    const startMs = words[0]!.startMs;
    const wanted = Math.max(words.at(-1)!.endMs + LINGER_MS, startMs + SHORTEST_MS);
    return { startMs, endMs: Math.min(next, wanted), words, text: words.map((word) => word.text).join(' ') };
  });
}

/** WebVTT (https://www.w3.org/TR/webvtt1/). */
export function toVtt(cues: readonly Cue[]): string {
  const body = cues.map(
    (cue, index) =>
      `${index + 1}\n${clock(cue.startMs, '.')} --> ${clock(cue.endMs, '.')}\n${vttText(cue.text)}\n`,
  );
  return `WEBVTT\n\n${body.join('\n')}`;
}

/** SubRip: the form every player and editor reads. */
export function toSrt(cues: readonly Cue[]): string {
  return cues
    .map(
      (cue, index) =>
        `${index + 1}\n${clock(cue.startMs, ',')} --> ${clock(cue.endMs, ',')}\n${plainLine(cue.text)}\n`,
    )
    .join('\n');
}

/** A cue's text must be one line without "-->", or it would end the cue early. */
function plainLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('-->', '->').trim();
}

function vttText(text: string): string {
  return plainLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function clock(ms: number, mark: '.' | ','): string {
  const whole = Math.max(0, Math.round(ms));
  const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = Math.floor(whole / 1000) % 60;
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}${mark}${pad(whole % 1000, 3)}`;
}

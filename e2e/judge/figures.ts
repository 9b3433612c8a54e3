// From what was measured to the rows of the verdict: each figure, its limit, and whether it is kept. The
// limits come from eleven clips of real people and nineteen of neural systems measured the same way, and from
// what the product promises of its files.
import { measureClosures, type SpokenPhone } from './closures.ts';
import { type Features, series, type Track } from './features.ts';
import type { Measured } from './measure.ts';
import {
  countJumps,
  countReversals,
  findBlinks,
  quantile,
  range,
  silentFrames,
  wandering,
} from './motion.ts';
import { BANDS_HZ, silenceLevel } from './spectrum.ts';
import { atFrames, measureSync } from './sync.ts';

export interface Row {
  figure: string;
  /** A number, or a word for a format. Null when it cannot be measured on this video; see `why`. */
  value: number | string | null;
  /** "<= 40", "2.5 to 5", "high"; absent = told, not judged. */
  limit?: string;
  unit: string;
  pass?: boolean;
  /** Why a figure is not judged here. */
  why?: string;
}

/** Under this a clip is too short for figures per minute and for chance levels. */
const LONG_ENOUGH_S = 10;
/** One AAC packet at 48 kHz: the sound may end that much later than the picture without being longer. */
const AAC_PACKET_S = 1024 / 48_000;
/** A turn of the mouth counts from this share of its range: below, it is the noise of the measuring. */
const REVERSAL_SHARE = 0.2;
/** A mouth that moves less is still, and what it follows is the noise of the measuring; in eye distances. */
const STILL_MOUTH = 0.02;
/** Frames that differ less than this (of 255) from the one before stand still. */
const FROZEN = 0.02;
/** Lips this near to the photo's closed ones are closed, in eye distances. */
const CLOSED_SLACK = 0.025;
/** A photo with a wider gap shows an open mouth or teeth; the mesh gives closed lips up to .05. */
const CLOSED_PHOTO = 0.07;

/** What is said in the video, when it is known. */
export interface Spoken {
  words: string;
  /** Undefined when the words could not be laid along the sound. */
  phones: readonly SpokenPhone[] | undefined;
}

export function figuresOf(measured: Measured, spoken?: Spoken): Row[] {
  return [
    ...pictureRows(measured),
    ...mouthRows(measured, spoken),
    ...headRows(measured),
    ...photoRows(measured),
    ...fileRows(measured),
  ];
}

const seconds = ({ frames, facts }: Measured) => frames / facts.fps;
const tooShort = (measured: Measured) =>
  seconds(measured) < LONG_ENOUGH_S ? `the clip is shorter than ${LONG_ENOUGH_S} s` : undefined;

function pictureRows({ track, change, facts }: Measured): Row[] {
  const missed = track.filter((face) => face === undefined).length;
  const moving = change.slice(1);
  const frozen =
    moving.length === 0 ? 0 : (100 * moving.filter((value) => value < FROZEN).length) / moving.length;
  return [
    atMost('frames without a face', missed, 0, 'frames'),
    atMost('jumps of the head', countJumps(track, facts.fps), 0, 'frames'),
    atMost('frozen frames', frozen, 2, '%'),
  ];
}

function mouthRows(measured: Measured, spoken: Spoken | undefined): Row[] {
  const { track, facts, bands, predicted } = measured;
  const opening = pick(track, (f) => f.opening);
  const width = pick(track, (f) => f.width);
  const span = range(opening);
  const sync =
    span < STILL_MOUTH
      ? { r: 0, lag: Number.NaN, z: 0 }
      : measureSync(opening, atFrames(predicted, BANDS_HZ, facts.fps, track.length), facts.fps);
  const lagMs = (1000 * sync.lag) / facts.fps;
  const short = tooShort(measured);
  const level = silenceLevel(bands.db);
  const speechS = bands.db.reduce((count, db) => count + (db >= level ? 1 : 0), 0) / BANDS_HZ;
  const reversals = countReversals(opening, Math.max(0.01, REVERSAL_SHARE * span)) / Math.max(0.5, speechS);
  const rows = [
    atLeast('sync_r: mouth with sound', sync.r, 0.4, 'r', short),
    between('lag: mouth after sound', lagMs, -40, 40, 'ms', short),
    atLeast('sync_z: above 40 rotations', sync.z, 3, 'sd', short),
    // Real people .14, the liveliest neural system .20: twice that is a shout, a third a mumble.
    between('opening range', span, 0.06, 0.3, 'eye distances', short),
    atLeast('width range', range(width), 0.09, 'eye distances', short),
    between('reversals of the mouth', reversals, 2.5, 5, 'per second', short),
    closedRow(measured, opening, level),
  ];
  if (spoken !== undefined) {
    rows.push(closureRow(spoken, opening, facts.fps));
    const count = spoken.words.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    rows.push(
      between('words spoken', (60 * count) / Math.max(0.5, speechS), 80, 280, 'per minute of speech'),
    );
  }
  return rows;
}

function closureRow({ phones }: Spoken, opening: Float32Array, fps: number): Row {
  const figure = 'lips at p, b, m, over other sounds';
  if (phones === undefined) return untold(figure, 'ratio', 'the words are not those of the sound');
  const closures = measureClosures(phones, opening, fps, quantile(opening, 0.02));
  if (closures === undefined) return untold(figure, 'ratio', 'there are too few p, b and m');
  // Lips that know nothing of the words give about 1, a rendered mouth in time .1.
  return atMost(figure, closures.ratio, 0.5, 'ratio');
}

function closedRow({ bands, track, facts, photo }: Measured, opening: Float32Array, level: number): Row {
  const figure = 'mouth closed in silence';
  const silent = silentFrames(bands.db, level, BANDS_HZ, facts.fps, track.length);
  const rest = photo?.features.opening ?? quantile(opening, 0.02);
  if (rest > CLOSED_PHOTO) return untold(figure, '%', 'the mouth of the photo is open');
  if (silent.length < 5) return untold(figure, '%', 'there is no silence');
  const closed = silent.filter((frame) => opening[frame]! <= rest + CLOSED_SLACK).length;
  return atLeast(figure, (100 * closed) / silent.length, 80, '%');
}

function headRows(measured: Measured): Row[] {
  const { track, facts } = measured;
  const short = tooShort(measured);
  const blinks = findBlinks(
    pick(track, (f) => f.lids),
    facts.fps,
  );
  const rate = (60 * blinks.length) / seconds(measured);
  const ratio =
    blinks.length === 0
      ? Number.NaN
      : quantile(
          blinks.map((blink) => blink.ratio),
          0.5,
        );
  return [
    between('blinks', rate, 12, 30, 'per minute', short),
    blinks.length === 0
      ? untold('lids at a blink, over open', 'ratio', 'no blink was seen')
      : atMost('lids at a blink, over open', ratio, 0.5, 'ratio'),
    atLeast('yaw range', range(pick(track, (f) => f.yaw)), 6, 'degrees', short),
    between('movement of the head', wandering(track), 0.12, 0.5, 'eye distances', short),
    atLeast('brow range', range(pick(track, (f) => f.brows)), 0.03, 'eye distances', short),
  ];
}

function photoRows({ photo }: Measured): Row[] {
  const none = 'no photo was given';
  if (photo === undefined) {
    return [
      untold('mouth sharpness, over the photo', 'ratio', none),
      untold('skin sharpness, over the photo', 'ratio', none),
      untold('nearest frame to the photo', 'dB', none),
    ];
  }
  return [
    between('mouth sharpness, over the photo', quantile(photo.mouthSharpness, 0.5), 0.7, 1.6, 'ratio'),
    told('skin sharpness, over the photo', quantile(photo.skinSharpness, 0.5), 'ratio'),
    // Told, not judged: it is taken through two resamplings and an encoder, so it has no fixed promise.
    told('nearest frame to the photo', photo.bestPsnr, 'dB'),
  ];
}

function fileRows({ facts, loudness, frames }: Measured): Row[] {
  const frame = 1 / facts.fps;
  const apart = Math.abs(facts.videoDuration - facts.audioDuration);
  return [
    between('loudness', loudness.lufs, -17, -15, 'LUFS'),
    atMost('true peak', loudness.truePeakDb, -1.5, 'dBFS'),
    equals('video codec', `${facts.videoCodec} ${facts.profile} ${facts.pixels}`, 'h264 High yuv420p'),
    equals('audio codec', `${facts.audioCodec} ${facts.audioHz}`, 'aac 48000', 'Hz'),
    equals('index before the media', facts.indexFirst ? 'yes' : 'no', 'yes'),
    atMost(
      'start of picture and sound apart',
      1000 * Math.abs(facts.videoStart - facts.audioStart),
      20,
      'ms',
    ),
    atMost(
      'length of picture and sound apart',
      1000 * apart,
      Math.round(1000 * (frame + AAC_PACKET_S)),
      'ms',
    ),
    told('length', frames / facts.fps, 's'),
  ];
}

function pick(track: Track, of: (features: Features) => number): Float32Array {
  return series(track, of);
}

function atMost(figure: string, value: number, limit: number, unit: string, why?: string): Row {
  return judged({ figure, value, limit: `<= ${limit}`, unit }, value <= limit + 1e-9, why);
}
function atLeast(figure: string, value: number, limit: number, unit: string, why?: string): Row {
  return judged({ figure, value, limit: `>= ${limit}`, unit }, value >= limit - 1e-9, why);
}
function between(figure: string, value: number, low: number, high: number, unit: string, why?: string): Row {
  return judged({ figure, value, limit: `${low} to ${high}`, unit }, value >= low && value <= high, why);
}
function equals(figure: string, value: string, limit: string, unit = ''): Row {
  return { figure, value, limit, unit, pass: value === limit };
}
function told(figure: string, value: number, unit: string): Row {
  return { figure, value, unit };
}
function untold(figure: string, unit: string, why: string): Row {
  return { figure, value: null, unit, why };
}
/** A figure that cannot be trusted on this clip is told without a verdict. NaN never passes. */
function judged(row: Row & { value: number }, pass: boolean, why: string | undefined): Row {
  if (why !== undefined) return { figure: row.figure, value: finite(row.value), unit: row.unit, why };
  return { ...row, value: finite(row.value), pass };
}
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

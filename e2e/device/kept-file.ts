// The files a person keeps in the runs that kill the page: real WAV files, small and large, each made again from its number.
import { chanceOf } from '../harness/chance.ts';

/** Most are small, as photos of a phone are; a few are larger than a block. */
export function keptFile(seed: number, number: number): Uint8Array<ArrayBuffer> {
  const chance = chanceOf(seed * 1_000_003 + number);
  const samples = chance.number() < 0.05 ? chance.between(500_000, 800_000) : chance.between(500, 40_000);
  return noiseWav(chance.bytes(samples * 2));
}

/** 16-bit mono samples as a WAV (RIFF, one fmt and one data chunk). */
export function noiseWav(samples: Uint8Array, rate = 48_000): Uint8Array<ArrayBuffer> {
  const wav = new Uint8Array(WAV_HEADER + samples.length);
  wav.set(wavHeader(samples.length, rate));
  wav.set(samples, WAV_HEADER);
  return wav;
}

export const WAV_HEADER = 44;

export function wavHeader(bytes: number, rate = 48_000): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(WAV_HEADER);
  const view = new DataView(header.buffer);
  const word = (at: number, text: string) => {
    for (const [index, letter] of [...text].entries()) header[at + index] = letter.charCodeAt(0);
  };
  word(0, 'RIFF');
  view.setUint32(4, 36 + bytes, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, bytes, true);
  return header;
}

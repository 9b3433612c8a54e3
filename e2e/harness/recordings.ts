// A spoken recording for tests, made at test time by the product's own speech: the sound of a short video.
import { existsSync, statSync } from 'node:fs';
import { myspinbot } from './command-line.ts';
import { soundOf } from './media.ts';
import { builtAgent, drawnPortrait, outFile } from './place.ts';

/** The words of the recording. */
export const spokenWords = 'The quick brown fox jumps over the lazy dog, and nobody is surprised.';

/** A WAV of `spokenWords`; made once per build and then reused. */
export async function spokenRecording(): Promise<string> {
  const wav = outFile('fixtures/spoken.wav');
  if (existsSync(wav) && statSync(wav).mtimeMs > statSync(builtAgent()).mtimeMs) return wav;
  const video = outFile('fixtures/spoken.mp4');
  const result = await myspinbot([
    'render',
    '--photo',
    drawnPortrait(),
    '--say',
    spokenWords,
    '--captions',
    'off',
    '--out',
    video,
  ]);
  if (result.code !== 0) throw new Error(`the recording could not be made:\n${result.stderr}`);
  await soundOf(video, wav);
  return wav;
}

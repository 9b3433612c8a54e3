// A sound file of any size that is what it says: a WAV of noise, of which no two blocks are equal.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { WAV_HEADER, wavHeader } from '../device/kept-file.ts';
import { syntheticBlocks } from '../device/synthetic.ts';

/** Writes it and returns its SHA-256. */
export async function writeBigSound(path: string, bytes: number, seed: number): Promise<string> {
  const out = createWriteStream(path);
  const hash = createHash('sha256');
  let isFirst = true;
  for (const block of syntheticBlocks({ seed, bytes })) {
    if (isFirst) block.set(wavHeader(bytes - WAV_HEADER));
    isFirst = false;
    hash.update(block);
    if (!out.write(block)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  return hash.digest('hex');
}

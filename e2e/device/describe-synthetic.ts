// The hashes of a synthetic file, made by the program that measures: the page is not kept waiting for them.
import { createHash } from 'node:crypto';
import { type DescribedSynthetic, type Synthetic, syntheticBlocks } from './synthetic.ts';

export function describeSynthetic(file: Synthetic): DescribedSynthetic {
  const whole = createHash('sha256');
  const blocks: string[] = [];
  for (const block of syntheticBlocks(file)) {
    whole.update(block);
    blocks.push(createHash('sha256').update(block).digest('hex'));
  }
  return { ...file, hash: whole.digest('hex'), blocks };
}

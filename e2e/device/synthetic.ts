// Files of any size that take no room: noise that is made again whenever a block is asked for. The page and the program
// that measures it make the same ones, so that only their name travels between them.
import { BLOCK_BYTES, blockCount, blockRange } from '@myspinbot/shared/asset/asset.ts';
import { chanceOf } from '../harness/chance.ts';

/** Blocks with the same seed and index are equal, all others differ. */
export interface Synthetic {
  seed: number;
  bytes: number;
}

/** What a device knows of it before it is sent: its hash and its blocks' hashes. */
export interface DescribedSynthetic extends Synthetic {
  hash: string;
  blocks: string[];
}

let noise: Uint8Array<ArrayBuffer> | undefined;

export function syntheticBlock({ seed, bytes }: Synthetic, index: number): Uint8Array<ArrayBuffer> {
  noise ??= chanceOf(1).bytes(BLOCK_BYTES);
  const { start, end } = blockRange(bytes, index);
  const block = noise.slice(0, end - start);
  // A name in front is enough to make it another block; it costs nothing.
  const name = new DataView(new ArrayBuffer(8));
  name.setUint32(0, seed);
  name.setUint32(4, index);
  block.set(new Uint8Array(name.buffer).subarray(0, block.length));
  return block;
}

export function* syntheticBlocks(file: Synthetic): Generator<Uint8Array<ArrayBuffer>> {
  for (let index = 0; index < blockCount(file.bytes); index++) yield syntheticBlock(file, index);
}

import { expect, test } from 'vitest';
import { COMMIT_BLOCKS, createBlockCommits } from './block-commits.ts';

/** A disk whose commits end when the test says so. */
function disk() {
  const commits: { blocks: readonly number[]; end(): void; fail(cause: unknown): void }[] = [];
  const { put } = createBlockCommits<number>(
    (blocks) =>
      new Promise<void>((end, fail) => {
        commits.push({ blocks, end, fail });
      }),
  );
  const ends: string[] = [];
  const give = (...blocks: number[]) => {
    for (const block of blocks) {
      put(block).then(
        () => ends.push(`${block} kept`),
        (cause) => ends.push(`${block} ${cause}`),
      );
    }
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { commits, ends, give, settled };
}

test('what arrives while a commit is written goes into the next one together, and counts only after it', async () => {
  const { commits, ends, give, settled } = disk();
  give(1, 2, 3);
  await settled();
  expect(commits.map(({ blocks }) => blocks)).toEqual([[1]]);
  expect(ends).toEqual([]);
  commits[0]!.end();
  await settled();
  expect(commits[1]!.blocks).toEqual([2, 3]);
  expect(ends).toEqual(['1 kept']);
  give(4);
  commits[1]!.end();
  await settled();
  expect(ends).toEqual(['1 kept', '2 kept', '3 kept']);
  expect(commits[2]!.blocks).toEqual([4]);
});

test('a commit takes so many and no more', async () => {
  const { commits, give, settled } = disk();
  give(...Array.from({ length: COMMIT_BLOCKS + 3 }, (_, index) => index));
  commits[0]!.end();
  await settled();
  expect(commits[1]!.blocks).toHaveLength(COMMIT_BLOCKS);
  commits[1]!.end();
  await settled();
  expect(commits[2]!.blocks).toHaveLength(2);
});

test('when together is too much each is written alone, and only what does not fit is refused', async () => {
  const { commits, ends, give, settled } = disk();
  give(1, 2, 3);
  commits[0]!.end();
  await settled();
  commits[1]!.fail('too much');
  await settled();
  expect(commits[2]!.blocks).toEqual([2]);
  commits[2]!.end();
  await settled();
  commits[3]!.fail('full');
  await settled();
  expect(ends).toEqual(['1 kept', '2 kept', '3 full']);
  give(4);
  await settled();
  expect(commits[4]!.blocks).toEqual([4]);
});

// Blocks on their way into the store, several to a commit: what arrives while one commit is being written goes into
// the next one together, so that a fast line does not wait for the disk once per block. A block counts as kept when
// its commit is on disk, never before. It does not know assets, hashes or tables.

/** One commit: long enough to spare the disk, short enough to lie in memory and to be acknowledged soon. */
export const COMMIT_BLOCKS = 16;

export interface BlockCommits<Block> {
  /** Resolves when the block is on disk; rejects with what its own commit failed with. */
  put(block: Block): Promise<void>;
}

/** `commit` writes all of its blocks or none. Only one runs at a time. */
export function createBlockCommits<Block>(
  commit: (blocks: readonly Block[]) => PromiseLike<unknown>,
): BlockCommits<Block> {
  const waiting: { block: Block; kept(): void; failed(cause: unknown): void }[] = [];
  let running = false;

  const write = async (): Promise<void> => {
    for (;;) {
      const together = waiting.splice(0, COMMIT_BLOCKS);
      if (together.length === 0) return;
      try {
        await commit(together.map(({ block }) => block));
      } catch (cause) {
        // Together they may be too much for what room is left; each alone is refused for its own sake.
        if (together.length === 1) together[0]!.failed(cause);
        else for (const each of together) await commit([each.block]).then(each.kept, each.failed);
        continue;
      }
      for (const { kept } of together) kept();
    }
  };

  return {
    put: (block) =>
      new Promise((kept, failed) => {
        waiting.push({ block, kept, failed });
        if (running) return;
        running = true;
        void write().finally(() => {
          running = false;
        });
      }),
  };
}

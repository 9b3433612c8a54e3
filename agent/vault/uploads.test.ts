// Uploads that meet: what is left lying about when another sender was faster, and when one begins where another ends.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { describeAsset, noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashOf } from './contract.ts';
import { openDiskVault } from './disk-vault.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'uploads-test-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

test('an upload whose file came by another way leaves nothing behind', async () => {
  const dir = join(root, 'faster');
  const vault = await openDiskVault({ dir, now: Date.now });
  const bytes = noise(3000, 1);
  const { ref, blocks } = describeAsset(bytes, hashOf);
  const slow = await vault.receive(ref, blocks);
  await vault.put(bytes);
  await slow.close();
  expect(await readdir(join(dir, 'partial'))).toEqual([]);
  // Announced a moment later, by somebody who had asked before it was here: nothing is asked of them.
  const late = await vault.receive(ref, blocks);
  expect(late.missing()).toEqual([]);
  expect(await late.finish()).toEqual(vault.ref(ref.hash));
  await late.close();
  expect(await readdir(join(dir, 'partial'))).toEqual([]);
});

test('an upload that begins while the one before is being removed keeps its folder', async () => {
  const dir = join(root, 'meet');
  const vault = await openDiskVault({ dir, now: Date.now });
  const bytes = noise(3000, 2);
  const { ref, blocks } = describeAsset(bytes, hashOf);
  // The blocks fit and the whole does not: such an upload is over, and its folder goes.
  const lie = { ...ref, hash: hashOf(noise(10, 3)) as AssetHash };
  let upload = await vault.receive(lie, blocks);
  for (let time = 0; time < 30; time++) {
    expect(await upload.block(0, bytes)).toBe(true);
    await expect(upload.finish()).rejects.toMatchObject({ code: 'bad-input' });
    const [, next] = await Promise.all([upload.close(), vault.receive(lie, blocks)]);
    expect(next.missing()).toEqual([0]);
    upload = next;
  }
  expect(await readdir(join(dir, 'partial'))).toHaveLength(1);
  await upload.close();
});

test('two senders that end at the same time end well, also when one of them lets go meanwhile', async () => {
  const dir = join(root, 'together');
  const vault = await openDiskVault({ dir, now: Date.now });
  for (let time = 0; time < 20; time++) {
    const bytes = noise(3000, 100 + time);
    const { ref, blocks } = describeAsset(bytes, hashOf);
    const [one, two] = await Promise.all([vault.receive(ref, blocks), vault.receive(ref, blocks)]);
    await one.block(0, bytes);
    const ends = [one.finish(), two.finish()];
    await Promise.all([one.close(), two.close()]);
    expect(await Promise.all(ends)).toEqual([vault.ref(ref.hash), vault.ref(ref.hash)]);
  }
  expect(await readdir(join(dir, 'partial'))).toEqual([]);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { findComfyUi } from './look-over.ts';
import { type ComfyDouble, comfyDouble } from './testing/comfy-double.ts';

let double: ComfyDouble;
beforeEach(async () => {
  double = await comfyDouble({ version: '0.27.0' });
});
afterEach(() => double.close());

test('one that is there says its version, its card and what it has', async () => {
  expect(await findComfyUi(double.address)).toMatchObject({
    state: 'there',
    isWanted: true,
    stats: { version: '0.27.0', device: { type: 'cuda' } },
    checkpoints: 0,
    loras: 0,
    upscalers: 1,
  });
});

test('where nobody answers, it is absent, with what to do', async () => {
  const { address } = double;
  await double.close();
  const found = await findComfyUi(address);
  expect(found).toMatchObject({ state: 'absent', hint: expect.stringContaining('Start ComfyUI') });
  double = await comfyDouble({ version: '0.27.0' });
});

test('another program at its place is told as one', async () => {
  // The double's own pages below another path are none of its routes.
  const found = await findComfyUi(`${double.address}/other`);
  expect(found).toMatchObject({
    state: 'wrong',
    message: expect.stringContaining('does not answer as ComfyUI'),
  });
});

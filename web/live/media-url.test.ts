import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { createRoot, createSignal } from 'solid-js';
import { expect, test } from 'vitest';
import { askWorker, createMediaUrl } from './media-url.ts';

const hash = 'a'.repeat(64) as AssetHash;
const film: AssetRef = { hash, bytes: 1, type: 'video/mp4' };
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function player(isAnswered: () => Promise<boolean>) {
  const [held, setHeld] = createSignal<string | undefined>();
  const url = createRoot(() => createMediaUrl(() => film, held, isAnswered));
  return { url, setHeld };
}

test('a film that is here plays from its own address, and from nowhere when it is let go of', async () => {
  const { url, setHeld } = player(async () => true);
  expect(url()).toBeUndefined();
  setHeld('blob:1');
  await settled();
  expect(url()).toBe(`/local/${hash}`);
  setHeld(undefined);
  expect(url()).toBeUndefined();
});

test('where no worker answers for it, it plays from its object URL', async () => {
  for (const isAnswered of [async () => false, () => Promise.reject(new Error('no network'))]) {
    const { url, setHeld } = player(isAnswered);
    setHeld('blob:1');
    await settled();
    expect(url()).toBe('blob:1');
  }
});

test('an answer that comes when the film is gone changes nothing', async () => {
  let answer: (is: boolean) => void = () => undefined;
  const { url, setHeld } = player(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  setHeld('blob:1');
  setHeld(undefined);
  answer(true);
  await settled();
  expect(url()).toBeUndefined();
});

test('only a worker that says this very file is believed, and without one nobody is asked', async () => {
  const asked: string[] = [];
  const ask = (answer: Response, controller: ServiceWorker | null = {} as ServiceWorker) =>
    askWorker({
      workers: { controller },
      fetch: async (input) => {
        asked.push(String(input));
        return answer;
      },
    })('/local/x', hash);
  expect(await ask(new Response(null, { headers: { etag: `"${hash}"` } }))).toBe(true);
  // The page for every unknown path, as an older worker would give it.
  expect(await ask(new Response('<html>'))).toBe(false);
  expect(await ask(new Response(null, { status: 404 }))).toBe(false);
  expect(await ask(new Response(null), null)).toBe(false);
  expect(asked).toHaveLength(3);
});

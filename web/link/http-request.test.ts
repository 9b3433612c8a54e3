import { expect, test } from 'vitest';
import { createHandClock } from './hand-clock.ts';
import { httpRequest } from './http-request.ts';

/** A workstation whose body is given by hand. */
function world() {
  let give: ReadableStreamDefaultController<Uint8Array> | undefined;
  let signal: AbortSignal | null | undefined;
  const asked: unknown[] = [];
  const clock = createHandClock();
  const request = httpRequest(
    async (input, init) => {
      asked.push(input);
      signal = init?.signal;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          give = controller;
          signal?.addEventListener('abort', () => controller.error(signal?.reason));
        },
      });
      return new Response(body, { status: 206 });
    },
    clock,
    'https://study.local:7777',
  );
  return { request, clock, asked, give: () => give!, isEnded: () => signal?.aborted === true };
}

test('the body is given as it comes', async () => {
  const { request, asked, give } = world();
  const answer = await request({ method: 'GET', path: '/api/assets/1' });
  expect(answer.status).toBe(206);
  expect(asked).toEqual(['https://study.local:7777/api/assets/1']);
  const pieces = answer.pieces();
  give().enqueue(Uint8Array.of(1, 2));
  expect(await pieces.next()).toEqual({ done: false, value: Uint8Array.of(1, 2) });
  give().close();
  expect(await pieces.next()).toEqual({ done: true, value: undefined });
});

test('a body that falls silent ends, and one that nobody reads does not', async () => {
  const { request, clock, give, isEnded } = world();
  const pieces = (await request({ method: 'GET', path: '/' })).pieces();
  give().enqueue(Uint8Array.of(1));
  await pieces.next();
  clock.turn(60_000);
  expect(isEnded()).toBe(false);
  const next = pieces.next();
  clock.turn(2900);
  await expect(next).rejects.toThrow('nothing was heard');
  expect(isEnded()).toBe(true);
});

test('whoever has enough ends the request', async () => {
  const { request, isEnded } = world();
  const pieces = (await request({ method: 'GET', path: '/' })).pieces();
  await pieces.return?.();
  expect(isEnded()).toBe(true);
});

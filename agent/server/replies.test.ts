// What a failure looks like to whoever asked.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { sendError } from './replies.ts';

async function answerTo(thrown: unknown) {
  const app = fastify();
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, silentLogger));
  app.get('/', () => {
    throw thrown;
  });
  const { statusCode, body } = await app.inject('/');
  await app.close();
  return { statusCode, ...JSON.parse(body) };
}

test.each(['soon', 'never'] as const)('whether the same may work in a moment is said: %s', async (retry) => {
  const said = {
    code: 'wrong-code',
    message: 'This code has expired.',
    hint: 'Ask for a new one.',
    retry,
  } as const;
  expect(await answerTo(new Failure(said))).toEqual({ statusCode: 403, ...said });
});

test('a fault of our own tells nothing of its insides', async () => {
  const said = await answerTo(new Error('/home/anna/secret'));
  expect(said).toMatchObject({ statusCode: 500, code: 'internal', retry: 'soon' });
  expect(JSON.stringify(said)).not.toContain('anna');
});

import type { IncomingMessage } from 'node:http';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { isForEyes, sendWrongName } from './wrong-name.ts';

test.each([
  ['GET', 'text/html,application/xhtml+xml,*/*;q=0.8', true, true],
  ['GET', 'text/html', false, false],
  ['GET', '*/*', true, false],
  ['GET', undefined, true, false],
  ['POST', 'text/html', true, false],
])('%s for %s, over TLS %s: a page %s', (method, accept, isSecure, isPage) => {
  const request = { method, headers: accept === undefined ? {} : { accept } } as IncomingMessage;
  expect(isForEyes(request, isSecure)).toBe(isPage);
});

test('the page names every address of ours, and may do nothing', async () => {
  const app = fastify();
  app.get('/', (_request, reply) =>
    sendWrongName(reply, {
      hosts: new Set(['myspinbot.local', '192.168.1.5', '[fd00::5]', '"><script>']),
      port: 7777,
    }),
  );
  const { statusCode, headers, body } = await app.inject('/');
  await app.close();
  expect(statusCode).toBe(403);
  for (const host of ['myspinbot.local', '192.168.1.5', '[fd00::5]']) {
    expect(body).toContain(`<a href="https://${host}:7777/">`);
  }
  expect(body).not.toContain('<script>');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
});

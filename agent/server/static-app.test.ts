import fastify from 'fastify';
import { expect, test } from 'vitest';
import type { Own } from './own-address.ts';
import { isScreen, secureHeaders } from './static-app.ts';

async function headersFor(own: Own) {
  const app = fastify();
  app.get('/', (_request, reply) => {
    secureHeaders(reply, own);
    return '';
  });
  const { headers } = await app.inject('/');
  await app.close();
  return headers;
}

test('sockets may be opened to every address we are reached by, over the protocol of the page, and to no other', async () => {
  const hosts = new Set(['192.168.1.5', 'myspinbot.local', '[fd00::5]']);
  const connect = async (isSecure: boolean) => {
    const headers = await headersFor({ port: 7777, hosts, isSecure });
    return /connect-src ([^;]*)/.exec(String(headers['content-security-policy']))![1]!.split(' ');
  };
  const names = ['127.0.0.1', 'localhost', '192.168.1.5', 'myspinbot.local'];
  expect(await connect(true)).toEqual([
    "'self'",
    'blob:',
    'data:',
    ...names.map((name) => `wss://${name}:7777`),
  ]);
  expect(await connect(false)).toEqual([
    "'self'",
    'blob:',
    'data:',
    ...names.map((name) => `ws://${name}:7777`),
  ]);
});

test('nobody may frame a page, guess a type, or hold on to HTTPS', async () => {
  const headers = await headersFor({ port: 7777, hosts: new Set(), isSecure: true });
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  });
  const policy = String(headers['content-security-policy']);
  for (const part of [
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "default-src 'self'",
  ]) {
    expect(policy).toContain(part);
  }
  expect(policy).not.toMatch(/script-src[^;]*'unsafe-/);
  // It would lock a person out of the page over plain HTTP that says how to trust a new certificate.
  expect(headers['strict-transport-security']).toBeUndefined();
});

test.each<[string, string, boolean]>([
  ['GET', '/', true],
  ['GET', '/projects/p_1', true],
  ['HEAD', '/settings?from=home', true],
  ['POST', '/projects', false],
  ['GET', '/api/unknown', false],
  ['GET', '/trust/unknown', false],
  ['GET', '/sync/guest', false],
  ['GET', '/local/0123456789abcdef', false],
  ['GET', '/a.php', false],
  ['GET', '/%2e%2e/etc', false],
])('%s %s is a screen of the app: %s', (method, url, expected) => {
  expect(isScreen(method, url, 'text/html')).toBe(expected);
});

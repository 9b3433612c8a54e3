import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignHosts, foreignOrigins } from './fixtures/foreign-addresses.ts';
import { isOwnHost, isOwnOrigin, refuse } from './own-address.ts';

const port = 7777;

const own = ['127.0.0.1:7777', 'localhost:7777', 'LocalHost:7777', '[::1]:7777'];

describe('who is asking', () => {
  test.each(own)('the host %s is ours', (host) => {
    expect(isOwnHost(host, port)).toBe(true);
    expect(isOwnOrigin(`http://${host}`, port)).toBe(true);
  });
  test.each(foreignHosts)('the host %j is not', (host) => {
    expect(isOwnHost(host, port)).toBe(false);
  });
  test.each(foreignOrigins)('the origin %j is not', (origin) => {
    expect(isOwnOrigin(origin, port)).toBe(false);
  });

  test('port 80 may be left out, as browsers do', () => {
    expect(isOwnHost('localhost', 80)).toBe(true);
    expect(isOwnHost('localhost', 7777)).toBe(false);
  });

  const asker = (headers: Record<string, string>, url = '/', method = 'GET') => ({
    headers: { host: own[0], ...headers },
    rawHeaders: Object.entries({ host: own[0]!, ...headers }).flat(),
    method,
    url,
  });

  test('a request without Origin from a program on this machine may come in', () => {
    expect(refuse(asker({}), port)).toBeUndefined();
  });

  test.each<[string, Record<string, string>, string, string | undefined]>([
    ['the own page', { 'sec-fetch-site': 'same-origin' }, '/api/jobs', undefined],
    ['the address bar', { 'sec-fetch-site': 'none' }, '/api/jobs', undefined],
    [
      'a link elsewhere to the app',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      '/projects',
      undefined,
    ],
    [
      'a link elsewhere to the API',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      '/api/jobs',
      'cross-site',
    ],
    [
      'a frame elsewhere',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      '/',
      'cross-site',
    ],
    [
      'a picture on another page',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      '/api/assets/ab',
      'cross-site',
    ],
    [
      'a page on another port of this machine',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
      '/metrics',
      'cross-site',
    ],
  ])('%s', (_who, headers, url, refused) => {
    expect(refuse(asker(headers, url), port)).toBe(refused);
  });

  test('a host sent twice and a target with a scheme are refused', () => {
    const twice = { ...asker({}), rawHeaders: ['Host', own[0]!, 'host', own[0]!] };
    expect(refuse(twice, port)).toBe('host');
    expect(refuse(asker({}, 'http://evil.example/'), port)).toBe('target');
  });

  test('no other string at all is ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain(), fc.ipV4(), fc.ipV6()), (text) => {
        for (const host of [text, `${text}:${port}`]) {
          if (isOwnHost(host, port))
            expect(own.map((one) => one.toLowerCase())).toContain(host.toLowerCase());
        }
      }),
      { numRuns: 5000 },
    );
  });
});

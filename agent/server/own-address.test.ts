import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignHosts, foreignOrigins } from './fixtures/foreign-addresses.ts';
import { isOwnHost, isOwnOrigin, type Own, refuse } from './own-address.ts';

const here: Own = { port: 7777, hosts: new Set(), isSecure: false };

const own = ['127.0.0.1:7777', 'localhost:7777', 'LocalHost:7777', 'localhost.:7777', '[::1]:7777'];

describe('who is asking', () => {
  test.each(own)('the host %s is ours', (host) => {
    expect(isOwnHost(host, here)).toBe(true);
    expect(isOwnOrigin(`http://${host}`, here)).toBe(true);
  });
  test.each(foreignHosts)('the host %j is not', (host) => {
    expect(isOwnHost(host, here)).toBe(false);
  });
  test.each(foreignOrigins)('the origin %j is not', (origin) => {
    expect(isOwnOrigin(origin, here)).toBe(false);
  });

  test('port 80 may be left out, as browsers do', () => {
    expect(isOwnHost('localhost', { ...here, port: 80 })).toBe(true);
    expect(isOwnHost('localhost', { ...here, port: 443, isSecure: true })).toBe(true);
    expect(isOwnHost('localhost', { ...here, port: 443 })).toBe(false);
    expect(isOwnHost('localhost', { ...here, port: 7778 })).toBe(false);
  });

  const asker = (headers: Record<string, string>, url = '/', method = 'GET') => ({
    headers: { host: own[0], ...headers },
    rawHeaders: Object.entries({ host: own[0]!, ...headers }).flat(),
    method,
    url,
  });

  test('a request without Origin from a program on this machine may come in', () => {
    expect(refuse(asker({}), here)).toBeUndefined();
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
    expect(refuse(asker(headers, url), here)).toBe(refused);
  });

  test('a host sent twice and a target with a scheme are refused', () => {
    const twice = { ...asker({}), rawHeaders: ['Host', own[0]!, 'host', own[0]!] };
    expect(refuse(twice, here)).toBe('host');
    expect(refuse(asker({}, 'http://evil.example/'), here)).toBe('target');
  });

  describe('in the network', () => {
    const hosts = new Set(['192.168.1.5', '[fd00::5]', 'myspinbot.local', 'desk']);
    const there: Own = { port: 7777, hosts, isSecure: true };
    test.each([
      '192.168.1.5:7777',
      '[fd00::5]:7777',
      'MySpinBot.local:7777',
      'myspinbot.local.:7777',
      'desk:7777',
      ...own,
    ])('%s is ours, and pages of it over HTTPS', (host) => {
      expect(isOwnHost(host, there)).toBe(true);
      expect(isOwnOrigin(`https://${host}`, there)).toBe(true);
      expect(isOwnOrigin(`http://${host}`, there)).toBe(false);
      expect(isOwnOrigin(`https://${host}`, here)).toBe(false);
    });
    test.each([
      '192.168.1.6:7777',
      '192.168.1.5.nip.io:7777',
      '192.168.1.05:7777',
      'myspinbot.local..:7777',
      '192.168.1.5.:7777',
      'evil.myspinbot.local:7777',
      'myspinbot.local.evil.example:7777',
      'desk.evil.example:7777',
      '[fd00:0::5]:7777',
      '[fd00::5%eth0]:7777',
      '192.168.1.5',
      ...foreignHosts,
    ])('%j is not', (host) => {
      expect(isOwnHost(host, there)).toBe(false);
      expect(isOwnOrigin(`https://${host}`, there)).toBe(false);
    });
    test('only the question whether the certificate is trusted may come from elsewhere', () => {
      const cross = { host: 'desk:7777', origin: 'http://192.168.1.5:7777', 'sec-fetch-site': 'cross-site' };
      expect(refuse(asker(cross, '/trust/check'), there)).toBeUndefined();
      expect(refuse(asker(cross, '/trust/check', 'POST'), there)).toBe('origin');
      expect(refuse(asker(cross, '/trust/check/../../api/jobs'), there)).toBe('origin');
      expect(refuse(asker({ ...cross, host: 'evil.example:7777' }, '/trust/check'), there)).toBe('host');
    });
  });

  test('no other string at all is ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain(), fc.ipV4(), fc.ipV6()), (text) => {
        for (const host of [text, `${text}:7777`]) {
          if (isOwnHost(host, here))
            expect(own.map((one) => one.toLowerCase())).toContain(host.toLowerCase());
        }
      }),
      { numRuns: 5000 },
    );
  });
});

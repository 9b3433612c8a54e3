import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Authority } from '../certificates/port.ts';
import { silentLogger } from '../log/logger.ts';
import { type Door, openDoor } from './door.ts';
import { foreignHosts } from './fixtures/foreign-addresses.ts';
import { style } from './trust/style.ts';
import { bestFirst, createTrustPage } from './trust-page.ts';

const NETWORK = '127.0.0.2';

let folder: string;
let key: Buffer;
let authority: Authority;
let other: Authority;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trust-page-'));
  const make = (name: string): Authority => {
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...kind, '-subj', '/CN=test', ...files], { stdio: 'ignore' });
    const pem = readFileSync(join(folder, 'cert.pem'), 'utf8');
    const { raw, fingerprint256, validTo } = new X509Certificate(pem);
    return { name, pem, der: raw, sha256: fingerprint256, notAfter: Date.parse(validTo) };
  };
  other = make('MySpinBot on desk, again');
  authority = make('MySpinBot on <desk> & "co"');
  key = readFileSync(join(folder, 'key.pem'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open: { door: Door; end(): void }[] = [];
afterEach(async () => {
  for (const { door, end } of open.splice(0)) {
    const closed = door.close();
    end();
    await closed;
  }
});

interface Place {
  port: number;
  present: Authority;
  links: string[];
}
/** The page as it stands in an agent: over plain HTTP on the network alone, over HTTPS under its path. */
async function place(names = [NETWORK, 'myspinbot.local', '[fd00::5]']): Promise<Place> {
  const here: Place = { port: 0, present: authority, links: [] };
  const page = createTrustPage({
    certificates: { authority: () => here.present },
    links: () => here.links,
    agentName: '<desk> & "co"',
    fingerprint: 'the agent’s key',
  });
  const app = createServer(page);
  const plain = createServer(page);
  const tls = { context: () => ({ key, cert: authority.pem }), onChange: () => () => undefined };
  const door = await openDoor({ app, plain, listen: [NETWORK], port: 0, tls, log: silentLogger });
  open.push({
    door,
    end() {
      app.closeAllConnections();
      plain.closeAllConnections();
    },
  });
  here.port = door.port;
  here.links = names.map((name) => `https://${name}:${door.port}`);
  return here;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}
function ask(
  { port }: Place,
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    scheme?: 'http' | 'https';
    host?: string;
  } = {},
): Promise<Answer> {
  const { scheme = 'http', host = NETWORK, ...rest } = options;
  return new Promise((resolve, reject) => {
    const all = { host, port, path, agent: false as const, rejectUnauthorized: false, ...rest };
    const asking = (scheme === 'https' ? secureRequest : request)(all, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(parts) }),
      );
    });
    asking.on('error', reject);
    asking.end();
  });
}

describe('what is answered', () => {
  test.each<[string, string, number, string | undefined]>([
    ['GET', '/trust', 200, 'text/html; charset=utf-8'],
    ['HEAD', '/trust', 200, 'text/html; charset=utf-8'],
    ['GET', '/trust?from=somewhere', 200, 'text/html; charset=utf-8'],
    ['GET', '/trust/ca.crt', 200, 'application/x-x509-ca-cert'],
    ['GET', '/trust/ca.pem', 200, 'application/x-pem-file'],
    ['GET', '/trust/ca.mobileconfig', 200, 'application/x-apple-aspen-config'],
    ['GET', '/trust/check', 204, undefined],
    ...[
      '/',
      '/projects',
      '/api/jobs',
      '/api/devices',
      '/metrics',
      '/health',
      '/trust/',
      '/trust/../api/jobs',
    ].map((path): [string, string, number, string] => ['GET', path, 302, 'text/plain; charset=utf-8']),
    ...['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'].map(
      (method): [string, string, number, string] => [method, '/trust', 405, 'text/plain; charset=utf-8'],
    ),
  ])('%s %s is %d', async (method, path, status, type) => {
    const answer = await ask(await place(), path, { method });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, type]);
    if (status === 302) expect(answer.headers.location).toBe('/trust');
    if (method === 'HEAD' || status === 204) expect(answer.body.length).toBe(0);
    // For scripts: one line that says where to go.
    if (status >= 300) expect(String(answer.body)).toMatch(/^The API is spoken to over https[^\n]*\n$/);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect(answer.headers['access-control-allow-origin']).toBe(status === 204 ? '*' : undefined);
  });

  test('a script that sent its token without encryption is told where to go, and that it is known now', async () => {
    const here = await place();
    for (const method of ['GET', 'POST']) {
      const { body } = await ask(here, '/api/jobs', { method, headers: { authorization: 'Bearer secret' } });
      expect(here.links.some((link) => String(body).includes(`${link} `))).toBe(true);
      expect(String(body)).toContain('take it back');
      expect(String(body)).not.toContain('secret');
    }
    expect(String((await ask(here, '/api/jobs', {})).body)).not.toContain('token');
  });

  test('a socket gets nothing', async () => {
    const { port } = await place();
    const why = await new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://${NETWORK}:${port}/sync/workspace`);
      socket.on('open', () => resolve('open'));
      socket.on('error', ({ message }) => resolve(message));
    });
    expect(why).toContain('403');
  });

  test('under a name that is not ours nothing is shown, and the person is sent to one that is', async () => {
    const here = await place();
    for (const foreign of [...foreignHosts, 'evil.example'].filter(
      (host) => !/[^\x21-\x7e]|^127\.0\.0\.2:|^$/.test(host),
    )) {
      const host = foreign.replaceAll('7777', String(here.port));
      for (const path of ['/trust', '/', '/trust/ca.crt']) {
        const { status, headers, body } = await ask(here, path, { headers: { host } });
        expect([host, status, headers.location, body.length]).toEqual([
          host,
          302,
          `http://${NETWORK}:${here.port}/trust`,
          0,
        ]);
      }
    }
    here.links = [];
    expect(await ask(here, '/trust', { headers: { host: 'evil.example' } })).toMatchObject({ status: 421 });
  });
});

describe('the authority', () => {
  test('comes as a file in both forms', async () => {
    const here = await place();
    const crt = await ask(here, '/trust/ca.crt');
    expect(new X509Certificate(crt.body).fingerprint256).toBe(authority.sha256);
    expect(crt.headers['content-disposition']).toBe('attachment; filename="myspinbot-ca.crt"');
    const pem = await ask(here, '/trust/ca.pem');
    expect(new X509Certificate(pem.body).fingerprint256).toBe(authority.sha256);
  });

  test('comes as a profile, which the next authority of the same agent replaces', async () => {
    const here = await place();
    const read = async () => {
      const text = (await ask(here, '/trust/ca.mobileconfig')).body.toString();
      const all = (tag: string) =>
        [...text.matchAll(new RegExp(`<key>${tag}</key>\\s*<(?:string|data)>([^<]*)<`, 'g'))].map(
          (m) => m[1]!,
        );
      return { text, all };
    };
    const first = await read();
    const again = await read();
    expect(again.text).toBe(first.text);
    expect(new X509Certificate(Buffer.from(first.all('PayloadContent')[0]!, 'base64')).fingerprint256).toBe(
      authority.sha256,
    );
    expect(first.all('PayloadType')).toEqual(['com.apple.security.root', 'Configuration']);
    expect(first.all('PayloadDisplayName')[0]).toBe('MySpinBot on &lt;desk&gt; &amp; &quot;co&quot;');
    const uuids = first.all('PayloadUUID');
    expect(new Set(uuids).size).toBe(2);
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
    here.present = other;
    const next = await read();
    expect(next.all('PayloadIdentifier')).toEqual(first.all('PayloadIdentifier'));
    for (const uuid of next.all('PayloadUUID')) expect(uuids).not.toContain(uuid);
    // What opens and closes fits together: every system's own reader of such lists is strict.
    const tags: string[] = [];
    for (const [, close, name, empty] of first.text.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(tags.pop()).toBe(name);
      else if (empty !== '/') tags.push(name!);
    }
    expect(tags).toEqual([]);
  });
});

describe('the page', () => {
  test('carries all it needs: nothing from elsewhere, script and style allowed by their hashes', async () => {
    const here = await place();
    const { headers, body } = await ask(here, '/trust');
    const html = body.toString();
    const policy = String(headers['content-security-policy']);
    for (const tag of ['script', 'style']) {
      const parts = [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))];
      expect(parts.length).toBe(1);
      const hash = createHash('sha256').update(parts[0]![1]!).digest('base64');
      expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
    }
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(html).not.toMatch(/<[^>]+\s(?:on\w+|style|src|srcset)=/);
    const foreign = [...html.matchAll(/href="([^"]*)"/g)]
      .map(([, to]) => to!)
      .filter((to) => !to.startsWith('/') && to !== 'data:,' && !here.links.includes(to.replace(/\/$/, '')));
    expect(foreign).toEqual([]);
    expect(html).not.toMatch(/url\((?!#)|@import/);
  });

  test('is small, also for a machine with many addresses', async () => {
    const many = Array.from({ length: 40 }, (_, at) => `192.168.${at}.5`);
    const { body } = await ask(await place([NETWORK, ...many]), '/trust');
    expect(body.length).toBeLessThan(60_000);
  });

  test('tells name and fingerprint, and words from elsewhere stay words', async () => {
    const html = (await ask(await place(), '/trust')).body.toString();
    expect(html).toContain('MySpinBot on &lt;desk&gt; &amp; &quot;co&quot;');
    expect(html).not.toContain('<desk>');
    expect(html.replace(/<[^>]*>/g, '').replace(/[^0-9A-F]/g, '')).toContain(
      authority.sha256.replaceAll(':', ''),
    );
    for (const system of ['android', 'ios', 'windows', 'macos', 'linux', 'firefox']) {
      expect(html).toContain(`<details class="system" name="system" data-system="${system}">`);
    }
  });

  test('may ask its own addresses over HTTPS and nobody else; over HTTPS nobody at all', async () => {
    const here = await place([NETWORK, 'myspinbot.local']);
    const connect = ({ headers }: Answer) =>
      /connect-src ([^;]*)/.exec(String(headers['content-security-policy']))![1];
    expect(
      connect(await ask(here, '/trust'))
        ?.split(' ')
        .sort(),
    ).toEqual([...here.links].sort());
    expect(connect(await ask(here, '/trust', { scheme: 'https' }))).toBe("'none'");
    const states: Record<string, string> = {};
    for (const [scheme, host] of [
      ['http', NETWORK],
      ['https', NETWORK],
      ['http', '127.0.0.1'],
    ] as const) {
      const html = (await ask(here, '/trust', { scheme, host })).body.toString();
      states[`${scheme}://${host}`] = /data-state="(\w+)"/.exec(html)![1]!;
    }
    expect(states).toEqual({
      'http://127.0.0.2': 'waiting',
      'https://127.0.0.2': 'secure',
      'http://127.0.0.1': 'own',
    });
  });

  test('tries where the visitor is first, then the name, then what is left in its order', () => {
    const links = [
      'https://10.0.0.1:7',
      'https://10.0.0.2:7',
      'https://desk:7',
      'https://myspinbot-2.local:7',
    ];
    expect(bestFirst(links, '10.0.0.2:7')).toEqual([links[3], links[1], links[0], links[2]]);
    expect(bestFirst(links, 'elsewhere:7')).toEqual([links[3], links[0], links[1], links[2]]);
  });

  test('has the app’s own colours, in both themes', () => {
    const tokens = readFileSync(
      fileURLToPath(new URL('../../web/design/tokens.css', import.meta.url)),
      'utf8',
    );
    const colours = (css: string) =>
      new Map([...css.matchAll(/--([\w-]+): (oklch\([^;]*\));/g)].map(([, n, c]) => [n!, c!]));
    const [light, dark] = [
      tokens.split('@media')[0]!,
      tokens.split('@media')[1]!.split(':root[data-theme')[0]!,
    ];
    const [ownLight, ownDark] = [style.split('@media')[0]!, style.split('@media')[1]!];
    for (const [mine, theirs] of [
      [ownLight, light],
      [ownDark, dark],
    ] as const) {
      expect(colours(mine).size).toBeGreaterThan(20);
      for (const [name, colour] of colours(mine))
        expect([name, colour]).toEqual([name, colours(theirs).get(name)]);
    }
    // Whatever is used is there.
    const used = new Set([...style.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name!));
    const known = new Set([...style.matchAll(/--([\w-]+):/g)].map(([, name]) => name!));
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
  });
});

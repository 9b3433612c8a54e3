// Certificates as others see them: openssl, a TLS handshake, the files on the disk, a clock turned by hand.
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Logger, silentLogger } from '../log/logger.ts';
import { type HandClock, handClock } from '../queue/fixtures/hand-clock.ts';
import { openCertificates } from './certificates.ts';
import { DAY_MS, makeAuthority } from './make.ts';
import type { Certificates, Whereabouts } from './port.ts';
import { signStolen } from './testing/sign-stolen.ts';

let dir: string;
let clock: HandClock;
const opened: Certificates[] = [];
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'certificates-')), 'certificates');
  clock = handClock(Date.now());
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await rm(join(dir, '..'), { recursive: true, force: true });
});

interface Moved extends Whereabouts {
  move(addresses: string[], names?: string[]): void;
}
function whereabouts(addresses = ['192.168.1.5', 'fd00::5'], names = ['desk.local', 'desk']): Moved {
  const listeners = new Set<() => void>();
  let now = { addresses, names };
  return {
    addresses: () => now.addresses,
    names: () => now.names,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    move(to, called = now.names) {
      now = { addresses: to, names: called };
      for (const listener of listeners) listener();
    },
  };
}

async function open(where: Whereabouts = whereabouts(), log: Logger = silentLogger): Promise<Certificates> {
  const made = await openCertificates({
    dir,
    whereabouts: where,
    clock,
    log,
    machineName: 'desk',
  });
  opened.push(made);
  return made;
}

/** What is said above what nobody reads. */
function listeningLog(): { lines: [string, string, unknown][]; log: Logger } {
  const lines: [string, string, unknown][] = [];
  const says = (level: string) => (event: string, fields?: unknown) =>
    void lines.push([level, event, fields]);
  const log: Logger = { ...silentLogger, warn: says('warn'), error: says('error') };
  return { lines, log };
}

const leafOf = ({ context }: Certificates) => new X509Certificate(String(context().cert));
const changed = (certificates: Certificates) =>
  new Promise<void>((resolve) => {
    const stop = certificates.onChange(() => {
      stop();
      resolve();
    });
  });

test('an authority and a leaf, as Apple and the browsers want them', async () => {
  const certificates = await open();
  const authority = new X509Certificate(certificates.authority().pem);
  const leaf = leafOf(certificates);
  expect([authority.ca, leaf.ca]).toEqual([true, false]);
  expect(authority.subject).toContain('CN=MySpinBot on desk');
  expect(authority.fingerprint256).toBe(certificates.authority().sha256);
  expect(leaf.verify(authority.publicKey)).toBe(true);
  expect(leaf.checkIssued(authority)).toBe(true);
  for (const host of ['desk.local', 'localhost']) expect(leaf.checkHost(host), host).toBe(host);
  // For a bare name there is none: who may sign for "desk" may sign for every name that ends so.
  expect(leaf.checkHost('desk')).toBeUndefined();
  for (const ip of ['127.0.0.1', '::1', '192.168.1.5', 'fd00::5']) expect(leaf.checkIP(ip), ip).toBe(ip);
  expect([leaf.checkHost('example.com'), leaf.checkIP('192.168.1.6')]).toEqual([undefined, undefined]);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  const days = (Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / DAY_MS;
  expect(days).toBeGreaterThan(396);
  expect(days).toBeLessThanOrEqual(397);
  expect(Date.parse(leaf.validFrom)).toBeLessThan(clock.now() - DAY_MS / 2);
  expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
});

test.skipIf(process.platform === 'win32')(
  'keys are for their owner alone, also when they were not',
  async () => {
    await open();
    const modes = async () => {
      const files = await readdir(dir);
      return Object.fromEntries(
        await Promise.all(files.map(async (file) => [file, (await stat(join(dir, file))).mode & 0o777])),
      );
    };
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect(new Set(Object.values(await modes()))).toEqual(new Set([0o600]));
    await chmod(join(dir, 'authority-key.pem'), 0o644);
    await chmod(dir, 0o755);
    await open();
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await modes())['authority-key.pem']).toBe(0o600);
  },
);

describe('the next start', () => {
  test('takes up what is there', async () => {
    const first = await open();
    const second = await open();
    expect(second.authority().sha256).toBe(first.authority().sha256);
    expect(leafOf(second).serialNumber).toBe(leafOf(first).serialNumber);
  });

  test('issues another leaf when the addresses are others', async () => {
    const first = await open();
    const second = await open(whereabouts(['10.0.0.9']));
    expect(second.authority().sha256).toBe(first.authority().sha256);
    expect(leafOf(second).checkIP('10.0.0.9')).toBe('10.0.0.9');
  });

  test.each<[string, (file: (name: string) => string) => Promise<unknown>]>([
    ['a certificate that is damaged', (file) => writeFile(file('authority.pem'), 'not a certificate')],
    ['a key that is damaged', (file) => writeFile(file('authority-key.pem'), 'nothing')],
    ['a key that is gone', (file) => rm(file('authority-key.pem'))],
    [
      'the key of the leaf',
      async (file) => writeFile(file('authority-key.pem'), await readFile(file('leaf-key.pem'))),
    ],
    [
      'a leaf for an authority',
      async (file) => writeFile(file('authority.pem'), await readFile(file('leaf.pem'))),
    ],
    ['names that are damaged', (file) => writeFile(file('authority.json'), '[')],
  ])('with %s sets it aside and makes another authority', async (_what, damage) => {
    const before = (await open()).authority().sha256;
    await damage((name) => join(dir, name));
    const after = await open();
    expect(after.authority().sha256).not.toBe(before);
    expect(leafOf(after).verify(new X509Certificate(after.authority().pem).publicKey)).toBe(true);
    expect(await readdir(dir)).toContain('authority.pem.bad');
  });

  test('renews a leaf that ended while nobody looked, under the authority that devices know', async () => {
    const before = await open();
    const serial = leafOf(before).serialNumber;
    clock.advance(before.leafNotAfter() - clock.now() + DAY_MS);
    const after = await open();
    expect(after.authority().sha256).toBe(before.authority().sha256);
    expect(leafOf(after).serialNumber).not.toBe(serial);
    expect(after.leafNotAfter()).toBeGreaterThan(clock.now() + 300 * DAY_MS);
  });

  test('with a clock that was ahead at the first start makes both anew, and says that devices must trust it', async () => {
    const right = clock.now();
    clock.advance(10 * DAY_MS);
    const early = await open();
    clock.advance(right - clock.now());
    const { lines, log } = listeningLog();
    const after = await open(whereabouts(), log);
    for (const pem of [after.authority().pem, String(after.context().cert)]) {
      expect(Date.parse(new X509Certificate(pem).validFrom)).toBeLessThan(right);
    }
    expect(after.authority().sha256).not.toBe(early.authority().sha256);
    expect(after.authority().replaced).toMatchObject({ at: right, why: expect.stringContaining('clock') });
    expect(lines).toEqual([
      [
        'warn',
        'certificates.authority-replaced',
        expect.objectContaining({ next: expect.stringContaining('http://') }),
      ],
    ]);
    expect((await open()).authority()).toMatchObject({ replaced: after.authority().replaced });
  });

  test('with a clock that lost its battery keeps the authority that devices know', async () => {
    const before = (await open()).authority();
    clock.advance(Date.UTC(2000, 0, 1) - clock.now());
    expect((await open()).authority().sha256).toBe(before.sha256);
  });

  test('after ten years makes another authority', async () => {
    const before = (await open()).authority();
    clock.advance(before.notAfter - clock.now() - DAY_MS);
    expect((await open()).authority().sha256).not.toBe(before.sha256);
  });
});

describe('while it runs', () => {
  test('a leaf is renewed before its end', async () => {
    const certificates = await open();
    const before = leafOf(certificates).serialNumber;
    const told = changed(certificates);
    clock.advance(certificates.leafNotAfter() - clock.now() - 29 * DAY_MS);
    await told;
    expect(leafOf(certificates).serialNumber).not.toBe(before);
    expect(certificates.leafNotAfter() - clock.now()).toBeGreaterThan(395 * DAY_MS);
  });

  test('another room brings another leaf, and a server has it without a restart', async () => {
    const where = whereabouts(['192.168.1.5']);
    const certificates = await open(where);
    const server = createServer(certificates.context(), (socket) => socket.end());
    certificates.onChange(() => server.setSecureContext(certificates.context()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const serial = async () => {
      const socket = connect({ port, host: '127.0.0.1', ca: certificates.authority().pem });
      await once(socket, 'secureConnect');
      const certificate = socket.getPeerX509Certificate()!;
      socket.destroy();
      return certificate;
    };
    expect((await serial()).checkIP('10.1.1.1')).toBeUndefined();
    const told = changed(certificates);
    where.move(['10.1.1.1'], ['desk.local', 'myspinbot.local']);
    await told;
    const after = await serial();
    expect([after.checkIP('10.1.1.1'), after.checkHost('myspinbot.local')]).toEqual([
      '10.1.1.1',
      'myspinbot.local',
    ]);
    expect(after.checkIP('192.168.1.5')).toBeUndefined();
    server.close();
  });

  test('a clock that is set right brings an authority and a leaf that are valid already', async () => {
    clock.advance(10 * DAY_MS);
    const where = whereabouts(['192.168.1.5']);
    const certificates = await open(where);
    const before = certificates.authority().sha256;
    const told = changed(certificates);
    clock.advance(-10 * DAY_MS);
    where.move(['192.168.1.5']);
    await told;
    expect(certificates.authority().sha256).not.toBe(before);
    const leaf = leafOf(certificates);
    expect(Date.parse(leaf.validFrom)).toBeLessThan(clock.now());
    expect(leaf.verify(new X509Certificate(certificates.authority().pem).publicKey)).toBe(true);
  });

  test('a name the authority may not sign for is left away', async () => {
    const where = whereabouts();
    const certificates = await open(where);
    const told = changed(certificates);
    where.move(['10.1.1.1'], ['renamed.example.com', 'renamed.local']);
    await told;
    expect(leafOf(certificates).checkHost('renamed.example.com')).toBeUndefined();
    expect(leafOf(certificates).checkHost('renamed.local')).toBe('renamed.local');
  });

  test('a new authority brings a leaf of its own', async () => {
    const certificates = await open();
    const before = certificates.authority().sha256;
    const told = changed(certificates);
    await certificates.rotate();
    await told;
    expect(certificates.authority().sha256).not.toBe(before);
    expect(leafOf(certificates).verify(new X509Certificate(certificates.authority().pem).publicKey)).toBe(
      true,
    );
    expect((await open()).authority().sha256).toBe(certificates.authority().sha256);
  });
});

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.log('without openssl, what it says of the certificates is not asked');

describe.skipIf(!hasOpenssl)('openssl', () => {
  const verify = (authority: string, leaf: string, ...options: string[]) =>
    spawnSync(
      'openssl',
      ['verify', '-purpose', 'sslserver', '-x509_strict', ...options, '-CAfile', authority, leaf],
      {
        encoding: 'utf8',
      },
    );

  test('holds the leaf for good, for what it was issued for', async () => {
    await open();
    const [authority, leaf] = [join(dir, 'authority.pem'), join(dir, 'leaf.pem')];
    for (const [option, name] of [
      ['-verify_ip', '192.168.1.5'],
      ['-verify_ip', 'fd00::5'],
      ['-verify_ip', '127.0.0.1'],
      ['-verify_hostname', 'desk.local'],
    ] as const) {
      expect(verify(authority, leaf, option, name).stdout, name).toContain('OK');
    }
    expect(verify(authority, leaf, '-verify_hostname', 'example.com').stderr).toContain('hostname mismatch');
    const text = execFileSync('openssl', ['x509', '-in', authority, '-noout', '-text'], { encoding: 'utf8' });
    expect(text).toMatch(/Name Constraints: critical/);
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  });

  test.each([
    ...['example.com', 'desk.example.com', 'local.example.com', '8.8.8.8', '172.32.0.1', '2001:db8::1'],
    // The machine's bare name is a domain of the outside world when it is called like one: "dev".
    ...['desk', 'x.desk', 'x.y.desk'],
  ])('refuses %s when the authority’s key was stolen', async (name) => {
    await open();
    const file = join(dir, 'stolen.pem');
    await writeFile(file, (await signStolen(dir, name)).pem);
    const said = verify(join(dir, 'authority.pem'), file);
    expect(said.stdout + said.stderr).toMatch(/permitted subtree violation/);
  });

  test.each([
    ['programs', 'extendedKeyUsage=codeSigning', 'any'],
    ['mail', 'extendedKeyUsage=emailProtection', 'smimesign'],
    ['a mail address', 'subjectAltName=email:a@desk.local', 'any'],
    ['an address of a page', 'subjectAltName=URI:https://desk.local/', 'any'],
    ['a client', 'extendedKeyUsage=clientAuth', 'sslclient'],
  ])('refuses what a stolen key signs for %s', async (_what, extension, purpose) => {
    await open();
    const file = (name: string) => join(dir, name);
    await writeFile(file('stolen.ext'), `basicConstraints=critical,CA:FALSE\n${extension}\n`);
    const asked = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=thief'];
    openssl('req', '-new', ...asked, '-keyout', file('stolen.key'), '-out', file('stolen.csr'));
    const authority = ['-CA', file('authority.pem'), '-CAkey', file('authority-key.pem'), '-CAcreateserial'];
    const signed = ['-in', file('stolen.csr'), '-extfile', file('stolen.ext'), '-out', file('stolen.pem')];
    openssl('x509', '-req', '-days', '30', ...authority, ...signed);
    const said = spawnSync(
      'openssl',
      ['verify', '-purpose', purpose, '-CAfile', file('authority.pem'), file('stolen.pem')],
      { encoding: 'utf8' },
    );
    const usages = new X509Certificate(await readFile(file('authority.pem'))).keyUsage;
    // This openssl has no name for the purpose of programs: every verifier that has one looks at this.
    if (extension.endsWith('codeSigning')) expect(usages).toEqual(['1.3.6.1.5.5.7.3.1']);
    else
      expect(said.stdout + said.stderr).toMatch(
        /permitted subtree violation|unsuitable certificate purpose|invalid CA certificate/,
      );
  });

  test.each([
    [
      'signs for a bare name',
      async () => ({ ...(await makeAuthority('MySpinBot on dev', ['dev'], clock.now())), names: ['dev'] }),
    ],
    [
      'is good for more than servers',
      async () => {
        const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '300'];
        const limits = ['-addext', 'nameConstraints=critical,permitted;DNS:local'];
        const [key, cert] = [join(dir, '..', 'old.key'), join(dir, '..', 'old.pem')];
        openssl('req', '-x509', ...made, '-subj', '/CN=old', ...limits, '-keyout', key, '-out', cert);
        return { pem: await readFile(cert, 'utf8'), keyPem: await readFile(key, 'utf8'), names: [] };
      },
    ],
  ])('one of an older version that %s is set aside', async (_what, make) => {
    await open();
    const { pem, keyPem, names } = await make();
    await writeFile(join(dir, 'authority.pem'), pem);
    await writeFile(join(dir, 'authority-key.pem'), keyPem);
    await writeFile(join(dir, 'authority.json'), JSON.stringify({ names }));
    const { lines, log } = listeningLog();
    const after = await open(whereabouts(), log);
    expect(after.authority().pem).not.toBe(pem);
    expect(after.authority().replaced?.why).toContain('more than');
    expect(lines.map(([, event]) => event)).toEqual(['certificates.authority-replaced']);
    expect(await readFile(join(dir, 'authority.pem.bad'), 'utf8')).toBe(pem);
  });

  test.each(['anything.local', '10.200.1.1', 'fd99::1'])(
    'a thief passes for %s, as the page about trust says',
    async (name) => {
      await open();
      const file = join(dir, 'stolen.pem');
      await writeFile(file, (await signStolen(dir, name)).pem);
      expect(verify(join(dir, 'authority.pem'), file).stdout).toContain('OK');
    },
  );
});

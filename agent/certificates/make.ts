// Makes certificates: an authority that is good for private networks alone, and leaves for servers. What is made is
// PEM; where it is kept and when it is made anew is not known here. The library is loaded only when something is made.
import { createHash, randomBytes, webcrypto, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
export const DAY_MS = 86_400_000;
/** CA/Browser Forum and Apple: 398 days at most, for leaves that were not installed by hand. */
export const LEAF_DAYS = 397;
const AUTHORITY_YEARS = 10;

/** A certificate and its key. */
export interface Pair {
  readonly pem: string;
  /** PKCS #8, not encrypted: for a file of mode 0600. */
  readonly keyPem: string;
}

/**
 * What an authority may sign for, besides its own machine's names: DNS names with everything below them, and subnets
 * as address and mask. An authority with other limits than these is not taken up at the next start: after a change here
 * every device must trust its workstation anew.
 */
export const permittedDomains = ['local', 'home.arpa', 'localhost'];
const permittedNetworks = [
  '7f000000ff000000', // 127.0.0.0/8
  '0a000000ff000000', // 10.0.0.0/8
  'ac100000fff00000', // 172.16.0.0/12
  'c0a80000ffff0000', // 192.168.0.0/16
  'a9fe0000ffff0000', // 169.254.0.0/16
  '64400000ffc00000', // 100.64.0.0/10
  `${'0'.repeat(31)}1${'f'.repeat(32)}`, // ::1
  `fc${'0'.repeat(30)}fe${'0'.repeat(30)}`, // fc00::/7
  `fe80${'0'.repeat(28)}ffc0${'0'.repeat(28)}`, // fe80::/10
];

/**
 * Mail addresses and URIs are limited, too: a kind of name of which nothing is said would not be (RFC 5280, 4.2.1.10).
 * Nobody is called that (RFC 6761, 6.4).
 */
const NOBODY = 'invalid';

/** What it signs is good for servers, not for programs, mail or clients. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/**
 * Whether an authority may sign for a name: everything below it counts as well, so that a name without a dot would be
 * a domain of the outside world ("dev").
 */
export function isOwnableName(name: string): boolean {
  return /^[^.]+(?:\.[^.]+)+$/.test(name);
}

/** Whether this authority is limited as `makeAuthority` would limit it. */
export function isLimited(authority: X509Certificate, ownNames: readonly string[]): boolean {
  const usages = authority.keyUsage as readonly string[] | undefined;
  return (
    ownNames.every(isOwnableName) &&
    usages?.join() === SERVER_AUTH &&
    authority.raw.includes(Buffer.from(nameConstraints([...permittedDomains, ...ownNames])))
  );
}

/**
 * An authority for ten years whose signature is good for servers (EKU), for private addresses, local names and
 * `ownNames` alone (critical name constraints, RFC 5280, 4.2.1.10), and for no further authorities.
 */
export async function makeAuthority(name: string, ownNames: readonly string[], now: number): Promise<Pair> {
  const x509 = await library();
  const keys = await newKeys();
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + AUTHORITY_YEARS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [name.slice(0, 64)] }, { O: ['MySpinBot'] }],
    notBefore: new Date(now - DAY_MS),
    notAfter: end,
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH], false),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
      new x509.Extension('2.5.29.30', true, nameConstraints([...permittedDomains, ...ownNames])),
    ],
  });
  return { pem: certificate.toString('pem'), keyPem: await pemOf(keys.privateKey) };
}

/** A leaf for a server under these names and addresses, for 397 days from yesterday. It signs whatever it is asked for. */
export async function makeLeaf(
  authority: Pair,
  names: readonly string[],
  now: number,
): Promise<Pair & { readonly notAfter: number }> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.pem);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', derOf(authority.keyPem), CURVE, false, [
    'sign',
  ]);
  const keys = await newKeys();
  const begin = now - DAY_MS;
  const notAfter = Math.min(begin + LEAF_DAYS * DAY_MS, issuer.notAfter.getTime());
  const alternatives = names.map((name) => ({
    type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const),
    value: name,
  }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ CN: ['MySpinBot'] }],
    issuer: issuer.subjectName,
    notBefore: new Date(begin),
    notAfter: new Date(notAfter),
    signingAlgorithm: SIGNING,
    signingKey,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH], false),
      new x509.SubjectAlternativeNameExtension(alternatives, false),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
      await x509.AuthorityKeyIdentifierExtension.create(issuer, false),
    ],
  });
  return { pem: certificate.toString('pem'), keyPem: await pemOf(keys.privateKey), notAfter };
}

/** SHA-256 as hex pairs with colons, as system dialogs show it. */
export function fingerprintOf(der: Uint8Array): string {
  const hex = createHash('sha256').update(der).digest('hex').toUpperCase();
  return hex.match(/../g)!.join(':');
}

/** The bytes of the first block of a PEM text. */
export function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, '').replace(/\s/g, ''), 'base64');
}

async function library() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  return x509;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

/** 128 random bits, positive and not beginning with zeros (RFC 5280, 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** NameConstraints with permitted subtrees, as DER: SEQUENCE { [0] { SEQUENCE { base [1], [2], [6] or [7] } ... } }. */
function nameConstraints(domains: readonly string[]): ArrayBuffer {
  const subtrees = [
    ...[...new Set(domains)].map((domain) => der(0x82, Buffer.from(domain, 'ascii'))),
    ...permittedNetworks.map((network) => der(0x87, Buffer.from(network, 'hex'))),
    der(0x81, Buffer.from(NOBODY, 'ascii')),
    der(0x86, Buffer.from(NOBODY, 'ascii')),
  ].map((base) => der(0x30, base));
  return new Uint8Array(der(0x30, der(0xa0, Buffer.concat(subtrees)))).buffer;
}

/** One element: tag, length (short or long form), content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

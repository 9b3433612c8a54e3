// Keeps an authority and a leaf that are always fit for where the agent is: made when there is none, taken up again at
// the next start, renewed before their end, issued anew when names or addresses change. How they are made is make.ts.
//
//   authority.pem  authority-key.pem  authority.json {names}     names of its machine it may sign for
//   leaf.pem       leaf-key.pem       leaf.json {names}          what it was issued for
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../log/logger.ts';
import type { Clock } from '../queue/clock.ts';
import { makePrivate, writeSecretFile } from '../secret-file.ts';
import {
  DAY_MS,
  derOf,
  fingerprintOf,
  makeAuthority,
  makeLeaf,
  type Pair,
  permittedDomains,
} from './make.ts';
import type { Authority, Certificates, Whereabouts } from './port.ts';

/** Before its end, in which a leaf is renewed. */
const RENEW_DAYS = 30;
/** An authority that ends before a fresh leaf would is of no use any more. */
const AUTHORITY_LEFT_DAYS = 30;
const LOOK_MS = 6 * 3600 * 1000;

const namesSchema = z.object({ names: z.array(z.string().max(253)).max(100) });

interface Kept extends Pair {
  readonly names: readonly string[];
  readonly notAfter: number;
}

/** Opens or makes them in `dir` (0700; keys 0600). What is damaged is moved aside, not overwritten. */
export async function openCertificates(world: {
  dir: string;
  whereabouts: Whereabouts;
  clock: Clock;
  log: Logger;
  /** For the authority's name: "MySpinBot on desk". */
  machineName: string;
}): Promise<Certificates> {
  const { dir, whereabouts, clock, log } = world;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await makePrivate(dir, 0o700);
  const listeners = new Set<() => void>();
  const name = `MySpinBot on ${world.machineName}`;
  let stopLooking: (() => void) | undefined;
  let isClosed = false;
  /** One change at a time. */
  let work: Promise<void> = Promise.resolve();

  const newAuthority = async (): Promise<Kept> => {
    const names = whereabouts.names().filter((one) => !isUnder(one, permittedDomains));
    const made = await makeAuthority(name, names, clock.now());
    log.info('certificates.authority-made', { name });
    return keep(dir, 'authority', { ...made, names, notAfter: endOf(made.pem) });
  };
  const newLeaf = async (): Promise<Kept> => {
    const names = namesFor(whereabouts, authority);
    const made = await makeLeaf(authority, names, clock.now());
    log.info('certificates.leaf-made', { names });
    return keep(dir, 'leaf', { ...made, names });
  };

  const keptAuthority = await taken(dir, 'authority', log, (kept) => {
    const certificate = new X509Certificate(kept.pem);
    if (!certificate.ca || !certificate.verify(certificate.publicKey)) return 'it is no authority';
    return kept.notAfter - clock.now() < AUTHORITY_LEFT_DAYS * DAY_MS ? 'it ends' : undefined;
  });
  let authority: Kept = keptAuthority ?? (await newAuthority());
  const isFit = (kept: Kept): string | undefined => {
    if (!new X509Certificate(kept.pem).verify(new X509Certificate(authority.pem).publicKey)) {
      return 'another authority signed it';
    }
    if (kept.notAfter - clock.now() < RENEW_DAYS * DAY_MS) return 'it ends';
    const wanted = namesFor(whereabouts, authority);
    return sameNames(kept.names, wanted) ? undefined : 'it is for other addresses';
  };
  let leaf: Kept = (await taken(dir, 'leaf', log, isFit)) ?? (await newLeaf());

  const change = (step: () => Promise<void>): Promise<void> => {
    const next = work.then(step);
    work = next.catch((error: unknown) => {
      // The certificate of before goes on being used, and the next look tries again.
      log.error('certificates.failed', { error: String(error) });
    });
    return next;
  };
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const look = () =>
    void change(async () => {
      if (isClosed || isFit(leaf) === undefined) return;
      leaf = await newLeaf();
      tell();
    }).catch(() => undefined);
  const lookLater = () => {
    stopLooking = clock.after(LOOK_MS, () => {
      look();
      lookLater();
    });
  };
  lookLater();
  const stopWatching = whereabouts.onChange(look);

  return {
    authority: (): Authority => {
      const der = derOf(authority.pem);
      // As devices show it: the machine may be called otherwise since it was made.
      const { subject } = new X509Certificate(authority.pem);
      const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
      return { name, pem: authority.pem, der, sha256: fingerprintOf(der), notAfter: authority.notAfter };
    },
    leafNotAfter: () => leaf.notAfter,
    // With the authority behind it, so that whoever looks at the chain can name what to trust.
    context: () => ({ key: leaf.keyPem, cert: `${leaf.pem.trim()}\n${authority.pem.trim()}\n` }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    rotate: () =>
      change(async () => {
        authority = await newAuthority();
        leaf = await newLeaf();
        tell();
      }),
    async close() {
      isClosed = true;
      stopLooking?.();
      stopWatching();
      listeners.clear();
      await work;
    },
  };
}

/** Every name and address the agent is reached by, as far as this authority may sign for it. */
function namesFor(whereabouts: Whereabouts, { names: own }: Kept): string[] {
  const names = ['localhost', '127.0.0.1', '::1', ...whereabouts.addresses(), ...whereabouts.names()];
  return [...new Set(names)].filter(
    (name) => isIP(name) !== 0 || isUnder(name, [...permittedDomains, ...own]),
  );
}

function isUnder(name: string, domains: readonly string[]): boolean {
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}

function endOf(pem: string): number {
  return Date.parse(new X509Certificate(pem).validTo);
}

async function keep(dir: string, what: 'authority' | 'leaf', kept: Kept): Promise<Kept> {
  // The key first: a certificate without its key is noticed at the next start and made anew.
  await writeSecretFile(join(dir, `${what}-key.pem`), kept.keyPem);
  await writeSecretFile(join(dir, `${what}.json`), JSON.stringify({ names: kept.names }));
  await writeSecretFile(join(dir, `${what}.pem`), kept.pem);
  return kept;
}

/** What was kept, unless it is damaged or `unfit` says why it is of no use any more. */
async function taken(
  dir: string,
  what: 'authority' | 'leaf',
  log: Logger,
  unfit: (kept: Kept) => string | undefined,
): Promise<Kept | undefined> {
  const path = join(dir, `${what}.pem`);
  const keyPath = join(dir, `${what}-key.pem`);
  let pem: string;
  try {
    pem = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let why: string | undefined;
  try {
    const keyPem = await readFile(keyPath, 'utf8');
    await makePrivate(keyPath, 0o600);
    const { names } = namesSchema.parse(JSON.parse(await readFile(join(dir, `${what}.json`), 'utf8')));
    if (!new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem)))
      throw new Error('the key is another’s');
    const kept: Kept = { pem, keyPem, names, notAfter: endOf(pem) };
    why = unfit(kept);
    if (why === undefined) return kept;
  } catch (error) {
    why = String(error);
  }
  if (what === 'authority') log.warn('certificates.set-aside', { what, why });
  for (const file of [path, keyPath]) await rename(file, `${file}.bad`).catch(() => undefined);
  return undefined;
}

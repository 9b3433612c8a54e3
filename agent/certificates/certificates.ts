// Keeps an authority and a leaf that are always fit for where the agent is: made when there is none, taken up again at
// the next start, renewed before their end, issued anew when names or addresses change. How they are made is make.ts.
//
//   authority.pem  authority-key.pem  authority.json {names, replaced}   names of its machine it may sign for; why there
//                                                                        was another before
//   leaf.pem       leaf-key.pem       leaf.json {names}                  what it was issued for
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { makePrivate, writeSecretFile } from '../secret-file.ts';
import {
  DAY_MS,
  derOf,
  fingerprintOf,
  isLimited,
  isOwnableName,
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
/** A clock that was wrong at the start is often set right soon after it. */
const LOOK_MS = 3600 * 1000;
/** A clock that shows less has lost its battery: what it says of a certificate counts for nothing. */
const EARLIEST_MS = Date.UTC(2025, 0, 1);

const noteSchema = z.object({
  names: z.array(z.string().max(253)).max(100),
  replaced: z.object({ at: z.number(), why: z.string().max(300) }).optional(),
});

/** What a person does after the authority became another. */
const trustAnew =
  'Every device must trust the new authority once: open the http:// address of this workstation there, and delete the old one.';

interface Kept extends Pair {
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly replaced?: Authority['replaced'];
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

  const newAuthority = async (why?: string): Promise<Kept> => {
    const names = whereabouts.names().filter((one) => isOwnableName(one) && !isUnder(one, permittedDomains));
    const made = await makeAuthority(name, names, clock.now());
    const replaced = why === undefined ? undefined : { at: clock.now(), why };
    if (why === undefined) log.info('certificates.authority-made', { name });
    else log.warn('certificates.authority-replaced', { why, next: trustAnew });
    return keep(dir, 'authority', { ...made, names, ...timesOf(made.pem), replaced });
  };
  const newLeaf = async (): Promise<Kept> => {
    const names = namesFor(whereabouts, authority);
    const made = await makeLeaf(authority, names, clock.now());
    log.info('certificates.leaf-made', { names });
    return keep(dir, 'leaf', { ...made, names, ...timesOf(made.pem) });
  };

  /** Why it is of no use at this hour. */
  const outOfTime = (kept: Kept, daysLeft: number): string | undefined => {
    const now = clock.now();
    if (kept.notBefore > now && now > EARLIEST_MS) return 'it begins in the future: the clock was wrong';
    return kept.notAfter - now < daysLeft * DAY_MS ? 'it ends' : undefined;
  };
  const authorityOutOfTime = (kept: Kept) => outOfTime(kept, AUTHORITY_LEFT_DAYS);
  const keptAuthority = await taken(dir, 'authority', (kept) => {
    const certificate = new X509Certificate(kept.pem);
    if (!certificate.ca || !certificate.verify(certificate.publicKey)) return 'it is no authority';
    if (!isLimited(certificate, kept.names)) return 'it is good for more than an authority of a house may be';
    return authorityOutOfTime(kept);
  });
  let authority: Kept = typeof keptAuthority === 'object' ? keptAuthority : await newAuthority(keptAuthority);
  const leafUnfit = (kept: Kept): string | undefined => {
    const wanted = namesFor(whereabouts, authority);
    if (!sameNames(kept.names, wanted)) return 'it is for other addresses';
    return outOfTime(kept, RENEW_DAYS);
  };
  const keptLeaf = await taken(dir, 'leaf', (kept) =>
    new X509Certificate(kept.pem).verify(new X509Certificate(authority.pem).publicKey)
      ? leafUnfit(kept)
      : 'another authority signed it',
  );
  let leaf: Kept = typeof keptLeaf === 'object' ? keptLeaf : await newLeaf();

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
      if (isClosed) return;
      const why = authorityOutOfTime(authority);
      if (why === undefined && leafUnfit(leaf) === undefined) return;
      if (why !== undefined) authority = await newAuthority(why);
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
      const { pem, notAfter, replaced } = authority;
      return { name, pem, der, sha256: fingerprintOf(der), notAfter, replaced };
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
        authority = await newAuthority('somebody asked for a new one');
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

function timesOf(pem: string): { notBefore: number; notAfter: number } {
  const { validFrom, validTo } = new X509Certificate(pem);
  return { notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) };
}

async function keep(dir: string, what: 'authority' | 'leaf', kept: Kept): Promise<Kept> {
  // The key first: a certificate without its key is noticed at the next start and made anew.
  await writeSecretFile(join(dir, `${what}-key.pem`), kept.keyPem);
  await writeSecretFile(
    join(dir, `${what}.json`),
    JSON.stringify({ names: kept.names, replaced: kept.replaced }),
  );
  await writeSecretFile(join(dir, `${what}.pem`), kept.pem);
  return kept;
}

/** What was kept; else why it is of no use any more; nothing = there was none. */
async function taken(
  dir: string,
  what: 'authority' | 'leaf',
  unfit: (kept: Kept) => string | undefined,
): Promise<Kept | string | undefined> {
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
    const note = noteSchema.parse(JSON.parse(await readFile(join(dir, `${what}.json`), 'utf8')));
    if (!new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem)))
      throw new Error('the key is another’s');
    const kept: Kept = { pem, keyPem, ...timesOf(pem), ...note };
    why = unfit(kept);
    if (why === undefined) return kept;
  } catch (error) {
    why = `it is damaged: ${String(error).slice(0, 200)}`;
  }
  for (const file of [path, keyPath]) await rename(file, `${file}.bad`).catch(() => undefined);
  return why;
}

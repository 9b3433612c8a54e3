// How often something may be asked: a bucket per address that fills up again, and one for all together. Own rather
// than a library's: a limiter that holds timers per address and reads the system's clock can neither be turned by
// hand in a test nor be asked without waiting. It does not know what is limited.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Clock } from '../clock.ts';
import type { Origin } from './port.ts';

/** Addresses remembered per limit: some 100 bytes each. Who is forgotten begins with a full bucket. */
const ADDRESSES = 2000;

export interface Rate {
  /** How many at once. */
  burst: number;
  /** How many more each second. */
  perSecond: number;
}

export interface Limit {
  /** Milliseconds to wait; 0 = go on, and this one is counted. */
  take(origin: Origin): number;
  /** The same without counting. */
  wait(origin: Origin): number;
}

/**
 * `inAll` bounds all addresses of the network together. The own machine has buckets to itself, so that nobody in the
 * network can use up what its owner needs. An address is taken whole, also of IPv6: in one network everybody shares
 * the front half, and one guest must not stop the others.
 */
export function createLimit(clock: Pick<Clock, 'now'>, each: Rate, inAll?: Rate): Limit {
  const addresses = createBuckets(clock, each, ADDRESSES);
  const ownMachine = createBuckets(clock, each, 1);
  const together = inAll === undefined ? undefined : createBuckets(clock, inAll, 1);
  const ask = (origin: Origin, count: number): number => {
    if (origin.isOwnMachine) return ownMachine.take('', count);
    // The address first: what one address may not do takes nothing away from the others.
    const wait = addresses.take(addressOf(origin), count);
    return wait > 0 ? wait : (together?.take('', count) ?? 0);
  };
  return { take: (origin) => ask(origin, 1), wait: (origin) => ask(origin, 0) };
}

/** Throws Failure `too-often` that says when to come again. */
export function within(limit: Limit, origin: Origin, what: string): void {
  const wait = limit.take(origin);
  if (wait === 0) return;
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  throw new Failure({
    code: 'too-often',
    message: `${what} was tried too often.`,
    hint: `Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`,
    retry: 'soon',
  });
}

/** One way to write an address: without the IPv6 clothes of IPv4 and without the interface. */
export function addressOf({ address }: Origin): string {
  return address
    .replace(/%.*$/s, '')
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .slice(0, 60);
}

function createBuckets(clock: Pick<Clock, 'now'>, { burst, perSecond }: Rate, most: number) {
  /** Least recently asked first. */
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(key: string, count: number): number {
      const now = clock.now();
      const bucket = buckets.get(key) ?? { left: burst, at: now };
      // A clock that was set back refills nothing, and does not make anybody wait until it is that late again.
      const elapsed = Math.max(0, now - bucket.at) / 1000;
      bucket.left = Math.min(burst, bucket.left + elapsed * perSecond);
      bucket.at = now;
      const missing = 1 - bucket.left;
      // Fractions of a token are sums of small numbers, and never quite exact.
      if (missing > 1e-9) return Math.ceil((missing / perSecond) * 1000 - 1e-6);
      if (count === 0) return 0;
      buckets.delete(key);
      bucket.left -= count;
      buckets.set(key, bucket);
      if (buckets.size > most) buckets.delete(buckets.keys().next().value!);
      return 0;
    },
  };
}

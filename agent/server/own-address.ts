// Whether a request means this agent and comes from its own page. A page elsewhere can make a browser talk to
// addresses of a house, and a name elsewhere can be pointed at them, so both Host and Origin must be ours, letter by
// letter: "127.evil.example" or "127.0.0.1.nip.io" begin right and are not. Only a name's last dot may be written or
// not ("myspinbot.local."): it is the same name (RFC 1034, 3.1).
import type { IncomingHttpHeaders } from 'node:http';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';

/** The names under which the loopback is reached. Nothing is resolved. */
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** What of a request decides. `rawHeaders` shows headers that were sent twice. */
export interface Asker {
  headers: IncomingHttpHeaders;
  rawHeaders: readonly string[];
  method: string | undefined;
  url: string | undefined;
}

/** Under which addresses this agent is itself. */
export interface Own {
  port: number;
  /** Besides the loopback's: lower case, without a port, IPv6 in brackets. */
  hosts: ReadonlySet<string>;
  /** Whether this connection is HTTPS: its pages are, too. */
  isSecure: boolean;
}

export type Refused = 'host' | 'origin' | 'cross-site' | 'target';

/** Undefined when the request may go on; else what was wrong with it. */
export function refuse(asker: Asker, own: Own): Refused | undefined {
  if (!asker.url?.startsWith('/')) return 'target';
  if (sentTwice(asker.rawHeaders, 'host') || !isOwnHost(asker.headers.host, own)) return 'host';
  // The page about trust asks from plain HTTP whether HTTPS works already; the answer holds nothing.
  if (asker.method === 'GET' && asker.url === endpoints.trustCheck) return undefined;
  const { origin } = asker.headers;
  if (sentTwice(asker.rawHeaders, 'origin')) return 'origin';
  if (origin !== undefined && !isOwnOrigin(origin, own) && !isShare(asker)) return 'origin';
  // Browsers say where a request without Origin (a picture, a script) comes from. A link to the app is welcome.
  const site = asker.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    const isLink =
      asker.method === 'GET' &&
      asker.headers['sec-fetch-mode'] === 'navigate' &&
      asker.headers['sec-fetch-dest'] === 'document' &&
      !/^\/(?:api|metrics|health|sync|transfer)(?:[/?]|$)/.test(asker.url);
    if (!isLink) return 'cross-site';
  }
  return undefined;
}

/**
 * What a person shares to the app comes from no page, so its Origin is "null". It gets as far as share-address.ts, which
 * reads nothing of it. Pages elsewhere can have that Origin, too, but not this Sec-Fetch-Site.
 */
function isShare({ headers, method, url }: Asker): boolean {
  const site = headers['sec-fetch-site'];
  return (
    method === 'POST' &&
    url === endpoints.share &&
    headers.origin === 'null' &&
    (site === 'none' || site === 'same-origin')
  );
}

/** Whether a Host header names this agent. */
export function isOwnHost(host: string | undefined, { port, hosts, isSecure }: Own): boolean {
  const match = /^(\[[0-9a-f:]{2,39}\]|[a-z0-9.-]{1,253})(?::([1-9]\d{0,4}))?$/i.exec(host ?? '');
  if (match === null) return false;
  // An address has no such dot: browsers take it away themselves.
  const name = match[1]!.toLowerCase().replace(/(?<=[a-z][a-z0-9-]*)\.$/, '');
  const usual = isSecure ? '443' : '80';
  return (loopback.has(name) || hosts.has(name)) && (match[2] ?? usual) === String(port);
}

/** Whether an Origin header is a page of this agent, over the protocol that is spoken here. */
export function isOwnOrigin(origin: string, own: Own): boolean {
  const scheme = own.isSecure ? 'https://' : 'http://';
  return origin.startsWith(scheme) && isOwnHost(origin.slice(scheme.length), own);
}

function sentTwice(rawHeaders: readonly string[], name: string): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]!.toLowerCase() === name) count++;
  return count > 1;
}

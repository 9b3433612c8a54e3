// Whether a request means this agent and comes from its own page. A page elsewhere can make a browser talk to
// 127.0.0.1, and a name elsewhere can be pointed at it, so both Host and Origin must be ours, letter by letter:
// "127.evil.example" or "127.0.0.1.nip.io" begin right and are not.
import type { IncomingHttpHeaders } from 'node:http';

/** The names under which the loopback is reached. Nothing is resolved. */
const names = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** What of a request decides. `rawHeaders` shows headers that were sent twice. */
export interface Asker {
  headers: IncomingHttpHeaders;
  rawHeaders: readonly string[];
  method: string | undefined;
  url: string | undefined;
}

export type Refused = 'host' | 'origin' | 'cross-site' | 'target';

/** Undefined when the request may go on; else what was wrong with it. */
export function refuse(asker: Asker, port: number): Refused | undefined {
  if (!asker.url?.startsWith('/')) return 'target';
  if (sentTwice(asker.rawHeaders, 'host') || !isOwnHost(asker.headers.host, port)) return 'host';
  const { origin } = asker.headers;
  if (sentTwice(asker.rawHeaders, 'origin')) return 'origin';
  if (origin !== undefined && !isOwnOrigin(origin, port)) return 'origin';
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

/** Whether a Host header names this agent. */
export function isOwnHost(host: string | undefined, port: number): boolean {
  const match = /^(\[::1\]|[a-z0-9.]{1,20})(?::(\d{1,5}))?$/i.exec(host ?? '');
  if (match === null) return false;
  return names.has(match[1]!.toLowerCase()) && (match[2] ?? '80') === String(port);
}

/** Whether an Origin header is a page of this agent. */
export function isOwnOrigin(origin: string, port: number): boolean {
  return origin.startsWith('http://') && isOwnHost(origin.slice('http://'.length), port);
}

function sentTwice(rawHeaders: readonly string[], name: string): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]!.toLowerCase() === name) count++;
  return count > 1;
}

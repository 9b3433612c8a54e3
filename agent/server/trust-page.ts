// The one thing that plain HTTP on the network answers: a page about trusting the authority, the authority itself in
// the forms that systems take, and an empty answer by which the page learns that HTTPS works. It hands out nothing but
// what is public, and knows nothing of who asks.
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Certificates } from '../certificates/port.ts';
import { originOf } from './door.ts';
import { isOwnHost } from './own-address.ts';
import { pagePolicy, trustPage } from './trust/page.ts';
import { profileOf } from './trust/profile.ts';

export interface TrustPageWorld {
  certificates: Pick<Certificates, 'authority'>;
  /** "https://192.168.1.5:7777", best first. They may change. */
  links(): readonly string[];
  agentName: string;
  /** Of the agent's own key: by it an authority that replaces an older one is known to be of the same agent. */
  fingerprint: string;
}

/** Answers GET and HEAD, for `http.Server`s and for any path that is not somebody else's. Never throws. */
export function createTrustPage(world: TrustPageWorld): RequestListener {
  const { certificates, agentName, fingerprint } = world;

  const page = (request: IncomingMessage, response: ServerResponse, host: string) => {
    const { isSecure, isOwnMachine } = originOf(request.socket);
    const links = bestFirst(world.links(), host);
    const authority = certificates.authority();
    const state = isSecure ? 'secure' : isOwnMachine ? 'own' : 'waiting';
    const sha1 = createHash('sha1').update(authority.der).digest('hex');
    response.setHeader('Content-Security-Policy', pagePolicy(state === 'waiting' ? links : []));
    send(
      request,
      response,
      'text/html; charset=utf-8',
      trustPage({ agentName, authority, sha1, links, state }),
    );
  };

  const line = (
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    headers: Record<string, string>,
  ) => {
    const text = lineFor(request, bestFirst(world.links(), (request.headers.host ?? '').toLowerCase())[0]);
    response.writeHead(status, {
      ...headers,
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };

  return (request, response) => {
    const { method, url = '/', headers } = request;
    for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
    if (method !== 'GET' && method !== 'HEAD') {
      // What else is sent is not read.
      line(request, response, 405, { Allow: 'GET, HEAD', Connection: 'close' });
      return;
    }
    // A socket's handshake on a server without sockets arrives as an ordinary request.
    if (/websocket/i.test(headers.upgrade ?? '')) {
      empty(response, 403, { Connection: 'close' });
      return;
    }
    const path = url.split('?', 1)[0]!;
    if (path === endpoints.trustCheck) {
      // Empty, so anybody may read it: the page at http:// asks for https://, which is another origin.
      response.writeHead(204, { 'Access-Control-Allow-Origin': '*' }).end();
      return;
    }
    // Under a name that is not ours (a router's, or one that somebody pointed here) nothing is shown: pages there
    // could read it. The person goes on to an address of ours. (Over HTTPS the name was
    // looked at already, with every other request of the app.)
    const host = (headers.host ?? '').toLowerCase();
    const hosts = new Set(world.links().map((link) => hostOf(link).replace(/:\d+$/, '')));
    const { localPort: port = 0 } = request.socket;
    const { isSecure } = originOf(request.socket);
    if (!isSecure && !isOwnHost(host, { port, hosts, isSecure })) {
      const [best] = world.links();
      if (best === undefined) empty(response, 421, { Connection: 'close' });
      else empty(response, 302, { Location: `${best.replace(/^https:/, 'http:')}${endpoints.trust}` });
      return;
    }
    const { pem, der } = certificates.authority();
    switch (path) {
      case endpoints.trust:
        return page(request, response, host);
      case endpoints.authorityCrt:
        return attach(request, response, 'myspinbot-ca.crt', 'application/x-x509-ca-cert', Buffer.from(der));
      case endpoints.authorityPem:
        return attach(request, response, 'myspinbot-ca.pem', 'application/x-pem-file', pem);
      case endpoints.authorityProfile: {
        // Not as an attachment: Safari would put it among the downloads instead of offering to install it.
        const profile = profileOf(certificates.authority(), agentName, fingerprint);
        return send(request, response, 'application/x-apple-aspen-config', profile);
      }
      default:
        // A fragment survives it (Fetch, 4.4); the page there throws away what must not have come this way.
        line(request, response, 302, { Location: endpoints.trust });
    }
  };
}

/** One sentence for scripts, which show no page: browsers go on without reading it. */
function lineFor({ headers }: IncomingMessage, link: string | undefined): string {
  const there = link === undefined ? 'https://' : link;
  const spilt =
    headers.authorization === undefined
      ? ''
      : ' The token came without encryption: anybody in this network could have read it, so take it back (npx myspinbot token --remove ID).';
  return `The API is spoken to over https in the network: ${there} (docs/api.md says how to trust it).${spilt}\n`;
}

const always: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  // A page has its own; everything else may do nothing at all.
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

function empty(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, { ...headers, 'Content-Length': 0 }).end();
}

function attach(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  type: string,
  body: Buffer | string,
): void {
  response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  send(request, response, type, body);
}

function send(request: IncomingMessage, response: ServerResponse, type: string, body: Buffer | string): void {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function hostOf(link: string): string {
  return link.replace(/^https?:\/\//, '').toLowerCase();
}

/**
 * The name, which outlives addresses, and with it what the app keeps under it; then the address that this visitor's
 * network is known to carry; then the rest.
 */
export function bestFirst(links: readonly string[], host: string): readonly string[] {
  const rank = (link: string) => {
    if (/^myspinbot(?:-\d+)?\.local:/.test(hostOf(link))) return 0;
    return hostOf(link) === host ? 1 : 2;
  };
  return links.toSorted((a, b) => rank(a) - rank(b));
}

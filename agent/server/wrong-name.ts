// What a person sees who opens this agent over HTTPS by a name that is not its own (a router's, or one that somebody gave
// it): where it is to be found. Scripts get the failure as JSON.
import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Own } from './own-address.ts';
import { escaped } from './trust/escaped.ts';

/**
 * Whether a browser shows the answer as a page. Only over HTTPS: over plain HTTP any name can be pointed here, and a page
 * under it could read the addresses.
 */
export function isForEyes({ method, headers }: IncomingMessage, isSecure: boolean): boolean {
  return isSecure && method === 'GET' && /\btext\/html\b/.test(headers.accept ?? '');
}

export function sendWrongName(
  reply: FastifyReply,
  { hosts, port }: Pick<Own, 'hosts' | 'port'>,
): FastifyReply {
  const links = [...hosts].map((host) => escaped(`https://${host}:${port}/`));
  return reply
    .code(403)
    .header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    )
    .header('Cache-Control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>MySpinBot is at another address</title>
<style>
body { max-width: 36rem; margin: 12vh auto; padding: 0 24px; font: 17px/1.55 system-ui, sans-serif; }
h1 { font-size: 26px; line-height: 1.2; }
li { margin-block: 8px; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>MySpinBot is at another address</h1>
<p>It does not answer to the name in the address bar, so that nobody can pretend to be it. Open one of these:</p>
<ul>
${links.map((link) => `<li><a href="${link}">${link}</a></li>`).join('\n')}
</ul>
</body>
</html>
`);
}

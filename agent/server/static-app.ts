// The built app as files: the page for every path of its router, hashed files kept for ever, and the headers that
// let the page talk to this agent and to nothing else.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Own } from './own-address.ts';

/**
 * What the app may do. Its styles are files, or set by its scripts one property at a time, so no text that gets into the
 * page can bring a style of its own. Sockets are named because not every browser counts them to 'self'; an IPv6 address cannot
 * be named in a policy (browsers complain and ignore it).
 */
function contentPolicy({ port, hosts, isSecure }: Own): string {
  const scheme = isSecure ? 'wss' : 'ws';
  const sockets = ['127.0.0.1', 'localhost', ...hosts]
    .filter((name) => !name.startsWith('['))
    .map((name) => `${scheme}://${name}:${port}`)
    .join(' ');
  return [
    "default-src 'self'",
    `connect-src 'self' blob: data: ${sockets}`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob: data:",
    "font-src 'self' data:",
    "style-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * On every reply, whatever it is. No Strict-Transport-Security: on one port with plain HTTP it would lock a person out
 * of the page that says how to trust a new certificate.
 */
export function secureHeaders(reply: FastifyReply, own: Own): void {
  void reply
    .header('Content-Security-Policy', contentPolicy(own))
    .header('X-Content-Type-Options', 'nosniff')
    .header('X-Frame-Options', 'DENY')
    .header('Referrer-Policy', 'no-referrer')
    .header('Cross-Origin-Opener-Policy', 'same-origin')
    .header('Cross-Origin-Resource-Policy', 'same-origin')
    .header(
      'Permissions-Policy',
      'camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), serial=()',
    );
}

/** Serves `webDir`; answers whether there is an app at all. */
export async function serveApp(app: FastifyInstance, webDir: string | undefined): Promise<boolean> {
  if (webDir === undefined || !existsSync(join(webDir, 'index.html'))) return false;
  await app.register(fastifyStatic, {
    root: webDir,
    // Paths are looked up when asked for: a build that replaces files needs no restart.
    wildcard: true,
    cacheControl: false,
    index: 'index.html',
    setHeaders(reply, path) {
      const hashed = /[\\/]assets[\\/][^\\/]*-[\w-]{6,}\.\w+$/.test(path);
      reply.header('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return true;
}

/** Whether a path nobody answers is one of the app's own screens. */
export function isScreen(method: string, url: string, accept: string | undefined): boolean {
  const path = url.split('?', 1)[0]!;
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (/^\/(?:api|metrics|health|sync|transfer|trust|assets)(?:\/|$)/.test(path)) return false;
  // Screens are made of plain words and ids: anything else is a mistake or an attempt.
  return /^\/[\w/-]*$/.test(path) && (accept === undefined || /text\/html|\*\/\*/.test(accept));
}

// Everything that is served to a device that does not trust the certificate yet: the page, the certificate in the forms
// systems want, and the question whether HTTPS works. Nothing of the app, nothing of anybody.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Certificates } from '../certificates/port.ts';
import { pagePolicy, trustPageHtml } from './trust/page.ts';
import { profileOf } from './trust/profile.ts';

export function createTrustPage(world: {
  certificates: Pick<Certificates, 'authority'>;
  agentName: string;
  /** HTTPS addresses, best first. */
  links(): readonly string[];
}): RequestListener {
  const { certificates, agentName } = world;
  return (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Frame-Options', 'DENY');
    response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    request.resume();
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const send = (type: string, body: string | Uint8Array, status = 200) => {
      response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (
      (request.method !== 'GET' && request.method !== 'HEAD') ||
      /^\/(?:api|sync|transfer|health|metrics)\b/.test(path)
    ) {
      const body = {
        code: 'refused',
        message: 'Over plain HTTP in the network there is only the page about the certificate.',
        hint: 'Use https:// and the authority from /trust/ca.pem.',
      };
      response.setHeader('Connection', 'close');
      return send('application/json; charset=utf-8', JSON.stringify(body), 403);
    }
    switch (path) {
      case endpoints.authorityCrt:
        response.setHeader('Content-Disposition', 'attachment; filename="myspinbot-ca.crt"');
        return send('application/x-x509-ca-cert', certificates.authority().der);
      case endpoints.authorityPem:
        return send('application/x-pem-file', certificates.authority().pem);
      case endpoints.authorityProfile:
        response.setHeader('Content-Disposition', 'attachment; filename="myspinbot.mobileconfig"');
        return send('application/x-apple-aspen-config', profileOf(certificates.authority()));
      case endpoints.trustCheck:
        // Asked by the page above from plain HTTP; whoever may read the answer learns that it came.
        response.setHeader('Access-Control-Allow-Origin', '*');
        return response.writeHead(204).end();
      default: {
        response.setHeader('Content-Security-Policy', pagePolicy);
        const page = trustPageHtml({ authority: certificates.authority(), agentName, links: world.links() });
        return send('text/html; charset=utf-8', page);
      }
    }
  };
}

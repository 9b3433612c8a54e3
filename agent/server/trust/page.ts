// The one page of plain HTTP in the network: what the certificate is, how each system is told to trust it, and whether
// that has worked. It is whole in itself: nothing is fetched for it.
import { createHash } from 'node:crypto';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Authority } from '../../certificates/port.ts';
import { drawn, escaped } from './drawing.ts';
import { selfCheck } from './self-check.ts';
import { style } from './style.ts';
import { type System, systems } from './systems.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but this page's own style and script; and it may ask over HTTPS whether that works. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(selfCheck)}`,
  // The addresses change, and IPv6 cannot be named in a policy.
  'connect-src https:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function trustPageHtml(world: {
  authority: Authority;
  agentName: string;
  /** HTTPS addresses, best first. */
  links: readonly string[];
}): string {
  const { authority, links } = world;
  const name = escaped(world.agentName);
  const half = Math.ceil(authority.sha256.length / 2);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>Trust ${name} · MySpinBot</title>
<style>${style}</style>
</head>
<body>
<div class="drape" aria-hidden="true">${drape}</div>
<main data-bases="${escaped(JSON.stringify(links))}" data-check="${endpoints.trustCheck}">
<h1>One thing, once: let this device know your workstation</h1>
<p>MySpinBot on <b>${name}</b> talks to your devices over a protected connection. It made the certificate for that itself,
so your device has to be told, once, that it may trust it. Then the app opens.</p>
<div class="state" role="status"><span class="dot"></span><span><b>Looking whether this device trusts it …</b><span>This page notices by itself and goes on to the app.</span></span></div>
<a class="go" hidden href="${escaped(links[0] ?? '/')}">Go on to the app</a>
<h2>How to, on your system</h2>
<div>
${systems.map(sectionOf).join('\n')}
</div>
<h2>What you agree to</h2>
<p>The certificate lets your device believe this workstation, and only about private addresses and local names: it is no
good for any website of the Internet, and your browser enforces that. Its key never leaves the workstation.</p>
<p>If you are in a network with people you do not trust, compare this with what the workstation shows
(<code>npx myspinbot ca</code>, or Devices in the app):</p>
<code class="key">${authority.sha256.slice(0, half)}<wbr>${authority.sha256.slice(half)}</code>
<p class="small soft">This page itself came unprotected, because your device does not know the certificate yet. Somebody in your
network could have put another in its place. The link you scanned carries the key of the true workstation, so the app
would notice and refuse to pair; the comparison above protects you before that.</p>
<p class="small soft"><a href="${endpoints.authorityCrt}">The certificate</a> · <a href="${endpoints.authorityProfile}">Apple profile</a> ·
${escaped(authority.name)}, until ${new Date(authority.notAfter).toISOString().slice(0, 10)}</p>
</main>
<script>${selfCheck}</script>
</body>
</html>
`;
}

function sectionOf({ id, name, file, button, steps, undo }: System): string {
  const items = steps.map(({ words, screen }) =>
    screen === undefined
      ? `<li><div>${words}</div></li>`
      : `<li class="with"><div>${words}</div>${drawn(screen)}</li>`,
  );
  return `<details id="${id}"><summary>${escaped(name)}</summary><div>
<p><a class="get" href="${file}"${file.endsWith('.crt') ? ' download="myspinbot-ca.crt"' : ''}>${button}</a></p>
<ol>${items.join('')}<li><div>Come back to this page. It goes on by itself.</div></li></ol>
<p class="small soft">To take it back later: ${undo}</p>
</div></details>`;
}

/** Folds of a curtain with a fringe, once over the whole width. */
const drape = (() => {
  const folds = Array.from({ length: 12 }, (_, index) => {
    const x = index * 40;
    return `<path class="d" d="M${x} 0h40v52q-20 16-40 0z"/><path class="f" d="M${x + 30} 0h10v52q-4 4-10 7z"/><path class="e" d="M${x} 52q20 16 40 0v4q-20 16-40 0z"/>`;
  });
  return `<svg viewBox="0 0 480 72" preserveAspectRatio="none">${folds.join('')}</svg>`;
})();

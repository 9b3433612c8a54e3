// The page that explains the certificate, as one document without anything from elsewhere: its style and its script
// are allowed by their hashes. Everything on it can be read without the script; that only looks and goes on.
import { createHash } from 'node:crypto';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Authority } from '../../certificates/port.ts';
import { escaped } from './escaped.ts';
import { mark, padlock } from './pictures.ts';
import { script } from './script.ts';
import { type System, systems } from './steps.ts';
import { style } from './style.ts';

export interface TrustPageFacts {
  agentName: string;
  authority: Pick<Authority, 'name' | 'sha256' | 'notAfter'>;
  /** Of the same certificate, which Windows shows: 40 hex digits. */
  sha1: string;
  /** "https://192.168.1.5:7777", in the order in which they are tried. */
  links: readonly string[];
  /** `waiting`: plain, from elsewhere; it looks for HTTPS. `secure`: it came over HTTPS. `own`: on this machine. */
  state: 'waiting' | 'secure' | 'own';
}

/** What the page may do: ask those addresses, and nothing else. `links` empty = ask nobody. */
export function pagePolicy(links: readonly string[]): string {
  const names = links.filter((link) => !link.includes('['));
  // An IPv6 address cannot be named in a policy. The page knows nothing that could be told to anybody.
  const ask = names.length < links.length ? 'https:' : names.join(' ') || "'none'";
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    `connect-src ${ask}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const states: Readonly<Record<TrustPageFacts['state'], { title: string; text: string; go: boolean }>> = {
  waiting: {
    title: 'Not trusted yet',
    text: 'This page looks every two seconds and goes on by itself.',
    go: false,
  },
  secure: { title: 'You came over HTTPS', text: 'Go on, if your browser did not warn you.', go: true },
  own: {
    title: 'This is the workstation itself',
    text: 'Here the app works without a certificate.',
    go: true,
  },
};

export function trustPage(facts: TrustPageFacts): string {
  const { agentName, authority, links, state } = facts;
  const { title, text, go } = states[state];
  const agent = escaped(agentName);
  const days = new Date(authority.notAfter).toISOString().slice(0, 10);
  return `<!doctype html>
<html lang="en" data-state="${state}" data-links="${escaped(JSON.stringify(links))}" data-check="${endpoints.trustCheck}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Trust ${agent} · MySpinBot</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header class="house">
<span class="drape left"></span><span class="drape right"></span><span class="boards"></span>
<div class="scene">
${mark}
<p class="bill">MySpinBot on ${agent}</p>
<h1>First, some trust</h1>
<p class="lead">This device does not know the workstation yet. Show it the certificate, once: then all is encrypted, and camera, microphone and the installed app work.</p>
</div>
</header>
<main>
<p class="dropped" id="dropped" role="alert" hidden>The link that led here held a secret, and it came without encryption: anybody in this network could have read it. It was thrown away. When you are done here, take the code that the workstation shows now.</p>
<section class="how" aria-labelledby="how">
<h2 id="how">How it is done</h2>
<div id="systems">
${systems.map((system) => systemOf(system, facts)).join('\n')}
</div>
</section>
<div class="beside">
<section aria-labelledby="which">
<h2 id="which">Is it the right one?</h2>
<p>Your device shows a name and a fingerprint (SHA-256) of what you are about to trust. In the workstation’s terminal, <code>npx myspinbot ca</code> shows them too. They must be the same.</p>
<dl>
<dt>Name</dt><dd>${escaped(authority.name)}</dd>
<dt>SHA-256</dt><dd class="print">${printed(authority.sha256)}</dd>
<dt>Good until</dt><dd>${days}</dd>
</dl>
</section>
<section aria-labelledby="honest">
<h2 id="honest">What you should know</h2>
<ul class="known">
<li><b>This page came without encryption</b>, as it must. Somebody in the same network could have put another page, with another certificate, in its place. Whoever trusts that one believes them about every website. At home that is unlikely. Elsewhere, compare what <em>your device</em> shows with the workstation’s <em>terminal</em>; do not rely on what is printed here.</li>
<li><b>The real one can do little.</b> It vouches for addresses of private networks, for names in <code>.local</code>, and for this workstation’s own names: for no public website. Its key never leaves the workstation.</li>
<li><b>You can take it back</b> where you put it: how is told below the steps.</li>
</ul>
</section>
<section aria-labelledby="then">
<h2 id="then">And then?</h2>
<p>This page goes on to the app, which asks for the code beside the picture you scanned. Take your time: the workstation shows a fresh one when it has run out. Or scan the second picture there. By hand, the app is at:</p>
<ul class="links">
${links.map((link) => `<li><a href="${escaped(link)}/">${escaped(link)}</a></li>`).join('\n')}
</ul>
</section>
</div>
</main>
<div class="bar">
<div class="inner">
<span class="ring" aria-hidden="true">${padlock}</span>
<p role="status" id="status"><b>${title}</b> <span>${text}</span></p>
<a class="go" id="go" href="/"${go ? '' : ' hidden'}>Go on</a>
</div>
</div>
<noscript><p class="noscript">Without scripts this page cannot look for itself. When you are done, open one of the addresses above.</p></noscript>
<script>${script}</script>
</body>
</html>
`;
}

function systemOf(system: System, facts: TrustPageFacts): string {
  const steps = system.steps({ name: escaped(facts.authority.name), sha1: facts.sha1 });
  return `<details class="system" name="system" data-system="${system.id}">
<summary><span>${system.title}</span><em>${system.detail}</em></summary>
<ol>
${steps.map(({ text, picture }) => `<li><div class="words">${text}</div>${picture}</li>`).join('\n')}
</ol>
<p class="undo"><b>To take it back:</b> ${system.undo}</p>
</details>`;
}

/** In groups of eight bytes, which eyes can hold. */
function printed(sha256: string): string {
  const pairs = sha256.split(':');
  const groups: string[] = [];
  for (let at = 0; at < pairs.length; at += 8) groups.push(pairs.slice(at, at + 8).join(':'));
  return groups.map((group) => `<span>${escaped(group)}</span>`).join('<wbr>');
}

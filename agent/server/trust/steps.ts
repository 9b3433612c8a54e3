// What a person does on each system, step by step, in the systems' own words (as of 2026: Android 11 to 16, iOS 15 to
// 26, Windows 10 and 11, macOS 13 to 26, Chrome and Firefox of these days).
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { back, dialog, download, settings, terminal } from './pictures.ts';

export interface Step {
  /** HTML. */
  text: string;
  /** An SVG. */
  picture: string;
}

export interface System {
  id: 'android' | 'ios' | 'windows' | 'macos' | 'linux' | 'firefox';
  title: string;
  detail: string;
  /** How it is taken back, in HTML. */
  undo: string;
  /** `name` = the authority's, escaped; `sha1` = its other fingerprint, in hex. */
  steps(of: { name: string; sha1: string }): readonly Step[];
}

const file = 'myspinbot-ca.crt';
const get = (label: string, path: string = endpoints.authorityCrt) =>
  `<a class="get" href="${path}">${label}</a>`;
const ready: Step = {
  text: '<p><b>Come back to this page.</b> It notices by itself, and goes on.</p>',
  picture: back,
};
const command = (line: string) => `<p><code class="command">${line}</code></p>`;

/** Chromium reads the old place where there is one, and makes the new one where there is none. */
const store = 'D=~/.pki/nssdb; [ -d "$D" ] || D=~/.local/share/pki/nssdb;';
const makeStore = '[ -f "$D/cert9.db" ] || { mkdir -p "$D"; certutil -N -d sql:"$D" --empty-password; };';

export const systems: readonly System[] = [
  {
    id: 'android',
    title: 'Android',
    detail: 'phones and tablets',
    undo: 'Settings, search for <i>User credentials</i>, tap MySpinBot, <i>Remove</i>.',
    steps: () => [
      {
        text: `<p><b>Download the certificate.</b></p><p>${get('Download')}</p><p>Android may say that it cannot be opened from here. That is right: it wants to be asked in the settings.</p>`,
        picture: download(file),
      },
      {
        text: '<p><b>Open Settings and search for “CA certificate”.</b> By hand: <i>Security &amp; privacy</i> → <i>More security</i> → <i>Encryption &amp; credentials</i> → <i>Install a certificate</i>.</p>',
        picture: settings('Install a certificate', 'CA certificate'),
      },
      {
        text: `<p><b>Tap <i>Install anyway</i></b>, unlock the phone, and choose <code>${file}</code> in <i>Downloads</i>. Android warns here of every such certificate, and says later that “the network may be monitored”. This one vouches only for private networks.</p>`,
        picture: settings('Downloads', file),
      },
      ready,
    ],
  },
  {
    id: 'ios',
    title: 'iPhone, iPad',
    detail: 'in Safari',
    undo: 'Settings → <i>General</i> → <i>VPN &amp; Device Management</i> → MySpinBot → <i>Remove Profile</i>.',
    steps: ({ name }) => [
      {
        text: `<p><b>Download the profile</b> in Safari, and tap <i>Allow</i>.</p><p>${get('Download the profile', endpoints.authorityProfile)}</p>`,
        picture: download('MySpinBot'),
      },
      {
        text: '<p><b>Open Settings</b> → <i>Profile Downloaded</i>, near the top → <i>Install</i>. Later it is under <i>General</i> → <i>VPN &amp; Device Management</i>.</p>',
        picture: settings('Settings', 'Profile Downloaded'),
      },
      {
        text: `<p><b>Switch it on:</b> Settings → <i>General</i> → <i>About</i> → <i>Certificate Trust Settings</i>, at the very bottom → ${name}. Without this step it does not count.</p>`,
        picture: settings('Certificate Trust Settings', 'MySpinBot', { isOn: true }),
      },
      ready,
    ],
  },
  {
    id: 'windows',
    title: 'Windows',
    detail: 'Edge, Chrome, Firefox',
    undo: 'Press Windows and R, open <code>certmgr.msc</code>, <i>Trusted Root Certification Authorities</i> → <i>Certificates</i>, delete MySpinBot.',
    steps: ({ sha1 }) => [
      {
        text: `<p><b>Download the certificate</b> and open it. Keep it if the browser asks.</p><p>${get('Download')}</p>`,
        picture: download(file),
      },
      {
        text: '<p><b>Click <i>Install Certificate…</i></b>, choose <i>Current User</i>, then <i>Place all certificates in the following store</i>: <i>Trusted Root Certification Authorities</i>.</p>',
        picture: dialog('Certificate Import Wizard', 'Trusted Root …', 'Next'),
      },
      {
        text: `<p><b>Click <i>Finish</i> and answer <i>Yes</i>.</b> Windows shows a shorter fingerprint (SHA-1) of the same certificate:</p><p><code class="command">${shortPrint(sha1)}</code></p>`,
        picture: dialog('Security Warning', 'Thumbprint (sha1)', 'Yes', false),
      },
      ready,
    ],
  },
  {
    id: 'macos',
    title: 'macOS',
    detail: 'Safari, Chrome, Firefox',
    undo: 'Keychain Access → <i>login</i> → <i>Certificates</i>, delete MySpinBot.',
    steps: ({ name }) => [
      {
        text: `<p><b>Download the certificate</b> and open it. It goes into the <i>login</i> keychain.</p><p>${get('Download')}</p>`,
        picture: download(file),
      },
      {
        text: `<p><b>Open Keychain Access</b>, look for “${name}” under <i>login</i> → <i>Certificates</i>, and double-click it.</p>`,
        picture: settings('Keychain Access', 'MySpinBot'),
      },
      {
        text: `<p><b>Under <i>Trust</i>, choose <i>Always Trust</i></b>, close the window, and type your password. Or all of it in a terminal:</p>${command(`security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ~/Downloads/${file}`)}`,
        picture: dialog('When using this', 'Always Trust', 'OK'),
      },
      ready,
    ],
  },
  {
    id: 'linux',
    title: 'Linux',
    detail: 'Chrome, Chromium, Edge, Brave',
    undo: `<code>${store} certutil -D -d sql:"$D" -n MySpinBot</code>`,
    steps: () => [
      {
        text: `<p><b>Download the certificate.</b></p><p>${get('Download')}</p>`,
        picture: download(file),
      },
      {
        text: `<p><b>Put it into the browser’s store</b>, in a terminal:</p>${command(`${store} ${makeStore} certutil -A -d sql:"$D" -t "C,," -n MySpinBot -i ~/Downloads/${file}`)}<p>Then close all windows of the browser, and open this address again: it reads its store only when it starts.</p><p><code>certutil</code> is in <code>libnss3-tools</code> (Debian, Ubuntu), <code>nss-tools</code> (Fedora), <code>nss</code> (Arch).</p>`,
        picture: terminal('certutil -A -t "C,,"'),
      },
      {
        text: '<p><b>Or without a terminal:</b> open <code>chrome://certificate-manager</code> → <i>Local certificates</i> → <i>Installed by you</i> → <i>Trusted Certificates</i> → <i>Import</i>.</p>',
        picture: settings('Trusted Certificates', 'Import'),
      },
      ready,
    ],
  },
  {
    id: 'firefox',
    title: 'Firefox',
    detail: 'on Linux, or where it still warns',
    undo: 'Settings → <i>View Certificates…</i> → <i>Authorities</i> → MySpinBot → <i>Delete or Distrust…</i>',
    steps: () => [
      {
        text: `<p><b>Download the certificate.</b></p><p>${get('Download')}</p>`,
        picture: download(file),
      },
      {
        text: '<p><b>Open Settings and search for “certificates”</b>, then <i>View Certificates…</i> → <i>Authorities</i> → <i>Import…</i>, and choose the file.</p>',
        picture: settings('Certificates', 'View Certificates…'),
      },
      {
        text: '<p><b>Tick <i>Trust this CA to identify websites.</i></b></p><p>On Windows and macOS, Firefox trusts what the system trusts. On Android: install it as for Android, then in Firefox <i>Settings</i> → <i>About Firefox</i>, tap the logo five times; in <i>Secret Settings</i> switch on <i>Use third party CA certificates</i>.</p>',
        picture: dialog('Downloading Certificate', 'identify websites', 'OK'),
      },
      ready,
    ],
  },
];

function shortPrint(sha1: string): string {
  return (sha1.match(/.{1,8}/g) ?? []).join(' ');
}

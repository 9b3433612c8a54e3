// How each system is told to trust an authority, in its own words as of 2026. Menus move: the words to search for are
// named as well.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Screen } from './drawing.ts';

export interface Step {
  /** HTML of our own. */
  readonly words: string;
  readonly screen?: Screen;
}

export interface System {
  readonly id: string;
  readonly name: string;
  /** What is downloaded, and what the button says. */
  readonly file: string;
  readonly button: string;
  readonly steps: readonly Step[];
  /** How it is taken back. */
  readonly undo: string;
}

const crt = { file: endpoints.authorityCrt, button: 'Download the certificate' };

export const systems: readonly System[] = [
  {
    id: 'android',
    name: 'Android',
    ...crt,
    steps: [
      {
        words:
          'Tap <b>Download the certificate</b> above. If the browser asks whether to keep it: <b>Keep</b>.',
      },
      {
        words:
          'Open <b>Settings</b> and search for <b>CA certificate</b>. (It is under Security and privacy, More security settings, Encryption and credentials, Install a certificate.)',
        screen: {
          on: 'phone',
          title: 'Install a certificate',
          lines: ['CA certificate', 'VPN and app user', 'Wi-Fi certificate'],
          tap: 0,
        },
      },
      {
        words:
          'Android warns that somebody could watch. Here that somebody is your own workstation. Tap <b>Install anyway</b>, then choose <b>myspinbot-ca.crt</b>.',
        screen: {
          on: 'phone',
          title: 'Data won’t be private',
          lines: ['Don’t install', 'Install anyway'],
          tap: 1,
        },
      },
    ],
    undo: 'Settings, search for <b>User credentials</b>, tap MySpinBot, Remove.',
  },
  {
    id: 'ios',
    name: 'iPhone and iPad',
    file: endpoints.authorityProfile,
    button: 'Download the profile',
    steps: [
      {
        words: 'In <b>Safari</b>, tap <b>Download the profile</b> above, and <b>Allow</b>.',
        screen: { on: 'phone', title: 'Configuration profile', lines: ['Ignore', 'Allow'], tap: 1 },
      },
      {
        words: 'Open <b>Settings</b>, tap <b>Profile Downloaded</b> at the top, and <b>Install</b>.',
        screen: {
          on: 'phone',
          title: 'Settings',
          lines: ['Profile Downloaded', 'Aeroplane Mode', 'Wi-Fi'],
          tap: 0,
        },
      },
      {
        words:
          'Still in Settings: <b>General</b>, <b>About</b>, at the very bottom <b>Certificate Trust Settings</b>. Switch it on for MySpinBot.',
        screen: {
          on: 'phone',
          title: 'Certificate Trust',
          lines: ['Full trust for roots', 'MySpinBot on …'],
          tap: 1,
          switches: true,
        },
      },
    ],
    undo: 'Settings, General, VPN & Device Management, MySpinBot, Remove Profile.',
  },
  {
    id: 'windows',
    name: 'Windows',
    ...crt,
    steps: [
      {
        words: 'Open the downloaded file and press <b>Install Certificate</b>. Take <b>Current User</b>.',
        screen: {
          on: 'window',
          title: 'Certificate',
          lines: ['General', 'Install Certificate…', 'OK'],
          tap: 1,
        },
      },
      {
        words:
          'Choose <b>Place all certificates in the following store</b>, Browse, <b>Trusted Root Certification Authorities</b>. Finish, and say Yes.',
        screen: {
          on: 'window',
          title: 'Select Certificate Store',
          lines: ['Personal', 'Trusted Root Certification …', 'Enterprise Trust'],
          tap: 1,
        },
      },
    ],
    undo: 'Run <code>certmgr.msc</code>, Trusted Root Certification Authorities, delete MySpinBot.',
  },
  {
    id: 'macos',
    name: 'macOS',
    ...crt,
    steps: [
      { words: 'Open the downloaded file. <b>Keychain Access</b> takes it into <b>login</b>.' },
      {
        words:
          'Find <b>MySpinBot</b> there, open it, unfold <b>Trust</b>, and choose <b>Always Trust</b>. It asks for your password when you close it.',
        screen: {
          on: 'window',
          title: 'When using this certificate',
          lines: ['Use System Defaults', 'Always Trust', 'Never Trust'],
          tap: 1,
        },
      },
    ],
    undo: 'Keychain Access, login, Certificates, delete MySpinBot.',
  },
  {
    id: 'linux',
    name: 'Linux (Chrome, Chromium, Edge)',
    ...crt,
    steps: [
      {
        words:
          'In the browser: Settings, Privacy and security, Security, <b>Manage certificates</b>, <b>Custom</b>, Installed by you, <b>Import</b> beside Trusted certificates.',
        screen: {
          on: 'window',
          title: 'Installed by you',
          lines: ['Trusted certificates: Import', 'Intermediate certificates', 'Distrusted certificates'],
          tap: 0,
        },
      },
      {
        words:
          'Or in a terminal: <code>certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n MySpinBot -i myspinbot-ca.crt</code>, then start the browser again.',
      },
    ],
    undo: 'The same place, or <code>certutil -d sql:$HOME/.pki/nssdb -D -n MySpinBot</code>.',
  },
  {
    id: 'firefox',
    name: 'Firefox',
    ...crt,
    steps: [
      {
        words:
          'Settings, search for <b>certificates</b>, <b>View Certificates</b>, <b>Authorities</b>, <b>Import</b>, and choose the downloaded file.',
        screen: {
          on: 'window',
          title: 'Certificate Manager',
          lines: ['Your Certificates', 'Authorities: Import…', 'Servers'],
          tap: 1,
        },
      },
      {
        words: 'Tick <b>Trust this CA to identify websites</b>.',
        screen: {
          on: 'window',
          title: 'Downloading Certificate',
          lines: ['Trust to identify websites', 'Trust to identify email users'],
          tap: 0,
          switches: true,
        },
      },
    ],
    undo: 'The same list: MySpinBot, Delete or Distrust.',
  },
];

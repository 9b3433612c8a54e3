import type { AuditEntry, DeviceRecord } from '@myspinbot/shared/wire/pairing.ts';
import { describe, expect, it } from 'vitest';
import {
  addressOf,
  auditBy,
  broughtLine,
  confinementWords,
  dayWords,
  deviceLine,
  removalLine,
} from './device-words.ts';

const NOW = new Date(2026, 10, 24, 12).getTime();
const HOUR = 3_600_000;
const device: DeviceRecord = {
  id: `d_${'1'.repeat(24)}`,
  name: 'Pixel 8',
  kind: 'phone',
  role: 'member',
  project: null,
  pairedAt: NOW - 100 * HOUR,
  seenAt: NOW,
  broughtBytes: 0,
};
const entry: AuditEntry = { at: NOW, kind: 'paired', who: null, name: null, from: null, what: 'Paired' };

describe('a device in one line', () => {
  const look = { project: undefined, now: NOW };
  it('says of nobody that they are here while the workstation is out of reach', () => {
    const away = { ...look, isReached: false };
    expect(deviceLine({ ...device, isConnected: true }, away)).toBe('Member · was here');
    expect(deviceLine(device, { ...away, isMine: true })).toBe('Member · was here');
    expect(deviceLine({ ...device, seenAt: NOW - 3 * HOUR }, away)).toBe('Member · last seen 3 hours ago');
  });
  it('says its role, and when it was seen unless the workstation says that it is connected', () => {
    expect(deviceLine({ ...device, isConnected: true }, look)).toBe('Member · here now');
    expect(deviceLine({ ...device, isConnected: true, seenAt: NOW - HOUR }, look)).toBe('Member · here now');
    expect(deviceLine({ ...device, isConnected: false, seenAt: NOW - 60_000 }, look)).toBe(
      'Member · last seen a minute ago',
    );
    expect(deviceLine({ ...device, seenAt: NOW - 3 * HOUR }, look)).toBe('Member · last seen 3 hours ago');
    expect(deviceLine({ ...device, seenAt: NOW - 3 * HOUR }, { ...look, isMine: true })).toBe(
      'Member · here now',
    );
  });
  it('says what a guest sees', () => {
    expect(deviceLine({ ...device, isConnected: true, role: 'guest' }, { ...look, project: 'Robin' })).toBe(
      'Guest of "Robin" · here now',
    );
  });
  it('says of a removed one whether it knows that it is to erase', () => {
    const removed = { at: NOW - HOUR, erase: true };
    const left = { ...removed, erase: false };
    expect(removalLine(device, NOW)).toBeUndefined();
    expect(removalLine({ ...device, removed: left }, NOW)).toBe('Has not called since');
    expect(removalLine({ ...device, removed: { ...left, toldAt: NOW - 60_000 } }, NOW)).toBe(
      'Called a minute ago, and was told. It keeps what it has',
    );
    expect(removalLine({ ...device, removed }, NOW)).toMatch(/as soon as it calls$/);
    expect(removalLine({ ...device, removed: { ...removed, toldAt: NOW - 60_000 } }, NOW)).toBe(
      'Called a minute ago, and was told to erase what the app keeps on it',
    );
  });
  it('says what it brought, if anything', () => {
    expect(broughtLine(device)).toBeUndefined();
    expect(broughtLine({ ...device, broughtBytes: 48e6 })).toBe('Brought 48 MB');
  });
});

describe('whose doing it was', () => {
  it.each([
    [{ who: 'local' }, 'On the workstation itself'],
    [{ who: 'd_1', name: 'Pixel 8', from: '192.168.1.7' }, 'Pixel 8, from 192.168.1.7'],
    [{ from: '192.168.1.9' }, 'Somebody unknown, from 192.168.1.9'],
    [{}, undefined],
  ])('%j', (more, words) => {
    expect(auditBy({ ...entry, ...more })).toBe(words);
  });
});

it('days are called as people call them', () => {
  expect(dayWords(NOW - HOUR, NOW)).toBe('Today');
  expect(dayWords(NOW - 24 * HOUR, NOW)).toBe('Yesterday');
  expect(dayWords(NOW - 72 * HOUR, NOW)).toBe('Saturday 21 November');
});

it('an address is shown without its secret', () => {
  expect(addressOf('https://192.168.1.5:7777/#pair=12.secret.key')).toBe('https://192.168.1.5:7777');
});

describe('how tools are shut in', () => {
  it.each([
    [true, true, true, /only so much memory \(bwrap\)\.$/, 'done'],
    [false, true, true, /This machine cannot keep them off the network\.$/, 'info'],
    [true, false, false, /cannot hide other files from them or limit their memory\.$/, 'info'],
    [false, false, false, /no way to shut tools in/, 'info'],
  ] as const)('network %s, files %s, memory %s', (network, files, memory, words, tone) => {
    const said = confinementWords({ network, files, memory, by: 'bwrap' });
    expect(said.text).toMatch(words);
    expect(said.tone).toBe(tone);
    if (tone === 'done') expect(said.next).toBeUndefined();
    else expect(said.next).toContain('install bubblewrap');
  });
});

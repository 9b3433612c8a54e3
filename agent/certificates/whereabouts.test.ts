import { expect, test } from 'vitest';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { createWhereabouts } from './whereabouts.ts';

const one = (address: string, internal = false) => ({
  address,
  netmask: '',
  mac: '',
  cidr: null,
  internal,
  ...(address.includes(':') ? { family: 'IPv6' as const, scopeid: 0 } : { family: 'IPv4' as const }),
});

test('the likeliest address comes first; public ones and the loopback are not told', () => {
  const whereabouts = createWhereabouts({
    listen: 'all',
    clock: handClock(0),
    hostname: () => 'Desk.example.com',
    interfaces: () => ({
      lo: [one('127.0.0.1', true), one('::1', true)],
      docker0: [one('172.17.0.1')],
      tailscale0: [one('100.99.1.2')],
      eth0: [one('10.0.0.4'), one('fd00::4'), one('fe80::1'), one('2001:db8::4')],
      wlan0: [one('192.168.1.5'), one('203.0.113.9')],
    }),
  });
  expect(whereabouts.addresses()).toEqual(['192.168.1.5', '10.0.0.4', 'fd00::4', '172.17.0.1', '100.99.1.2']);
  expect(whereabouts.names()).toEqual(['desk.local', 'desk.example.com']);
  whereabouts.setMdnsName('myspinbot.local');
  expect(whereabouts.names()[0]).toBe('myspinbot.local');
});

test('a change is told once, and nothing when there is none', () => {
  const clock = handClock(0);
  let address = '192.168.1.5';
  const whereabouts = createWhereabouts({
    listen: 'all',
    clock,
    hostname: () => 'desk',
    interfaces: () => ({ eth0: [one(address)] }),
  });
  let told = 0;
  whereabouts.onChange(() => {
    told += 1;
  });
  clock.advance(60_000);
  expect(told).toBe(0);
  address = '10.0.0.1';
  clock.advance(60_000);
  expect([told, whereabouts.addresses()]).toEqual([1, ['10.0.0.1']]);
  whereabouts.close();
  address = '10.0.0.2';
  clock.advance(60_000);
  expect(told).toBe(1);
});

test('an agent for its own machine is nowhere; named addresses are the ones there are', () => {
  const world = {
    clock: handClock(0),
    hostname: () => 'bad_name!',
    interfaces: () => ({ eth0: [one('192.168.1.5')] }),
  };
  const alone = createWhereabouts({ listen: 'loopback', ...world });
  expect([alone.addresses(), alone.names()]).toEqual([[], []]);
  const named = createWhereabouts({ listen: ['127.0.0.1', '127.0.0.2', '8.8.8.8'], ...world });
  expect([named.addresses(), named.names()]).toEqual([['127.0.0.2'], []]);
});

test('a bare name is not told: no certificate can be for it', () => {
  const whereabouts = createWhereabouts({
    listen: 'all',
    clock: handClock(0),
    hostname: () => 'dev',
    interfaces: () => ({}),
  });
  expect(whereabouts.names()).toEqual(['dev.local']);
});

test.each([
  ['::', ['192.168.1.5', 'fd00::5']],
  ['0.0.0.0', ['192.168.1.5']],
])('%s stands for every address of its kind, and they are told', (address, told) => {
  const interfaces = () => ({ eth0: [one('192.168.1.5'), one('fd00::5')] });
  const world = { clock: handClock(0), hostname: () => 'desk', interfaces };
  expect(createWhereabouts({ listen: [address], ...world }).addresses()).toEqual(told);
  expect(createWhereabouts({ listen: ['fd00::5', address], ...world }).addresses()).toContain('fd00::5');
});

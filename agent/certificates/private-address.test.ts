import { expect, test } from 'vitest';
import { isPrivateAddress } from './private-address.ts';

test.each([
  '127.0.0.1',
  '127.255.0.9',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.9.9',
  '100.64.0.1',
  '100.127.255.255',
  '::1',
  'fd12::1',
  'fc00::',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  '::ffff:192.168.1.1',
])('%s is of the house', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each([
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '192.169.0.1',
  '11.0.0.1',
  '100.63.0.1',
  '100.128.0.1',
  '0.0.0.0',
  '::',
  '2001:db8::1',
  'fec0::1',
  '::ffff:8.8.8.8',
  '64:ff9b::a00:1',
  '10.1',
  '10.0.0.1.example.com',
  '192.168.1',
  'localhost',
  '',
  '10.0.0.1/8',
  '::ffff:10.0.0.1.evil',
  '1921.68.0.1',
])('%j is not', (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});

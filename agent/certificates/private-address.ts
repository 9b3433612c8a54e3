// Which addresses are of a house: loopback, private, link-local, and those of carrier and overlay networks. Everything
// else is somewhere on the Internet.
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const privateOnes = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8], // RFC 1122
  ['10.0.0.0', 8], // RFC 1918
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16], // RFC 3927
  ['100.64.0.0', 10], // RFC 6598; also Tailscale
] as const) {
  privateOnes.addSubnet(network, prefix, 'ipv4');
}
privateOnes.addAddress('::1', 'ipv6');
privateOnes.addSubnet('fc00::', 7, 'ipv6'); // RFC 4193
privateOnes.addSubnet('fe80::', 10, 'ipv6'); // RFC 4291

/** With or without an interface ("fe80::1%eth0"); IPv4 in IPv6 clothes is judged as IPv4. False for what is no address. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%[\w.-]{1,32}$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return isPrivateAddress(mapped);
  if (isIPv4(plain)) return privateOnes.check(plain, 'ipv4');
  return isIPv6(plain) && privateOnes.check(plain, 'ipv6');
}

// Descriptions as browsers and Node make them, and what somebody hostile would rather have read.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  isHouseAddress,
  MAX_CANDIDATES,
  MAX_SDP,
  readCandidate,
  readDescription,
  writeDescription,
} from './description.ts';

const print = Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(
  ':',
);
const other = print.replace('00:', 'FF:');
/** As Chromium writes an offer; Firefox and Safari differ in what is left out here. */
const chromium = [
  'v=0',
  'o=- 5005821238312841554 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
  'm=application 56546 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 192.0.2.2',
  'a=candidate:1 1 udp 2113937151 0e8e4f6c-1c4b-4e0c-9c39-63ee4b3d4b0f.local 56546 typ host generation 0 network-cost 999',
  'a=candidate:2 1 udp 1677729535 203.0.113.9 56546 typ srflx raddr 0.0.0.0 rport 0',
  'a=ice-ufrag:C0xe',
  'a=ice-pwd:AErrbSIYnlSarVcwjYs5smcP',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${print}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
  '',
].join('\r\n');
const firefox = [
  'v=0',
  'o=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'a=sendrecv',
  `a=fingerprint:sha-256 ${print}`,
  'a=group:BUNDLE 0',
  'a=ice-options:trickle',
  'a=msid-semantic:WMS *',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=sendrecv',
  'a=ice-pwd:c1c0be3ac3f3b8c5ab4e5f2e7a1f6ad1',
  'a=ice-ufrag:6f1ad3ab',
  'a=mid:0',
  'a=setup:actpass',
  'a=sctp-port:5000',
  'a=max-message-size:1073741823',
  '',
].join('\r\n');

const read = (sdp: string) => {
  const result = readDescription('offer', sdp);
  if (!result.ok) throw new Error(result.why);
  return result;
};

describe('a description', () => {
  test('of Chromium is read', () => {
    expect(read(chromium)).toEqual({
      ok: true,
      description: {
        type: 'offer',
        ufrag: 'C0xe',
        pwd: 'AErrbSIYnlSarVcwjYs5smcP',
        fingerprint: print,
        setup: 'actpass',
        mid: '0',
        sctpPort: 5000,
        maxMessageBytes: 262_144,
      },
      candidates: ['candidate:1 1 udp 2113937151 0e8e4f6c-1c4b-4e0c-9c39-63ee4b3d4b0f.local 56546 typ host'],
      dropped: 1,
    });
  });

  test('of Firefox is read', () => {
    expect(read(firefox).description).toMatchObject({ ufrag: '6f1ad3ab', fingerprint: print });
  });

  test('written anew is read as the same, and holds no address', () => {
    for (const sdp of [chromium, firefox]) {
      const { description } = read(sdp);
      const written = writeDescription(description);
      expect(read(written)).toEqual({ ok: true, description, candidates: [], dropped: 0 });
      expect(written).not.toMatch(/candidate|192\.|local/);
    }
  });

  const refused: [string, (sdp: string) => string][] = [
    ['with sound beside the channel', (sdp) => `${sdp}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n`],
    ['with two channels', (sdp) => `${sdp}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n`],
    ['without a channel', (sdp) => sdp.replace(/m=.*\r\n/, '')],
    ['of a channel over TCP', (sdp) => sdp.replace('UDP/DTLS', 'TCP/DTLS')],
    ['with two fingerprints', (sdp) => `${sdp}a=fingerprint:sha-256 ${other}\r\n`],
    ['with a fingerprint of another kind', (sdp) => sdp.replace('sha-256', 'sha-1')],
    ['with a second one of another kind', (sdp) => `${sdp}a=fingerprint:sha-1 ${print.slice(0, 59)}\r\n`],
    ['with half a fingerprint', (sdp) => sdp.replace(print, print.slice(0, 47))],
    ['without one', (sdp) => sdp.replace(/a=fingerprint.*\r\n/, '')],
    ['that is another side’s', (sdp) => sdp.replace('actpass', 'active')],
    ['without a setup', (sdp) => sdp.replace(/a=setup.*\r\n/, '')],
    ['with a short password', (sdp) => sdp.replace(/ice-pwd:.*/, 'ice-pwd:abc')],
    ['with two passwords', (sdp) => `${sdp}a=ice-pwd:${'x'.repeat(24)}\r\n`],
    ['with a name that is none', (sdp) => sdp.replace(/ice-ufrag:.*/, 'ice-ufrag:a b')],
    ['without a name', (sdp) => sdp.replace(/a=ice-ufrag.*\r\n/, '')],
    ['that takes no frame', (sdp) => sdp.replace('262144', '1024').replace('1073741823', '1024')],
    ['with control characters', (sdp) => sdp.replace('a=mid:0', 'a=mid:0\u0000')],
    ['with a line of its own making', (sdp) => sdp.replace('a=mid:0', 'hello')],
    ['that is too long', (sdp) => sdp + `a=x:${'x'.repeat(100)}\r\n`.repeat(MAX_SDP / 100)],
    ['that is none', () => 'v=1'],
    ['of nothing', () => ''],
  ];
  for (const [name, sdp] of [
    ['Chromium', chromium],
    ['Firefox', firefox],
  ] as const) {
    test.each(refused)(`%s is refused (${name})`, (_, change) => {
      expect(change(sdp)).not.toBe(sdp);
      expect(readDescription('offer', change(sdp)).ok).toBe(false);
    });
  }

  test('never gives on more than it may, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat(900),
            fc.constantFrom('', '\r\n', '\n', 'a=', 'm=', ':', '\0', 'é', ' ', 'sha-256', '🎬'),
          ),
          {
            maxLength: 4,
          },
        ),
        (changes) => {
          let sdp = chromium;
          for (const [at, text] of changes) sdp = sdp.slice(0, at) + text + sdp.slice(at + text.length);
          const result = readDescription('offer', sdp);
          if (!result.ok) return;
          expect(writeDescription(result.description)).toMatch(/^(?:[a-z]=[\x20-\x7e]*\r\n){15}$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('has no more candidates than a machine has interfaces', () => {
    const many = Array.from(
      { length: 40 },
      (_, at) => `a=candidate:1 1 udp 1 10.0.0.${at} 5000 typ host\r\n`,
    );
    expect(read(chromium + many.join(''))).toMatchObject({ dropped: 1 + 40 - MAX_CANDIDATES + 1 });
  });
});

describe('a candidate', () => {
  test('of this house is written anew, without what nobody needs', () => {
    const text =
      'candidate:3229573512 1 udp 2122194687 192.168.1.5 39317 typ host generation 0 ufrag C0xe network-id 1';
    expect(readCandidate(text)).toBe('candidate:3229573512 1 udp 2122194687 192.168.1.5 39317 typ host');
    expect(addressOf(readCandidate(text)!)).toBe('192.168.1.5');
    expect(readCandidate('candidate:1 1 UDP 1 FD00::2 5000 typ host')).toBe(
      'candidate:1 1 udp 1 fd00::2 5000 typ host',
    );
  });

  test.each([
    'candidate:1 1 udp 1 8.8.8.8 5000 typ host',
    'candidate:1 1 udp 1 2001:db8::1 5000 typ host',
    'candidate:1 1 udp 1 192.168.1.5 5000 typ srflx raddr 10.0.0.1 rport 5000',
    'candidate:1 1 udp 1 192.168.1.5 5000 typ relay',
    'candidate:1 1 udp 1 192.168.1.5 5000 typ prflx',
    'candidate:1 1 tcp 1 192.168.1.5 5000 typ host tcptype passive',
    'candidate:1 2 udp 1 192.168.1.5 5000 typ host',
    'candidate:1 1 udp 1 192.168.1.5 53 typ host',
    'candidate:1 1 udp 1 192.168.1.5 70000 typ host',
    'candidate:1 1 udp 1 192.168.1.5 5000 typ hosts',
    'candidate:1 1 udp 1 printer.lan 5000 typ host',
    'candidate:1 1 udp 1 a.b.local 5000 typ host',
    'candidate:1 1 udp 1 ::ffff:192.168.1.5 5000 typ host',
    'candidate:1 1 udp 1 fe80::1%eth0 5000 typ host',
    'candidate:1 1 udp 99999999999 192.168.1.5 5000 typ host',
    'x\r\na=candidate:1 1 udp 1 192.168.1.5 5000 typ host',
    `candidate:1 1 udp 1 192.168.1.5 5000 typ host ${'x'.repeat(400)}`,
    '',
  ])('%j is dropped', (text) => {
    expect(readCandidate(text)).toBeUndefined();
  });
});

test.each([
  ['127.0.0.1', true],
  ['10.255.0.1', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.0.1', true],
  ['192.169.0.1', false],
  ['169.254.7.7', true],
  ['100.64.0.1', true],
  ['100.128.0.1', false],
  ['010.0.0.1', false],
  ['10.0.0', false],
  ['10.0.0.256', false],
  ['::1', true],
  ['fd12:3456::1', true],
  ['fe80::1', true],
  ['fec0::1', false],
  ['2001:db8::1', false],
  ['::', false],
  ['fd::1::2', false],
  ['fd00', false],
])('%s is of this house: %s', (address, is) => {
  expect(isHouseAddress(address)).toBe(is);
});

// A session description and its candidates, read strictly and written anew: of what a peer says only the few values
// that a data channel in one house needs go on to a WebRTC library, in a form of our own. Knows no library.

/** A description of one data channel has 400 to 900 characters, with candidates of a dozen interfaces 2000. */
export const MAX_SDP = 8192;
export const MAX_CANDIDATE = 400;
/** Of one peer: a machine with a dozen interfaces, and no list of targets. */
export const MAX_CANDIDATES = 16;

export interface Description {
  type: 'offer' | 'answer';
  ufrag: string;
  pwd: string;
  /** "AB:CD:...", SHA-256, upper case. */
  fingerprint: string;
  setup: 'actpass' | 'active' | 'passive';
  mid: string;
  sctpPort: number;
  maxMessageBytes: number;
}

export type ReadDescription =
  | { ok: true; description: Description; candidates: string[]; dropped: number }
  | { ok: false; why: string };

const FINGERPRINT = /^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/;
/** What may stand in a line: no control characters, nothing but ASCII. */
const LINE = /^[a-z]=[\x20-\x7e]*$/;

/** Never throws. Lines that say nothing to a data channel are left out; two that contradict each other are refused. */
export function readDescription(type: 'offer' | 'answer', sdp: string): ReadDescription {
  const no = (why: string): ReadDescription => ({ ok: false, why });
  if (sdp.length > MAX_SDP) return no('the description is too long');
  const lines = sdp.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines[0] !== 'v=0') return no('not a description');
  const said = new Map<string, string>();
  const candidates: string[] = [];
  let dropped = 0;
  let media = 0;
  for (const line of lines) {
    if (!LINE.test(line)) return no('a line that cannot be read');
    if (line.startsWith('m=')) {
      media++;
      if (!/^m=application \d{1,5} UDP\/DTLS\/SCTP webrtc-datachannel$/.test(line)) {
        return no('something other than a data channel');
      }
    }
    const attribute = /^a=([a-z-]+)(?::(.*))?$/.exec(line);
    if (attribute === null) continue;
    const [, name = '', value = ''] = attribute;
    if (name === 'candidate') {
      const read = candidates.length < MAX_CANDIDATES ? readCandidate(`candidate:${value}`) : undefined;
      if (read === undefined) dropped++;
      else candidates.push(read);
      continue;
    }
    if (
      !['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup', 'mid', 'sctp-port', 'max-message-size'].includes(name)
    ) {
      continue;
    }
    const before = said.get(name);
    if (before !== undefined && before !== value) return no(`two of ${name}`);
    said.set(name, value);
  }
  if (media !== 1) return no(`${media} media where one data channel is wanted`);
  const ufrag = said.get('ice-ufrag') ?? '';
  const pwd = said.get('ice-pwd') ?? '';
  // RFC 8839, section 5.4: ice-char, 4 to 256 and 22 to 256. Nobody makes longer ones than these.
  if (!/^[A-Za-z0-9+/]{4,64}$/.test(ufrag)) return no('no ice-ufrag');
  if (!/^[A-Za-z0-9+/]{22,128}$/.test(pwd)) return no('no ice-pwd');
  const [algorithm, print = ''] = (said.get('fingerprint') ?? '').split(' ');
  const fingerprint = print.toUpperCase();
  if (algorithm?.toLowerCase() !== 'sha-256' || !FINGERPRINT.test(fingerprint)) {
    return no('no fingerprint by SHA-256');
  }
  const setup = said.get('setup');
  const isSetup = type === 'offer' ? setup === 'actpass' : setup === 'active' || setup === 'passive';
  if (!isSetup) return no('no setup that fits');
  const mid = said.get('mid') ?? '';
  if (!/^[A-Za-z0-9]{1,16}$/.test(mid)) return no('no mid');
  const sctpPort = wholeNumber(said.get('sctp-port') ?? '5000', 1, 65_535);
  const maxMessageBytes = wholeNumber(said.get('max-message-size') ?? '65536', 65_536, 2 ** 31);
  if (sctpPort === undefined || maxMessageBytes === undefined) return no('no room for a frame');
  return {
    ok: true,
    description: {
      type,
      ufrag,
      pwd,
      fingerprint,
      setup: setup as Description['setup'],
      mid,
      sctpPort,
      maxMessageBytes,
    },
    candidates,
    dropped,
  };
}

/** The one way to write a description; without addresses, which travel apart. */
export function writeDescription(description: Description): string {
  const { ufrag, pwd, fingerprint, setup, mid, sctpPort, maxMessageBytes } = description;
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${fingerprint}`,
    `a=setup:${setup}`,
    `a=mid:${mid}`,
    `a=sctp-port:${sctpPort}`,
    `a=max-message-size:${maxMessageBytes}`,
    '',
  ].join('\r\n');
}

/**
 * A candidate written anew: a UDP address of this house or a name of mDNS. Undefined for anything else: addresses of
 * the Internet, of relays, of TCP, and what is no candidate. Never throws.
 */
export function readCandidate(text: string): string | undefined {
  if (text.length > MAX_CANDIDATE) return undefined;
  const parts = /^candidate:([\w+/]{1,32}) 1 udp (\d{1,10}) (\S{1,64}) (\d{1,5}) typ host(?: |$)/i.exec(text);
  if (parts === null) return undefined;
  const [, foundation, priority = '', host = '', port = ''] = parts;
  const address = host.toLowerCase();
  if (!isHouseAddress(address) && !isMdnsName(address)) return undefined;
  // Services that answer to anything sit below.
  if (wholeNumber(port, 1024, 65_535) === undefined || wholeNumber(priority, 1, 2 ** 32 - 1) === undefined) {
    return undefined;
  }
  return `candidate:${foundation} 1 udp ${priority} ${address} ${port} typ host`;
}

/** The address or name of a candidate as `readCandidate` writes it. */
export function addressOf(candidate: string): string {
  return candidate.split(' ')[4] ?? '';
}

/** The random name that a browser puts in the place of an address (RFC draft mdns-ice-candidates). */
export function isMdnsName(host: string): boolean {
  return /^[a-z0-9-]{1,63}\.local$/.test(host);
}

/** Loopback, private, link-local or of an overlay network, plainly written: no zone, no IPv4 in IPv6 clothes. */
export function isHouseAddress(address: string): boolean {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (four !== null) {
    if (four.slice(1).some((part) => Number(part) > 255 || String(Number(part)) !== part)) return false;
    const [a = 0, b = 0] = four.slice(1).map(Number);
    if (a === 127 || a === 10) return true;
    if (a === 172) return b >= 16 && b <= 31;
    if (a === 100) return b >= 64 && b <= 127;
    return (a === 192 && b === 168) || (a === 169 && b === 254);
  }
  if (!/^[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}$/.test(address) || address.split('::').length > 2) return false;
  return address === '::1' || /^f[cd][0-9a-f]{2}:/.test(address) || /^fe[89ab][0-9a-f]:/.test(address);
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

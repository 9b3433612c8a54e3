// Direct links between two real ends: the device's half of a call on one side, the agent's on the other, @roamhq/wrtc
// under both (the agent's in a process of its own, as in the product), and the words of the call carried by hand, so that a test can be the man in the middle.
import { randomBytes, webcrypto } from 'node:crypto';
import type { Principal } from '@myspinbot/shared/access/access.ts';
import { openDirectLink } from '@myspinbot/shared/direct/call.ts';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import { signals } from '@myspinbot/shared/pairing/statements.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { linkContract } from '@myspinbot/shared/transfer/link-contract.ts';
import { decodeSignal, encodeSignal, type SignalMessage } from '@myspinbot/shared/wire/signal.ts';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../log/logger.ts';
import { CURVE, isSignedBy, signed, writtenPublicKey } from '../pairing/signatures.ts';
import { createPeerLinks, type PeerEvent, type PeerLinks } from './peer-links.ts';
import { createWebRtc } from './webrtc.ts';
import { loadLibrary } from './webrtc-library.ts';

type KeyPair = { privateKey: webcrypto.CryptoKey; key: string };
const makeKey = async (): Promise<KeyPair> => {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  return { privateKey, key: await writtenPublicKey(publicKey) };
};
const keys = {} as { agent: KeyPair; phone: KeyPair; stranger: KeyPair };
const webrtc = createWebRtc({ clock: systemClock, log: silentLogger });
// Both ends in one process, as in direct.test.ts.
let make: Awaited<ReturnType<typeof webrtc.load>>;
beforeAll(async () => {
  [keys.agent, keys.phone, keys.stranger] = await Promise.all([makeKey(), makeKey(), makeKey()]);
  make = await webrtc.load();
  return () => webrtc.close();
});

const agentId = 'a_1';
const phoneId = 'd_1';
const phone: Principal = { kind: 'device', id: phoneId, role: 'owner' };
const open: PeerLinks[] = [];
afterEach(() => {
  for (const links of open.splice(0)) links.close();
});

interface World {
  links: PeerLinks;
  events: PeerEvent[];
  logged: { event: string; fields: Record<string, unknown> | undefined }[];
  taken: Promise<FrameLink>;
  /** A device calls; what it and the agent say passes through `between` first (undefined = swallowed). */
  call(options?: CallOptions): Promise<FrameLink>;
}
interface CallOptions {
  who?: Principal;
  key?: KeyPair;
  peer?: string;
  believes?: KeyPair;
  between?: (message: SignalMessage, to: 'agent' | 'device') => SignalMessage | string | undefined;
}

function world(options: { load?: () => Promise<never>; addresses?: readonly string[] } = {}): World {
  const logged: World['logged'] = [];
  const note = (event: string, fields?: Record<string, unknown>) => void logged.push({ event, fields });
  const log = { ...silentLogger, info: note, warn: note, error: note };
  const links = createPeerLinks({
    agent: agentId,
    load: options.load ?? webrtc.load,
    sign: (fields) => signed(keys.agent.privateKey, signals(fields)),
    isSigned: (fields, signature) =>
      fields.device === phoneId
        ? isSignedBy(keys.phone.key, signals(fields), signature)
        : Promise.resolve(false),
    addresses: () => options.addresses ?? [],
    clock: systemClock,
    log,
  });
  open.push(links);
  const events: PeerEvent[] = [];
  links.on((event) => void events.push(event));
  const taken = new Promise<FrameLink>((resolve) => links.onLink(resolve));
  return {
    links,
    events,
    logged,
    taken,
    call({
      who = phone,
      key = keys.phone,
      believes = keys.agent,
      between = (message: SignalMessage) => message,
      ...rest
    } = {}) {
      const ears = new Set<(message: SignalMessage) => void>();
      const asText = (message: SignalMessage | string) =>
        typeof message === 'string' ? message : encodeSignal(message);
      const caller = {
        who,
        send(text: string) {
          const decoded = decodeSignal(text);
          if (!decoded.ok) throw new Error(decoded.why);
          const passed = between(decoded.value, 'device');
          if (passed === undefined) return;
          const heard = decodeSignal(asText(passed));
          if (heard.ok) for (const ear of ears) ear(heard.value);
        },
      };
      return openDirectLink({
        agent: agentId,
        device: phoneId,
        peer: rest.peer ?? toBase64Url(randomBytes(16)),
        line: {
          send(message) {
            const passed = between(message, 'agent');
            if (passed !== undefined) links.receive(caller, asText(passed));
            return true;
          },
          listen(heard) {
            ears.add(heard);
            return () => ears.delete(heard);
          },
        },
        sign: (fields) => signed(key.privateKey, signals(fields)),
        isSigned: (fields, signature) => isSignedBy(believes.key, signals(fields), signature),
        makePeer: () => make('calls'),
        clock: systemClock,
      });
    },
  };
}

const closed = (link: FrameLink) => new Promise<string>((resolve) => link.onClose(resolve));
/** Browsers give none where they have no leave to. */
const withoutCandidates: CallOptions['between'] = (message, to) =>
  to === 'agent' && message.type === 'signal/candidate' ? undefined : message;

describe('every link', () => {
  const openPair = async () => {
    const { links, call, taken } = world();
    const [here, there] = await Promise.all([call(), taken]);
    return { here, there, end: async () => links.close() };
  };
  // Over the real library, whose threads share the machine with everything else: a link that falls silent for three
  // seconds ends, as it must. What is wrong with the link itself is wrong three times.
  for (const { name, run } of linkContract('direct', openPair)) test(name, { retry: 2 }, run);
});

describe('a call', () => {
  test('comes about without one candidate of the device', async () => {
    const { call, taken, events } = world();
    const [here, there] = await Promise.all([call({ between: withoutCandidates }), taken]);
    const heard = new Promise((resolve) => there.onFrame(resolve));
    await here.send('so it is');
    expect(await heard).toBe('so it is');
    expect(events).toEqual([{ type: 'direct', open: 1 }]);
    const over = closed(there);
    here.close();
    await over;
    expect(events).toEqual([
      { type: 'direct', open: 1 },
      { type: 'direct', open: 0 },
    ]);
  });

  test('tells of no address that the agent does not answer on', async () => {
    const told: string[] = [];
    const { call } = world();
    await call({
      between(message, to) {
        if (to === 'device' && message.type === 'signal/candidate')
          told.push(message.candidate.split(' ')[4]!);
        if (to === 'device' && message.type === 'signal/answer')
          expect(message.sdp).not.toContain('candidate');
        return message;
      },
    });
    expect(told.length).toBeGreaterThan(0);
    expect(told.filter((address) => address !== '::1' && !address.startsWith('127.'))).toEqual([]);
  });

  test('asks nobody outside', async () => {
    const peer = (await loadLibrary())('answers') as unknown as {
      _pc: { getConfiguration(): { iceServers?: unknown[] } };
      destroy(): void;
    };
    expect(peer._pc.getConfiguration().iceServers ?? []).toEqual([]);
    peer.destroy();
  });
});

describe('removing a device', () => {
  test('ends its links at once, at both ends', async () => {
    const { links, call, taken } = world();
    const [here, there] = await Promise.all([call(), taken]);
    const over = Promise.all([closed(here), closed(there)]);
    links.cut('d_2');
    links.cut(phoneId);
    expect((await over)[1]).toBe('removed');
    await expect(async () => there.send('late')).rejects.toThrow('removed');
  });

  test('ends a call that is on its way', async () => {
    const { links, call, logged } = world();
    const calling = call({
      between(message, to) {
        if (to === 'device' && message.type === 'signal/answer') links.cut(phoneId);
        return message;
      },
    });
    await expect(calling).rejects.toMatchObject({ name: 'Failure' });
    expect(logged.some(({ event }) => event === 'direct.open')).toBe(false);
  }, 20_000);
});

describe('whoever may not call is refused', () => {
  test('scripts and the machine itself, which have no key', async () => {
    for (const who of [{ kind: 'local' }, { kind: 'script', id: 's_1', scope: 'all' }] as const) {
      const { call, events } = world();
      await expect(call({ who })).rejects.toMatchObject({ code: 'refused' });
      expect(events).toEqual([{ type: 'refused', why: 'not-allowed' }]);
    }
  });

  test('another device under this one’s name, and this one under another’s', async () => {
    const stolen = world();
    await expect(stolen.call({ key: keys.stranger })).rejects.toMatchObject({ code: 'refused' });
    expect(stolen.events).toEqual([{ type: 'refused', why: 'bad-signature' }]);
    const other = world();
    const who: Principal = { kind: 'device', id: 'd_2', role: 'member' };
    await expect(other.call({ who })).rejects.toMatchObject({ code: 'refused' });
    expect(other.events).toEqual([{ type: 'refused', why: 'bad-signature' }]);
  });

  test('a device with too many links, until one of them is closed', async () => {
    const { call, events } = world();
    const all = [await call(), await call(), await call(), await call()];
    await expect(call()).rejects.toMatchObject({ code: 'too-often' });
    expect(events.at(-1)).toEqual({ type: 'refused', why: 'busy' });
    all[0]!.close();
    await call();
  }, 20_000);

  test('but calls that a page left behind make room for a new one', async () => {
    const { call, taken, logged } = world();
    // Nothing that the agent says arrives: as when the page was loaded anew.
    let offers = 0;
    let all: () => void;
    const offered = new Promise<void>((resolve) => {
      all = resolve;
    });
    const left = Array.from({ length: 4 }, () =>
      call({
        between(message, to) {
          if (message.type === 'signal/offer' && ++offers === 4) void Promise.resolve().then(all);
          return to === 'device' ? undefined : message;
        },
      }).catch(() => undefined),
    );
    await offered;
    const [link] = await Promise.all([call(), taken]);
    expect(logged.map(({ event }) => event)).toContain('direct.open');
    expect(logged.some(({ fields }) => fields?.why === 'another call took its place')).toBe(true);
    link.close();
    await Promise.all(left);
  }, 30_000);

  test('everybody, with a reason, where there is no library', async () => {
    const { call, events } = world({ load: () => Promise.reject(new Error('no binary')) });
    await expect(call()).rejects.toMatchObject({ code: 'engine-missing', hint: /no WebRTC library/ });
    expect(events).toEqual([{ type: 'refused', why: 'unavailable' }]);
  });
});

describe('a man in the middle', () => {
  /** A fingerprint of a certificate that is really somebody's. */
  const foreign = `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`;
  const swaps: [string, (sdp: string) => string][] = [
    ['the fingerprint', (sdp) => sdp.replace(/a=fingerprint:.*/, foreign)],
    ['a second fingerprint', (sdp) => sdp.replace(/(a=fingerprint:.*)/, `$1\r\n${foreign}`)],
    ['one digit of it', (sdp) => sdp.replace(/(sha-256 .)(.)/, (_, a, b) => a + (b === '0' ? '1' : '0'))],
    ['its letters’ size', (sdp) => sdp.replace(/sha-256 .*/, (print) => print.toLowerCase())],
    ['the password of ICE', (sdp) => sdp.replace(/ice-pwd:./, (say) => `${say}x`)],
    ['who opens DTLS', (sdp) => sdp.replace(/a=setup:.*/, 'a=setup:passive')],
    ['the session’s number', (sdp) => sdp.replace('o=- 1', 'o=- 2')],
    ['a line more', (sdp) => `${sdp}a=x\r\n`],
    ['a candidate', (sdp) => `${sdp}a=candidate:1 1 udp 1 10.0.0.1 5000 typ host\r\n`],
  ];
  for (const to of ['agent', 'device'] as const) {
    test.each(swaps)(`who changes %s on its way to the ${to} is found out`, async (_, swap) => {
      const { call, logged } = world();
      const calling = call({
        between(message, direction) {
          if (direction !== to || !('sdp' in message)) return message;
          const sdp = swap(message.sdp);
          expect(sdp).not.toBe(message.sdp);
          return { ...message, sdp };
        },
      });
      await expect(calling).rejects.toMatchObject({ code: 'refused' });
      expect(logged.some(({ event }) => event === 'direct.open')).toBe(false);
    });
  }

  test('who answers in the workstation’s place, with a real end of their own, is found out', async () => {
    const { call } = world();
    await expect(call({ believes: keys.stranger })).rejects.toMatchObject({ code: 'refused' });
  });

  test('a true answer to another offer is not believed', async () => {
    const { call } = world();
    let kept: SignalMessage | undefined;
    const link = await call({
      between(message) {
        if (message.type === 'signal/answer') kept = message;
        return message;
      },
    });
    link.close();
    const again = call({
      between: (message) =>
        message.type === 'signal/answer' && kept?.type === 'signal/answer'
          ? { ...kept, peer: message.peer }
          : message,
    });
    await expect(again).rejects.toMatchObject({ code: 'refused' });
  });

  test('a description turned around is not believed: sides are signed', async () => {
    const { call } = world();
    let offer: SignalMessage | undefined;
    const calling = call({
      between(message, to) {
        if (message.type === 'signal/offer') offer = message;
        if (to !== 'device' || message.type !== 'signal/answer' || offer?.type !== 'signal/offer')
          return message;
        return { ...message, sdp: offer.sdp.replace('actpass', 'active'), signature: offer.signature };
      },
      believes: keys.phone,
    });
    await expect(calling).rejects.toMatchObject({ code: 'refused' });
  });

  test('300 random changes of one letter: all found out', async () => {
    let seed = 4711;
    const roll = (sides: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * sides);
    };
    // One true offer is enough to change it over and over: the agent says what it thinks of each.
    let offer: Extract<SignalMessage, { type: 'signal/offer' }> | undefined;
    const { call, links } = world();
    const link = await call({
      between(message) {
        if (message.type === 'signal/offer') offer = message;
        return message;
      },
    });
    link.close();
    for (let round = 0; round < 300; round++) {
      const changed = { ...offer! };
      const field = (['sdp', 'sdp', 'sdp', 'signature', 'peer'] as const)[roll(5)]!;
      const at = roll(changed[field].length);
      const sign = String.fromCharCode(45 + roll(78));
      changed[field] = changed[field].slice(0, at) + sign + changed[field].slice(at + 1);
      if (changed[field] === offer![field]) continue;
      const said = await new Promise<SignalMessage | 'cut'>((resolve) => {
        const send = (text: string) => {
          const decoded = decodeSignal(text);
          if (decoded.ok) resolve(decoded.value);
        };
        if (!links.receive({ who: phone, send }, encodeSignal(changed))) resolve('cut');
      });
      expect(said === 'cut' || said.type === 'signal/refuse', `round ${round}: ${field}`).toBe(true);
    }
  });
});

test('what is no message of this conversation is told apart from what a newer device may say', () => {
  const { links } = world();
  const caller = { who: phone, send: () => undefined };
  expect(links.receive(caller, '{"type":"signal/later","peer":1}')).toBe(true);
  for (const text of ['', 'x', '{}', '{"type":"signal/offer"}', '[]', 'null']) {
    expect(links.receive(caller, text), text).toBe(false);
  }
});

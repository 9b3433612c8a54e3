// Golden fixtures of every message of the pairing conversation, and what its decoders may meet. A change of an encoded
// form breaks devices and agents of other versions: raise PAIRING_VERSION and keep the old fixtures readable.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as wire from './pairing.ts';

const key = 'K'.repeat(122);
const nonce = 'N'.repeat(22);
const signature = 'S'.repeat(86);
const share = 'X'.repeat(87);
const confirm = 'C'.repeat(43);
const device = `d_${'0a'.repeat(12)}`;
const project = 'p_0123456789ab';
const script = { id: 's_1', name: 'backup', scope: 'read', madeAt: 1, seenAt: null };
const proof = { device, nonce, signature };

/** One or more real messages of each schema, as text on the wire. */
const golden = {
  pairingStartSchema: [
    `{"version":2,"invitation":"07","device":{"key":"${key}","name":"Annas Gerät","kind":"phone"},"share":"${share}","password":"code"}`,
  ],
  agentIdentitySchema: [`{"id":"a_1","name":"desk","key":"${key}"}`],
  pairingStartedSchema: [
    `{"session":"${nonce}","agent":{"id":"a_1","name":"desk","key":"${key}"},"share":"${share}","confirm":"${confirm}"}`,
  ],
  pairingFinishSchema: [`{"session":"${nonce}","confirm":"${confirm}","signature":"${signature}"}`],
  pairedSchema: [
    `{"device":"${device}","role":"owner","project":null,"signature":"${signature}"}`,
    `{"device":"${device}","role":"guest","project":"${project}","signature":"${signature}"}`,
  ],
  challengeSchema: [
    `{"device":"${device}","nonce":"${nonce}"}`,
    `{"device":"${device}","nonce":"${nonce}","signature":"${signature}"}`,
  ],
  challengedSchema: [
    `{"state":"known","nonce":"${nonce}","signature":"${signature}","seat":{"name":"Phone","role":"member","project":null}}`,
    `{"state":"known","nonce":"${nonce}","signature":"${signature}"}`,
    `{"state":"removed","erase":true,"signature":"${signature}"}`,
    '{"state":"unknown"}',
    '{"state":"unknown","agent":"a_1"}',
  ],
  tokenRequestSchema: [JSON.stringify(proof)],
  tokenGrantSchema: ['{"token":"T","expiresInMs":600000}'],
  deviceRecordSchema: [
    `{"id":"${device}","name":"Phone","kind":"tablet","role":"owner","project":null,"pairedAt":1,"seenAt":2,"broughtBytes":3}`,
    `{"id":"${device}","name":"Phone","kind":"laptop","role":"member","project":null,"pairedAt":1,"seenAt":2,"broughtBytes":3,"removed":{"at":4,"erase":false}}`,
    `{"id":"${device}","name":"Phone","kind":"phone","role":"member","project":null,"pairedAt":1,"seenAt":2,"isConnected":true,"broughtBytes":3,"removed":{"at":4,"erase":true,"toldAt":5}}`,
  ],
  inviteSchema: ['{"role":"owner"}', `{"role":"guest","project":"${project}"}`],
  invitationSchema: [
    '{"id":"07","role":"owner","project":null,"code":"07-000-345","trustLinks":["http://10.0.0.2:7777/"],"links":["https://10.0.0.2:7777/#pair=x"],"expiresInMs":120000,"attemptsLeft":3,"state":{"state":"open"}}',
    `{"id":"07","role":"guest","project":"${project}","code":"07-000-345","trustLinks":[],"links":[],"expiresInMs":0,"attemptsLeft":2,"state":{"state":"used","device":"${device}","name":"Phone"}}`,
    ...['expired', 'spent', 'withdrawn'].map(
      (state) =>
        `{"id":"07","role":"owner","project":null,"code":"07-000-345","trustLinks":[],"links":[],"expiresInMs":0,"attemptsLeft":0,"state":{"state":"${state}"}}`,
    ),
  ],
  scriptTokenSchema: [JSON.stringify(script)],
  newScriptTokenSchema: ['{"name":"backup","scope":"all"}'],
  madeScriptTokenSchema: [JSON.stringify({ token: 'msb_T', record: script })],
  auditEntrySchema: [
    ...wire.auditKinds.map(
      (kind) => `{"at":1.5,"kind":"${kind}","who":"local","name":null,"from":null,"what":"It was done"}`,
    ),
    '{"at":1,"kind":"refused","who":null,"name":null,"from":"10.0.0.3","what":"A code was tried"}',
  ],
  securityReportSchema: [
    `{"fingerprint":"${confirm}","addresses":["https://10.0.0.2:7777"],"authority":{"name":"MySpinBot on desk","sha256":"AA:BB","notAfter":9},"leafNotAfter":8,"confinement":{"network":true,"files":false,"memory":true,"by":"bwrap"},"quota":{"usedBytes":1,"totalBytes":2,"deviceBytes":3}}`,
    `{"fingerprint":"${confirm}","addresses":[],"authority":null,"leafNotAfter":null,"confinement":{"network":false,"files":false,"memory":false,"by":""},"quota":{"usedBytes":0,"totalBytes":2,"deviceBytes":3}}`,
  ],
} satisfies Record<string, string[]>;

/** Parts of messages, tried by the messages they stand in. */
const parts = [
  'publicKeySchema',
  'nonceSchema',
  'signatureSchema',
  'fingerprintSchema',
  'deviceIdSchema',
  'invitationIdSchema',
  'deviceNameSchema',
];
const schemas = wire as unknown as Record<string, z.ZodType>;
const start = JSON.parse(golden.pairingStartSchema[0]!) as Record<string, unknown>;

describe('the pairing messages', () => {
  test('every message has a golden fixture', () => {
    const names = Object.keys(wire).filter((name) => name.endsWith('Schema') && !parts.includes(name));
    expect(Object.keys(golden).sort()).toEqual(names.sort());
  });

  test.each(Object.entries(golden).flatMap(([name, texts]) => texts.map((text) => [name, text] as const)))(
    '%s reads %s as it always was',
    (name, text) => {
      expect(JSON.stringify(schemas[name]!.parse(JSON.parse(text)))).toBe(text);
    },
  );

  test('what a message may be is what it was: a change here is a change of the conversation', () => {
    const digests = Object.fromEntries(
      [...Object.keys(golden), ...parts].map((name) => [
        name,
        createHash('sha256')
          .update(JSON.stringify(z.toJSONSchema(schemas[name]!, { io: 'input', unrepresentable: 'any' })))
          .digest('hex')
          .slice(0, 12),
      ]),
    );
    expect({ version: wire.PAIRING_VERSION, ...digests }).toEqual({
      version: 2,
      agentIdentitySchema: '7d2bc46e7e40',
      auditEntrySchema: '7cc01ce0fed7',
      challengeSchema: 'cca7f640ca6b',
      challengedSchema: 'b013623b9ecb',
      deviceIdSchema: '6c23c617ddc0',
      deviceNameSchema: '8136aa69219f',
      deviceRecordSchema: '9b76698650ed',
      fingerprintSchema: 'ffbcfad2b92f',
      invitationIdSchema: 'a475bdefb2c9',
      invitationSchema: 'ec95b5ddac72',
      inviteSchema: '2aef35b24262',
      madeScriptTokenSchema: 'a5c985e4eb48',
      newScriptTokenSchema: '406bc03191ba',
      nonceSchema: '4d25319080d5',
      pairedSchema: '3829b7f68bc4',
      pairingFinishSchema: '13f77b232595',
      pairingStartSchema: '30feede2b49b',
      pairingStartedSchema: '7bea85cc6bc7',
      publicKeySchema: '9cea75c0934d',
      scriptTokenSchema: '2b9f3017ecec',
      securityReportSchema: '189e3ce998fa',
      signatureSchema: 'f67679a9c008',
      tokenGrantSchema: '5cb499599706',
      tokenRequestSchema: '63f517a4c4fb',
    });
  });

  test.each([
    ['another version', { version: 3 }],
    ['a field nobody knows', { admin: true }],
    ['an invitation of three digits', { invitation: '007' }],
    ['an invitation of other digits', { invitation: '٠٧' }],
    ['a share that is too long', { share: `${share}X` }],
    ['another password', { password: 'both' }],
    ['no device', { device: undefined }],
    ['a device with a role', { device: { key, name: 'A', kind: 'phone', role: 'owner' } }],
    ['a device of another kind', { device: { key, name: 'A', kind: 'fridge' } }],
    ['a key with padding', { device: { key: `${key.slice(2)}==`, name: 'A', kind: 'phone' } }],
    ['a name of nothing', { device: { key, name: ' ', kind: 'phone' } }],
    ['a name that is too long', { device: { key, name: 'A'.repeat(61), kind: 'phone' } }],
    ['a name that moves the cursor', { device: { key, name: 'A\u001b[2J', kind: 'phone' } }],
    ['a name that turns the text around', { device: { key, name: 'A\u202eB', kind: 'phone' } }],
    ['a name of two lines', { device: { key, name: 'A\u2028B', kind: 'phone' } }],
  ])('a start with %s is refused', (_, change) => {
    expect(wire.pairingStartSchema.safeParse({ ...start, ...change }).success).toBe(false);
  });

  test('a guest is invited to one project, others to none', () => {
    for (const invite of [{ role: 'guest' }, { role: 'owner', project }, { role: 'guest', project: 'x' }]) {
      expect(wire.inviteSchema.safeParse(invite).success).toBe(false);
    }
  });

  test('the largest start fits into what a body may have', () => {
    const name = '😀'.repeat(30);
    const largest = { ...start, device: { key, name, kind: 'desktop' }, password: 'secret' };
    expect(wire.pairingStartSchema.safeParse(largest).success).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(largest))).toBeLessThan(wire.MAX_PAIRING_BYTES);
  });
});

describe('the proof in a socket’s subprotocols', () => {
  const word = wire.proofProtocol(proof);

  test('is written and read as it always was', () => {
    expect(word).toBe(`proof.${device}.${nonce}.${signature}`);
    expect(wire.parseProofProtocol(`myspinbot, ${word}`)).toEqual(proof);
    expect(wire.parseProofProtocol(`${word},myspinbot`)).toEqual(proof);
  });

  test('is made of nothing but what a subprotocol may hold', () => {
    expect(word).toMatch(/^[\w.-]+$/);
  });

  test.each([
    [undefined],
    [''],
    ['myspinbot'],
    ['proof.'],
    [`${word}, ${word}`],
    [`${word}.more`],
    [word.replace('proof.', 'Proof.')],
    [`proof.${device}.${nonce}`],
    [`proof.${device.toUpperCase()}.${nonce}.${signature}`],
    [`proof.${device}.${nonce}.${signature}=`],
    [`${'x'.repeat(400)}, ${word}`],
  ])('%j has no proof', (header) => {
    expect(wire.parseProofProtocol(header)).toBeUndefined();
  });

  test('no header makes the decoder throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `proof.${text}`),
        ),
        (header) => {
          const read = wire.parseProofProtocol(header);
          if (read !== undefined) expect(wire.parseProofProtocol(wire.proofProtocol(read))).toEqual(read);
        },
      ),
    );
  });
});

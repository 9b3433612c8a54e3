// Garbage for everything here that reads what the network sends: real messages of a real gate, changed at random, go
// through the decoder and on into the gate as they would from a request. Whatever comes back must be an answer or a
// Failure, soon. The same seed sends the same changes (keys and secrets are others each time).
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { parseCode, parseLink } from '@myspinbot/shared/pairing/invitation.ts';
import {
  challengeSchema,
  MAX_PAIRING_BYTES,
  pairingFinishSchema,
  pairingStartSchema,
  tokenRequestSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import fc from 'fast-check';
import type { z } from 'zod';
import type { Origin } from '../port.ts';
import { openGateWorld } from './gate-world.ts';
import { createTestDevice } from './paired-device.ts';

export const fuzzTargets = [
  'start',
  'finish',
  'challenge',
  'token',
  'proof',
  'authorization',
  'link',
  'code',
] as const;
type Target = (typeof fuzzTargets)[number];

export interface FuzzReport {
  seed: number;
  inputs: number;
  /** Answered, refused by the decoder, or refused by the gate with this code: how often, by target. */
  outcomes: Record<Target, Record<string, number>>;
  /** CPU of the slowest input, all threads together; one beyond SLOW_MS is asked three times, and the fastest counts. */
  slowestMs: number;
  slowest: string;
  heapMiB: { before: number; after: number };
}

const SLOW_MS = 50;
/** Inputs between two sets of fresh messages: few enough that many still meet an open invitation and a valid nonce. */
const FRESH_EVERY = 400;
/** A quarter second passes with each input, so that limits and lifetimes turn over. */
const STEP_MS = 250;
const ADDRESSES = 40;

type Change = { how: number; at: number; nasty: unknown };

const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1e308,
    '',
    ' ',
    '__proto__',
    'constructor',
    '\u0000',
    '\u202e',
    '\ud800',
    '../..',
    '00',
    [],
    {},
    'a'.repeat(3000),
    Array(400).fill([]),
    '{"__proto__":{"role":"owner"}}',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.base64String(),
);
const changes: fc.Arbitrary<Change[]> = fc.array(fc.record({ how: fc.nat(7), at: fc.nat(), nasty }), {
  // None: the real message itself, which must still be understood.
  minLength: 0,
  maxLength: 3,
});

/** Throws with the seed and the input when anything but an answer or a Failure came back. */
export async function fuzzPairing({ inputs, seed }: { inputs: number; seed: number }): Promise<FuzzReport> {
  const world = await openGateWorld();
  const { gate, clock } = world;
  const report: FuzzReport = {
    seed,
    inputs: 0,
    outcomes: Object.fromEntries(fuzzTargets.map((target) => [target, {}])) as FuzzReport['outcomes'],
    slowestMs: 0,
    slowest: '',
    heapMiB: { before: heapMiB(), after: 0 },
  };
  let real: Record<Target, string>;

  const ask = async (target: Target, text: string, origin: Origin): Promise<string> => {
    const json = <T>(schema: z.ZodType<T>, then: (value: T) => Promise<unknown>) =>
      decodedJson(text, schema, then);
    switch (target) {
      case 'start':
        return await json(pairingStartSchema, (start) => gate.startPairing(start, origin));
      case 'finish':
        return await json(pairingFinishSchema, (finish) => gate.finishPairing(finish, origin));
      case 'challenge':
        return await json(challengeSchema, (asked) => gate.challenge(asked, origin));
      case 'token':
        return await json(tokenRequestSchema, (request) => gate.grantToken(request, origin));
      case 'proof': {
        const asked = { protocols: text, authorization: undefined, path: '/sync/workspace' };
        return (await gate.identifySocket(asked, origin)) === undefined ? 'nobody' : 'answered';
      }
      case 'authorization':
        return gate.identify(text, origin) === undefined ? 'nobody' : 'answered';
      case 'link':
        return parseLink(text) === undefined ? 'undecoded' : 'answered';
      case 'code':
        return parseCode(text) === undefined ? 'undecoded' : 'answered';
    }
  };

  try {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fuzzTargets), changes, async (target, list) => {
        if (report.inputs % FRESH_EVERY === 0) real = await freshMessages();
        report.inputs += 1;
        clock.advance(STEP_MS);
        const number = report.inputs % ADDRESSES;
        const origin = { address: `192.168.7.${number}`, isOwnMachine: number === 0 };
        const text = list.reduce((sofar, change) => changed(sofar, change), real[target]);
        let outcome = '';
        let ms = Number.POSITIVE_INFINITY;
        // A collection of garbage or a busy machine is not slow three times in a row.
        for (let times = 0; times < 3 && ms > SLOW_MS; times++) {
          const before = process.cpuUsage();
          const said = await ask(target, text, origin);
          const { user, system } = process.cpuUsage(before);
          outcome ||= said;
          ms = Math.min(ms, (user + system) / 1000);
        }
        report.outcomes[target][outcome] = (report.outcomes[target][outcome] ?? 0) + 1;
        if (ms > report.slowestMs)
          Object.assign(report, { slowestMs: ms, slowest: `${target} ${text.slice(0, 300)}` });
      }),
      // The gate remembers: a smaller input after many others would be another story.
      { numRuns: inputs, seed, endOnFailure: true },
    );
    report.heapMiB.after = heapMiB();
    return report;
  } finally {
    await world.close();
  }

  /** One real message of each kind that this gate would understand now. */
  async function freshMessages(): Promise<Record<Target, string>> {
    // Nothing of the round before stands in the way: neither its invitations nor its limits.
    clock.advance(120_000);
    for (const { id } of gate.devices()) await gate.removeDevice(id, { erase: false }, { kind: 'local' });
    const device = await world.paired(undefined, { origin: { address: '10.0.0.1', isOwnMachine: false } });
    const [open, begun] = [world.invite(), world.invite()];
    const other = await createTestDevice(gate, { origin: { address: '10.0.0.2', isOwnMachine: false } });
    return {
      start: JSON.stringify(await other.pairingStart(open.code)),
      finish: JSON.stringify((await other.startPairing(begun.link)).finish),
      challenge: JSON.stringify({ device: device.id, nonce: 'A'.repeat(22) }),
      token: JSON.stringify(await device.prove('token')),
      proof: (await device.proofProtocols('/sync/workspace')).join(', '),
      authorization: `Bearer ${await device.token()}`,
      link: open.link,
      code: open.code,
    };
  }
}

/** As the server reads a body: its size, its JSON, its schema. */
async function decodedJson<T>(
  text: string,
  schema: z.ZodType<T>,
  then: (value: T) => Promise<unknown>,
): Promise<string> {
  if (Buffer.byteLength(text) > MAX_PAIRING_BYTES) return 'undecoded';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'undecoded';
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return 'undecoded';
  try {
    await then(parsed.data);
    return 'answered';
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

/** The text with one thing wrong: in its letters, or, when it is JSON, in its fields. */
function changed(text: string, { how, at, nasty }: Change): string {
  const place = text.length === 0 ? 0 : at % text.length;
  switch (how) {
    case 0:
      return text.slice(0, place);
    case 1:
      return (
        text.slice(0, place) +
        String.fromCharCode((text.charCodeAt(place) ^ (1 << (at % 8))) & 0xffff) +
        text.slice(place + 1)
      );
    case 2:
      return text.slice(0, place) + written(nasty) + text.slice(place);
    case 3:
      return `${text.slice(0, place)}${text.slice(place + 1 + (at % 5))}`;
    case 4:
      return text + text;
    default:
      return changedField(text, how, at, nasty);
  }
}

function changedField(text: string, how: number, at: number, nasty: unknown): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text.replace(/[\w-]+$/, () => written(nasty));
  }
  const objects: Record<string, unknown>[] = [];
  const collect = (one: unknown) => {
    if (typeof one !== 'object' || one === null || objects.length > 50) return;
    objects.push(one as Record<string, unknown>);
    for (const inner of Object.values(one)) collect(inner);
  };
  collect(value);
  const object = objects[at % Math.max(1, objects.length)];
  if (object === undefined) return JSON.stringify(nasty) ?? '';
  const keys = Object.keys(object);
  const key = keys[(at >> 3) % Math.max(1, keys.length)] ?? 'x';
  if (how === 5) object[key] = nasty;
  else if (how === 6) delete object[key];
  else
    Object.defineProperty(object, written(nasty).slice(0, 50), {
      value: nasty,
      enumerable: true,
      configurable: true,
    });
  return JSON.stringify(value);
}

/** Never by its own toString, which may be anything. */
function written(nasty: unknown): string {
  return typeof nasty === 'string' ? nasty : (JSON.stringify(nasty) ?? '');
}

function heapMiB(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}

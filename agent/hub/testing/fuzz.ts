// Garbage for the documents: real messages of the sync protocol, changed byte by byte or made of nothing, into a real
// room as a socket would bring them. Whatever comes, the room answers or cuts the peer off, soon, and its document stays
// one that can be read, encoded and loaded again. The same seed sends the same changes.
import { roomProject } from '@myspinbot/shared/document/layout.ts';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { canonicalJson } from '../../queue/fingerprint.ts';
import { handClock } from '../../queue/fixtures/hand-clock.ts';
import { type Chance, chanceOf } from '../../queue/fixtures/random.ts';
import { createRoom, type Peer } from '../room.ts';

export interface HubFuzzReport {
  seed: number;
  inputs: number;
  /** Peers that were cut off, by why. */
  cut: Record<string, number>;
  /** Messages that changed the document. */
  applied: number;
  slowestMs: number;
  slowest: string;
}

const SLOW_MS = 50;
/** A document that grew for ever would make every later message slower than it is. */
const FRESH_EVERY = 500;

/** Throws when something was thrown out of the room, or its document cannot be read any more. */
export function fuzzHub({ inputs, seed }: { inputs: number; seed: number }): HubFuzzReport {
  if (roomProject('project/p_0123456789abcdef') === undefined)
    throw new Error('rooms are called otherwise now');
  const chance = chanceOf(seed);
  const clock = handClock(0);
  const report: HubFuzzReport = { seed, inputs, cut: {}, applied: 0, slowestMs: 0, slowest: '' };
  let doc = new Y.Doc();
  let room = createRoom(doc, { bytes: () => 0, maxBytes: 1e9, clock });
  for (let count = 0; count < inputs; count++) {
    if (count % FRESH_EVERY === 0) {
      stillWhole(doc, seed, count);
      room.destroy();
      doc = new Y.Doc();
      // The same documents for the same seed.
      doc.clientID = 1 + count;
      room = createRoom(doc, { bytes: () => 0, maxBytes: 1e9, clock });
      fill(doc, chance);
    }
    clock.advance(10);
    const message = garbled(real(doc, 1_000_000 + count, chance), chance);
    let ms = Number.POSITIVE_INFINITY;
    // A collection of garbage or a busy machine is not slow three times in a row.
    for (let times = 0; times < 3 && ms > SLOW_MS; times++) {
      const mayWrite = chance.number() < 0.8;
      const peer: Peer = {
        send() {},
        mayWrite,
        seesDevices: mayWrite,
        shownAs: { id: 'd_fuzz', name: 'Fuzz' },
        cut(why) {
          report.cut[why] = (report.cut[why] ?? 0) + 1;
          room.leave(peer);
        },
      };
      room.join(peer);
      const was = Y.encodeStateVector(doc).length;
      const before = process.cpuUsage();
      room.receive(peer, message);
      const { user, system } = process.cpuUsage(before);
      if (Y.encodeStateVector(doc).length !== was) report.applied += 1;
      room.leave(peer);
      ms = Math.min(ms, (user + system) / 1000);
    }
    if (ms > report.slowestMs) {
      report.slowestMs = ms;
      report.slowest = Buffer.from(message.subarray(0, 200)).toString('hex');
    }
  }
  stillWhole(doc, seed, inputs);
  return report;
}

function stillWhole(doc: Y.Doc, seed: number, count: number): void {
  const again = new Y.Doc();
  Y.applyUpdate(again, Y.encodeStateAsUpdate(doc));
  for (const key of ['fields', 'photos']) {
    if (canonicalJson(again.getMap(key).toJSON()) !== canonicalJson(doc.getMap(key).toJSON())) {
      throw new Error(`seed ${seed}: after ${count} messages the document does not load as it was`);
    }
  }
  // Half a pair of a letter beyond the basic plane is one sign in memory and the sign for "no letter" once written. And
  // neighbours that contradict each other, which no honest device writes, stand in the order in which they came: the
  // same letters, then, in whatever order.
  const written = (one: Y.Doc) =>
    [...Buffer.from(one.getText('script').toString()).toString()].sort().join('');
  if (written(again) !== written(doc)) {
    const [loaded, was] = [again, doc].map((one) => JSON.stringify(one.getText('script').toString()));
    throw new Error(
      `seed ${seed}: after ${count} messages the script is ${loaded} when loaded, and was ${was}`,
    );
  }
}

function fill(doc: Y.Doc, chance: Chance): void {
  doc.getText('script').insert(0, 'Good evening, and welcome.');
  doc.getMap('fields').set('title', 'Robin');
  doc.getMap('photos').set('ab'.repeat(32), { addedAt: chance.number(), asset: { bytes: 10 } });
  doc.getText('script').delete(3, 4);
}

/** A message that a well-meaning device could send now. */
function real(doc: Y.Doc, client: number, chance: Chance): Uint8Array {
  const theirs = new Y.Doc();
  theirs.clientID = client;
  if (chance.number() < 0.7) Y.applyUpdate(theirs, Y.encodeStateAsUpdate(doc));
  const before = Y.encodeStateVector(theirs);
  const script = theirs.getText('script');
  script.insert(Math.floor(chance.number() * (script.length + 1)), 'typed');
  if (chance.number() < 0.4) script.delete(0, Math.min(2, script.length));
  if (chance.number() < 0.4) theirs.getMap('fields').set('seed', chance.number());
  if (chance.number() < 0.2) theirs.getMap('fields').set('nested', new Y.Array());
  const update = Y.encodeStateAsUpdate(theirs, before);
  switch (Math.floor(chance.number() * 5)) {
    case 0:
      return frame(0, 0, Y.encodeStateVector(theirs));
    case 1:
      return frame(0, 1, Y.encodeStateAsUpdate(theirs));
    case 2:
      return frame(1, presenceOf(theirs.clientID));
    case 3:
      return frame(3);
    default:
      return frame(0, 2, update);
  }
}

function presenceOf(client: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarString(encoder, JSON.stringify({ presence: { kind: 'device', id: 'd_x', name: 'X' } }));
  return encoding.toUint8Array(encoder);
}

function frame(...parts: (number | Uint8Array)[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const part of parts) {
    if (typeof part === 'number') encoding.writeVarUint(encoder, part);
    else encoding.writeVarUint8Array(encoder, part);
  }
  return encoding.toUint8Array(encoder);
}

const nasty = [
  Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127),
  Uint8Array.of(128, 128, 128, 128, 128, 128, 128, 128, 128, 1),
  Uint8Array.of(0, 0, 0, 0),
  // Any-typed arrays within arrays, as deep as they go.
  new Uint8Array(5000).fill(117),
  new Uint8Array(300).fill(118),
  Uint8Array.of(10, 255, 255, 255, 255, 15),
];

/** None to three things wrong. */
function garbled(message: Uint8Array, chance: Chance): Uint8Array {
  let bytes = Buffer.from(message);
  const changes = Math.floor(chance.number() * 4);
  for (let count = 0; count < changes; count++) {
    const at = Math.floor(chance.number() * (bytes.length + 1));
    const how = Math.floor(chance.number() * 5);
    if (how === 0) bytes = bytes.subarray(0, at);
    else if (how === 1)
      bytes = Buffer.concat([bytes.subarray(0, at), chance.pick(nasty), bytes.subarray(at)]);
    else if (how === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    else if (how === 3 && at < bytes.length) bytes[at] = Math.floor(chance.number() * 256);
    else bytes = Buffer.concat([bytes, bytes.subarray(at)]);
  }
  return new Uint8Array(bytes);
}

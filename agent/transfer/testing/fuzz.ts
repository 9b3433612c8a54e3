// Garbage for transfers: real frames of both sides, changed at random, into a real session on a store in memory.
// Whatever comes, the session answers, refuses or ends, soon, and keeps nothing that does not match its hash. The same
// seed sends the same changes.
import { createHash } from 'node:crypto';
import { createMemoryStore } from '@myspinbot/shared/transfer/memory-store.ts';
import { createTransferSession } from '@myspinbot/shared/transfer/session.ts';
import { describeAsset, noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { encodePiece } from '@myspinbot/shared/wire/block-frame.ts';
import { encodeTransfer, TRANSFER_VERSION } from '@myspinbot/shared/wire/transfer.ts';
import { type Chance, chanceOf } from '../../queue/fixtures/random.ts';

export interface TransferFuzzReport {
  seed: number;
  inputs: number;
  /** What became of the sessions: a violation and why, or an answer. */
  outcomes: Record<string, number>;
  slowestMs: number;
  slowest: string;
}

const SLOW_MS = 50;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Throws when something was thrown out of a session. */
export async function fuzzTransfer({
  inputs,
  seed,
}: {
  inputs: number;
  seed: number;
}): Promise<TransferFuzzReport> {
  const chance = chanceOf(seed);
  const report: TransferFuzzReport = { seed, inputs, outcomes: {}, slowestMs: 0, slowest: '' };
  const bytes = noise(3000, 1);
  const { ref, blocks } = describeAsset(bytes, sha256);
  const here = describeAsset(noise(2000, 2), sha256);
  const frames = (): (string | Uint8Array)[] => [
    encodeTransfer({ type: 'transfer/offer', asset: ref, blocks: [...blocks] }),
    encodePiece({ hash: ref.hash, index: 0, offset: 0, bytes }),
    encodeTransfer({ type: 'transfer/ask', hash: here.ref.hash }),
    encodeTransfer({ type: 'transfer/want', hash: here.ref.hash, missing: [[0, 1]], credits: 4 }),
    encodeTransfer({ type: 'transfer/got', hash: here.ref.hash, index: 0 }),
    encodeTransfer({ type: 'transfer/cancel', hash: ref.hash }),
    encodeTransfer({ type: 'transfer/refuse', hash: here.ref.hash, why: 'busy', hint: 'later' }),
  ];
  for (let count = 0; count < inputs; count++) {
    const list = frames();
    const kept = chance.number() < 0.5 ? list.slice(0, 2) : [chance.pick(list), chance.pick(list)];
    const sent = kept.map((frame) => garbled(frame, chance));
    let ms = Number.POSITIVE_INFINITY;
    let outcome = '';
    // A collection of garbage or a busy machine is not slow three times in a row.
    for (let times = 0; times < 3 && ms > SLOW_MS; times++) {
      const store = createMemoryStore(sha256);
      outcome = 'nothing';
      const session = createTransferSession({
        store,
        send(frame) {
          if (typeof frame === 'string') outcome = (JSON.parse(frame) as { type: string }).type;
        },
        onEvent(event) {
          if (event.type === 'violation') outcome = event.why.split(':')[0]!;
        },
      });
      const before = process.cpuUsage();
      session.open();
      session.receive(encodeTransfer({ type: 'transfer/hello', version: TRANSFER_VERSION }));
      for (const frame of sent) {
        session.receive(frame);
        // What the store was asked is answered before the next frame comes.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      await session.close();
      const { user, system } = process.cpuUsage(before);
      ms = Math.min(ms, (user + system) / 1000);
    }
    report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
    if (ms > report.slowestMs) {
      report.slowestMs = ms;
      report.slowest = sent.map((frame) => frame.slice(0, 200)).join(' | ');
    }
  }
  return report;
}

const nasty = [
  'null',
  '-1',
  '1e999',
  '{}',
  '[[0,9007199254740991]]',
  '"__proto__"',
  '\ud800',
  '['.repeat(500),
  '"',
];

/** None to two things wrong. */
function garbled(frame: string | Uint8Array, chance: Chance): string | Uint8Array {
  const changes = Math.floor(chance.number() * 3);
  let text = typeof frame === 'string' ? frame : Buffer.from(frame).toString('latin1');
  for (let count = 0; count < changes; count++) {
    const at = Math.floor(chance.number() * (text.length + 1));
    const how = Math.floor(chance.number() * 5);
    if (how === 0) text = text.slice(0, at);
    else if (how === 1) text = text.slice(0, at) + chance.pick(nasty) + text.slice(at);
    else if (how === 2) text = text.slice(0, at) + text.slice(at + 1 + Math.floor(chance.number() * 3));
    else if (how === 3) text = text.replace(/\d+/, () => chance.pick(nasty));
    else
      text = text.slice(0, at) + String.fromCharCode(Math.floor(chance.number() * 256)) + text.slice(at + 1);
  }
  return typeof frame === 'string' ? text : new Uint8Array(Buffer.from(text, 'latin1'));
}

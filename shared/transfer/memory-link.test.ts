import { createHash } from 'node:crypto';
import { describe, test } from 'vitest';
import { createFragments } from './fragments.ts';
import { memoryLinks } from './memory-link.ts';
import { createMemoryStore } from './memory-store.ts';
import { createTransferSession, type TransferSession } from './session.ts';
import { transferContract } from './transfer-contract.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a link in memory', () => {
  const workstation = createMemoryStore(sha256);
  const fragments = createFragments();
  let last: TransferSession | undefined;
  for (const { name, run } of transferContract({
    sha256,
    async connect() {
      const [here, there] = memoryLinks();
      const older = last;
      const session = createTransferSession({
        store: workstation,
        fragments,
        send: (frame) => there.send(frame),
        meet: () => older?.close(),
        onEvent(event) {
          if (event.type === 'violation') there.close(event.why);
        },
      });
      last = session;
      there.onClose(() => void session.close());
      session.open();
      there.onFrame((frame) => session.receive(frame));
      return here;
    },
    there: {
      put: async (bytes) => workstation.put(bytes),
      async kept(hash) {
        const bytes = workstation.bytes(hash);
        return bytes === undefined ? undefined : sha256(bytes);
      },
    },
  })) {
    test(name, run);
  }
});

// Looks and voices in memory, for tests of screens: what was asked for goes into the fake world's jobs, and `stage` is the
// hand that trains. Never part of the app.
import { openTrained } from '@myspinbot/shared/document/trained.ts';
import type { TrainedVersion } from '@myspinbot/shared/job/trained.ts';
import * as Y from 'yjs';
import { createTrainedDesk, type TrainedDesk, type TrainedWorld } from './trained-desk.ts';

export function createFakeTrained(world: { mayWrite(): void } & Pick<TrainedWorld, 'ask'>): {
  desk: TrainedDesk;
  /** The workstation made these. */
  made(versions: readonly TrainedVersion[]): void;
} {
  const doc = new Y.Doc();
  const device = openTrained(doc, { role: 'device', id: 'device-fake' });
  const agent = openTrained(doc, { role: 'agent', id: 'agent-fake' });
  const { desk, follow } = createTrainedDesk({
    ask: world.ask,
    discard(version) {
      world.mayWrite();
      device.discard(version);
    },
  });
  follow(device);
  return { desk, made: (versions) => agent.report(versions, []) };
}

// A gate in a folder of its own with a clock turned by hand, for tests: it can be closed, opened again, and asked what
// it logged.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '@myspinbot/shared/access/access.ts';
import type { Invite } from '@myspinbot/shared/wire/pairing.ts';
import type { Logger } from '../../log/logger.ts';
import { type HandClock, handClock } from '../../queue/fixtures/hand-clock.ts';
import { type GateOptions, openGate } from '../gate.ts';
import type { Gate, InviteOptions } from '../port.ts';
import { createTestDevice, type TestDevice, type TestDeviceOptions } from './paired-device.ts';

export const local: Principal = { kind: 'local' };

export interface GateWorld {
  readonly dir: string;
  readonly clock: HandClock;
  readonly gate: Gate;
  /** Names of the events that were warned of, in order. */
  readonly warnings: string[];
  /** Ends the agent and starts it anew on the same folder. */
  restart(): Promise<Gate>;
  invite(invite?: Invite, options?: InviteOptions): { link: string; code: string; id: string };
  /** A device that was paired by a link. */
  paired(invite?: Invite, options?: TestDeviceOptions): Promise<TestDevice>;
  close(): Promise<void>;
}

export async function openGateWorld(change: Partial<GateOptions> = {}): Promise<GateWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'gate-'));
  const clock = handClock(Date.UTC(2026, 10, 24));
  const warnings: string[] = [];
  const log: Logger = {
    debug() {},
    info() {},
    warn: (event) => void warnings.push(event),
    error: (event) => void warnings.push(event),
    child: () => log,
  };
  const open = () =>
    openGate({
      dir: join(dir, 'pairing'),
      localTokenFile: join(dir, 'local-token'),
      agent: { id: 'a_test', name: 'desk' },
      clock,
      log,
      addresses: () => ['https://192.168.1.5:7777', 'https://myspinbot.local:7777'],
      ownMachineAddress: () => 'http://127.0.0.1:7777',
      ...change,
    });
  let gate = await open();
  const world: GateWorld = {
    dir,
    clock,
    warnings,
    get gate() {
      return gate;
    },
    async restart() {
      await gate.close();
      gate = await open();
      return gate;
    },
    invite(invite = { role: 'owner' }, options) {
      const { id, links, code } = gate.invite(invite, local, options);
      return { id, link: links[0]!, code };
    },
    async paired(invite, options) {
      const device = await createTestDevice(gate, options);
      await device.pair(world.invite(invite).link);
      return device;
    },
    async close() {
      await gate.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return world;
}

// Direct links to a whole agent: called over a real sync socket by a paired device, and what goes over them.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { guestRoom, projectRoom, WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { transferContract } from '@myspinbot/shared/transfer/transfer-contract.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import {
  pairedWith,
  removeSmallAgents,
  type SmallAgent,
  startSmallAgent,
} from '../server/fixtures/small-agent.ts';
import { openSignalSocket, type SignalSocket } from './testing/direct-device.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const project = 'p_0123456789ab' as ProjectId;
let agent: SmallAgent;
let line: SignalSocket;
beforeAll(async () => {
  agent = await startSmallAgent();
  // Its ends are made where the agent's are: a native library that crashes must not take the tests with it.
  const device = await pairedWith(agent, { role: 'owner' });
  line = await openSignalSocket(agent.url, WORKSPACE_ROOM, device, agent.webrtc.load);
});
afterAll(async () => {
  line.close();
  await agent.stop();
  await removeSmallAgents();
});

const closeReason = async (socket: WebSocket) => String((await once(socket, 'close'))[1]);

describe('a transfer over a direct link', () => {
  for (const { name, run } of transferContract({
    sha256,
    seed: 9,
    connect: () => line.call(),
    there: {
      put: (bytes) => agent.vault.put(bytes),
      kept: async (hash) =>
        agent.vault.has(hash) ? sha256(await readFile(agent.vault.path(hash))) : undefined,
    },
  })) {
    // As in peer-links.test.ts: the machine may make a link fall silent.
    test(name, { retry: 2 }, run);
  }
});

describe('who may call', () => {
  test('a guest, in their own room', async () => {
    const guest = await pairedWith(agent, { role: 'guest', project });
    const own = await openSignalSocket(agent.url, guestRoom(project), guest);
    const link = await own.call();
    const hello = new Promise((resolve) => link.onFrame(resolve));
    expect(await hello).toMatch(/^{"type":"transfer\/hello"/);
    own.close();
  });

  test('nobody in the room of a project', async () => {
    const member = await pairedWith(agent, { role: 'member' });
    const wrong = await openSignalSocket(agent.url, projectRoom(project), member);
    wrong.say('{"type":"signal/end","peer":"aaaaaaaaaaaaaaaaaaaaaa"}');
    expect(await closeReason(wrong.socket)).toBe('not a sync protocol message');
  });
});

describe('whoever is removed', () => {
  test('loses the direct link at once, and opens no other', async () => {
    const device = await pairedWith(agent, { role: 'member' });
    const own = await openSignalSocket(agent.url, WORKSPACE_ROOM, device);
    const link = await own.call();
    const over = new Promise<string>((resolve) => link.onClose(resolve));
    const socketOver = closeReason(own.socket);
    await agent.gate.removeDevice(device.id!, { erase: false }, { kind: 'local' });
    // Told, not found out by silence, which would take seconds.
    expect(await over).toMatch(/^(removed|ended by the workstation|the connection closed)$/);
    expect(await socketOver).toBe('removed');
    await expect(own.call()).rejects.toMatchObject({ name: 'Failure' });
  });
});

describe('what is said on the line', () => {
  const fresh = async () =>
    openSignalSocket(agent.url, WORKSPACE_ROOM, await pairedWith(agent, { role: 'member' }));

  test.each([
    ['garbage', 'x', 'not a signal'],
    [
      'an answer, which is the agent’s to give',
      `{"type":"signal/answer","peer":"${'a'.repeat(22)}","sdp":"v=0","signature":"${'s'.repeat(86)}"}`,
      'not a signal',
    ],
    ['a text that is too long', 'x'.repeat(40_000), 'the signal is too large'],
  ])('%s ends it', async (_, text, why) => {
    const own = await fresh();
    own.say(text);
    expect(await closeReason(own.socket)).toBe(why);
  });

  test('more than a call needs ends it', async () => {
    const own = await fresh();
    for (let at = 0; at < 300; at++) own.say('{"type":"signal/end","peer":"aaaaaaaaaaaaaaaaaaaaaa"}');
    expect(await closeReason(own.socket)).toBe('too many signals at once');
  });

  test('a word of a newer app is passed over', async () => {
    const own = await fresh();
    own.say('{"type":"signal/later"}');
    const link = await own.call();
    link.close();
    own.close();
  });
});

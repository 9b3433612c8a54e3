// What different people see and may do in documents: guests, scripts, devices that lose their rights.
import { once } from 'node:events';
import { guestRoom, projectRoom, WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId, JobRequest } from '@myspinbot/shared/job/job.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import * as encoding from 'lib0/encoding';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import {
  pairedWith,
  removeSmallAgents,
  type SmallAgent,
  socketsOf,
  startSmallAgent,
} from '../server/fixtures/small-agent.ts';

const mine = 'p_00000000000000mine' as ProjectId;
const other = 'p_0000000000000other' as ProjectId;
const author = { role: 'device', id: 'd_owner' } as const;

let agent: SmallAgent;
const undo: (() => void)[] = [];
beforeEach(async () => {
  agent = await startSmallAgent({ heartbeatMs: 50 });
  const workspace = openWorkspace(agent.hub.workspace, author);
  for (const [id, title] of [
    [mine, 'Birthday'],
    [other, 'A secret plan'],
  ] as const) {
    workspace.putProject({ id, title, createdAt: 1, updatedAt: 1, deleted: false });
    workspace.request(jobOf(id));
  }
});
afterEach(async () => {
  for (const step of undo.splice(0)) step();
  await agent.stop();
});
afterAll(removeSmallAgents);

const jobId = (project: ProjectId) => `j_${project.slice(2)}` as JobId;
function jobOf(project: ProjectId): JobRequest {
  return {
    id: jobId(project),
    project,
    pipeline: 'portrait',
    options: { photos: ['ab'.repeat(32)], narration: { kind: 'text', text: `Words of ${project}` } } as never,
    assets: [{ hash: 'ab'.repeat(32) as never, bytes: 10, type: 'image/png' }],
    device: 'd_owner',
    requestedAt: 1,
  };
}

function join(room: string, headers: Record<string, string>, doc = new Y.Doc()) {
  const provider = new WebsocketProvider(`${agent.url.replace('http', 'ws')}/sync`, room, doc, {
    WebSocketPolyfill: socketsOf(headers) as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  });
  undo.push(() => provider.destroy());
  return { doc, provider };
}

function until(one: { doc: Y.Doc; provider: WebsocketProvider }, look: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!look()) return;
      one.doc.off('update', check);
      one.provider.awareness.off('update', check);
      one.provider.off('sync', check);
      resolve();
    };
    one.doc.on('update', check);
    one.provider.awareness.on('update', check);
    one.provider.on('sync', check);
    check();
  });
}

test('a guest sees its project in what stands for the workspace, as it changes, and nothing else at all', async () => {
  const guest = await pairedWith(agent, { role: 'guest', project: mine }, 'Grandpa');
  const seen = join(guestRoom(mine), await guest.headers());
  const view = openWorkspace(seen.doc, { role: 'device', id: 'd_guest' });
  await until(seen, () => view.job(jobId(mine)) !== undefined);
  expect(view.projectIds()).toEqual([mine]);
  expect(view.jobIds()).toEqual([jobId(mine)]);
  // Nor which device asked for it.
  expect(view.job(jobId(mine))?.request.device).toBe('somebody');

  const workspace = openWorkspace(agent.hub.workspace, author);
  workspace.putProject({ id: mine, title: 'Birthday of Anna', createdAt: 1, updatedAt: 2, deleted: false });
  workspace.cancel(jobId(other), 5);
  workspace.cancel(jobId(mine), 5);
  await until(seen, () => view.job(jobId(mine))?.wish.cancelledAt === 5);
  expect(view.project(mine)?.title).toBe('Birthday of Anna');

  // Another device says who it is, where guests look too.
  const phone = await pairedWith(agent, { role: 'member' }, 'Secret phone');
  for (const room of [WORKSPACE_ROOM, projectRoom(mine)]) {
    const there = join(room, await phone.headers());
    there.provider.awareness.setLocalStateField('presence', { kind: 'device', id: phone.id, name: 'x' });
  }
  const script = join(projectRoom(mine), await guest.headers());
  agent.hub.present({
    kind: 'agent',
    id: 'a_small',
    name: 'Small',
    jobs: [progressOf(mine), progressOf(other)],
  });
  const shown = (one: typeof seen) => [...one.provider.awareness.getStates().values()];
  await until(seen, () => JSON.stringify(shown(seen)).includes(jobId(mine)));
  const everything = JSON.stringify([
    Buffer.from(Y.encodeStateAsUpdate(seen.doc)).toString('latin1'),
    shown(seen),
    shown(script),
  ]);
  for (const secret of [other, jobId(other), 'A secret plan', 'Secret phone', phone.id!]) {
    expect(everything).not.toContain(secret);
  }
});

function progressOf(project: ProjectId) {
  return { job: jobId(project), stage: 'look', stageFraction: 0, fraction: 0 } as const;
}

test('what a guest keeps stays right when the agent was started again', async () => {
  const guest = await pairedWith(agent, { role: 'guest', project: mine });
  const kept = new Y.Doc();
  const first = join(guestRoom(mine), await guest.headers(), kept);
  const view = openWorkspace(kept, { role: 'device', id: 'd_guest' });
  await until(first, () => view.project(mine)?.title === 'Birthday');
  first.provider.destroy();
  const { dir } = agent;
  await agent.stop();
  agent = await startSmallAgent({ dir, heartbeatMs: 50 });
  const workspace = openWorkspace(agent.hub.workspace, author);
  workspace.putProject({ id: mine, title: 'Another title', createdAt: 1, updatedAt: 2, deleted: false });
  const again = join(guestRoom(mine), await guestHeaders(guest), kept);
  await until(again, () => view.project(mine)?.title === 'Another title');
});

/** After a restart the agent listens elsewhere: what a device is known by stays. */
async function guestHeaders(guest: { id: string | undefined }): Promise<Record<string, string>> {
  expect(agent.gate.device(guest.id!)).toMatchObject({ role: 'guest' });
  return agent.headers();
}

const update = (change: (doc: Y.Doc) => void): Uint8Array => {
  const doc = new Y.Doc();
  change(doc);
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarUint8Array(encoder, Y.encodeStateAsUpdate(doc));
  return encoding.toUint8Array(encoder);
};

test.each<[string, () => Promise<Record<string, string>>, string]>([
  [
    'a guest',
    async () => (await pairedWith(agent, { role: 'guest', project: mine })).headers(),
    projectRoom(mine),
  ],
  [
    'a guest',
    async () => (await pairedWith(agent, { role: 'guest', project: mine })).headers(),
    guestRoom(mine),
  ],
  ['a script that reads', async () => scriptHeaders('read'), WORKSPACE_ROOM],
  ['a script that makes', async () => scriptHeaders('jobs'), WORKSPACE_ROOM],
  ['an owner', async () => (await pairedWith(agent, { role: 'owner' })).headers(), guestRoom(mine)],
])('%s cannot write where it reads (%#)', async (_who, headers, room) => {
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/sync/${encodeURIComponent(room)}`, {
    headers: await headers(),
  });
  undo.push(() => socket.terminate());
  await once(socket, 'open');
  // Nothing new is no attempt: stock clients send that.
  socket.send(update(() => {}));
  socket.send(update((doc) => doc.getMap('projects').set('p_evil', 1)));
  const [code, why] = (await once(socket, 'close')) as [number, Buffer];
  expect([code, why.toString()]).toEqual([1008, 'may only read here']);
  expect(await agent.hub.read(room, (doc) => doc.getMap('projects').has('p_evil'))).toBe(false);
});

async function scriptHeaders(scope: 'read' | 'jobs'): Promise<Record<string, string>> {
  const { token } = await agent.gate.makeScript(scope, scope, { kind: 'local' });
  return { Authorization: `Bearer ${token}` };
}

test('a device that becomes a guest is cut off where it was, and shut out', async () => {
  const device = await pairedWith(agent, { role: 'member' });
  await pairedWith(agent, { role: 'owner' });
  const there = join(projectRoom(other), await device.headers());
  await until(there, () => there.provider.synced);
  const closed = new Promise<number>((resolve) => {
    there.provider.on('connection-close', (event: { code?: number } | null) => resolve(event?.code ?? 0));
  });
  await agent.gate.changeDevice(device.id!, { role: 'guest', project: mine }, { kind: 'local' });
  expect(await closed).toBe(4003);
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/sync/workspace`, {
    headers: await device.headers(),
  });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('403');
});

test('a device removed while its room is being loaded does not get in', async () => {
  const device = await pairedWith(agent, { role: 'member' });
  const headers = await device.headers();
  const refused = Promise.all(
    Array.from({ length: 8 }, async (_, count) => {
      const room = encodeURIComponent(projectRoom(`p_00000000000000load${count}` as ProjectId));
      const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/sync/${room}`, { headers });
      undo.push(() => socket.terminate());
      return await new Promise<string>((resolve) => {
        socket.on('error', (error) => resolve(error.message));
        socket.on('close', (code) => resolve(String(code)));
      });
    }),
  );
  // Somewhere in the middle of it: before, while and after rooms are loaded.
  await new Promise<void>((resolve) => {
    const stop = agent.hub.on((event) => {
      if (event.type !== 'sockets') return;
      stop();
      resolve();
    });
  });
  await agent.gate.removeDevice(device.id!, { erase: false }, { kind: 'local' });
  for (const end of await refused) expect(end).toMatch(/4003|401|403/);
});

test('what does not fit its place is put back or taken away, and what fits stays', async () => {
  const there = join(WORKSPACE_ROOM, agent.headers());
  await until(there, () => there.doc.getMap('projects').has(mine));
  const projects = there.doc.getMap<unknown>('projects');
  projects.set(mine, 'garbage');
  projects.set(other, { ...(projects.get(other) as object), title: 'A better title' });
  projects.set('p_evilevilevil', { id: 'p_another00000' });
  there.doc.getMap('cancels').set('not a job', { cancelledAt: 1 });
  there.doc.getMap('requests').set('j_fromthefuture', { id: 'j_fromthefuture', pipeline: 'of tomorrow' });
  await until(there, () => typeof projects.get(mine) === 'object' && !projects.has('p_evilevilevil'));
  await until(there, () => !there.doc.getMap('cancels').has('not a job'));
  const workspace = openWorkspace(agent.hub.workspace, author);
  expect(workspace.project(mine)?.title).toBe('Birthday');
  expect(workspace.project(other)?.title).toBe('A better title');
  // A wish that this version cannot read is answered by the queue, not made to vanish.
  expect(there.doc.getMap('requests').has('j_fromthefuture')).toBe(true);

  const project = join(projectRoom(mine), agent.headers());
  await until(project, () => project.provider.synced);
  project.doc.getMap('fields').set('size', '1280x720');
  project.doc.getMap('fields').set('size', 'huge');
  project.doc.getMap('fields').set('title', 'Kept');
  project.doc.getText('script').insert(0, 'x'.repeat(60_000));
  await until(project, () => project.doc.getText('script').length === 40_000);
  expect(project.doc.getMap('fields').toJSON()).toEqual({ size: '1280x720', title: 'Kept' });
});

test('a flood of edits without their past ends soon, whatever was still on its way', async () => {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (piece: Uint8Array) => updates.push(piece));
  for (let count = 0; count < 10_001; count++) doc.getText('script').insert(0, 'x');
  const socket = new WebSocket(
    `${agent.url.replace('http', 'ws')}/sync/${encodeURIComponent(projectRoom(mine))}`,
    { headers: agent.headers() },
  );
  undo.push(() => socket.terminate());
  await once(socket, 'open');
  const closed = once(socket, 'close');
  for (const piece of updates.slice(1)) {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, 2);
    encoding.writeVarUint8Array(encoder, piece);
    socket.send(encoding.toUint8Array(encoder));
  }
  expect((await closed)[0]).toBe(1008);
  expect(await agent.hub.read(projectRoom(mine), (kept) => kept.getText('script').length)).toBe(0);
  openProjectDocument(doc, author);
});

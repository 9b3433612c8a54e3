import 'fake-indexeddb/auto';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { createRoot } from 'solid-js';
import { afterEach, expect, test, vi } from 'vitest';
import { createFakeAgent } from '../identity/fake-agent.ts';
import { openIdentity } from '../identity/identity.ts';
import { createFakeHub } from '../link/fake-hub.ts';
import { createHandClock } from '../link/hand-clock.ts';
import { createMemoryTabs } from '../vault/memory-tabs.ts';
import {
  newDatabaseName,
  openTestLive,
  picture,
  type TestLive,
  type TestLiveOptions,
  until,
} from './live-world.ts';

// A busy machine is no failure: nothing here waits for time to pass.
vi.setConfig({ testTimeout: 30_000 });

const open: TestLive[] = [];
async function world(options?: TestLiveOptions): Promise<TestLive> {
  const made = await openTestLive(options);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const each of open.splice(0)) {
    if (each.db.isOpen()) await each.live.close();
    each.db.close();
  }
});

const agent = { role: 'agent', id: 'agent-1' } as const;
const robin = 'p_robin000000000000000' as ProjectId;
const guest = { role: 'guest', project: robin } as const;
const nameOf = ({ live }: TestLive) => {
  const access = live.access();
  return access.state === 'paired' ? access.deviceName : undefined;
};
const isHere = (live: TestLive) => until(() => live.live.workstation().state === 'here', 'the workstation');
/** Lets everything that may happen by itself happen. */
const settled = async () => {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
};

function notes(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
    clear: () => kept.clear(),
    get length() {
      return kept.size;
    },
    key: () => null,
  };
}

test('unpaired, everything can be prepared, nobody is asked anything, and the workstation is simply away', async () => {
  const here = await world({ paired: false });
  const states = new Set<string>();
  createRoot(() => {
    const id = setInterval(() => states.add(here.live.workstation().state), 1);
    open.push({ ...here, live: { ...here.live, close: async () => clearInterval(id) } } as never);
  });
  const id = await here.live.createProject({ title: 'Prepared' });
  const asset = await here.live.keepFile(picture('face'), 'face.png');
  const project = createRoot(() => here.live.openProject(id));
  await until(project.ready);
  project.addPhoto({ asset, addedAt: 1 });
  project.setScript('Hello');
  const job = await here.live.spin(project);
  here.clock.turn(60_000);
  here.live.wake();
  await settled();
  expect(here.live.job(job)?.phase).toBe('waiting-for-workstation');
  expect(here.live.access()).toEqual({ state: 'unpaired' });
  expect(here.live.mayEdit()).toBe(true);
  expect([...states]).toEqual(['away']);
  expect(here.agent.asked).toEqual([]);
  expect(here.hub.rooms()).toEqual([]);
  expect(await here.live.checkPhoto(asset)).toBeUndefined();
  await expect(here.live.devices.list()).rejects.toMatchObject({ code: 'unpaired' });
});

test('pairing sends what was prepared, and another tab is paired with it', async () => {
  const name = newDatabaseName();
  const hub = createFakeHub();
  const tabs = createMemoryTabs();
  const left = await world({ name, hub, tabs, paired: false });
  const right = await world({ name, hub, tabs, paired: false });
  const id = await left.live.createProject({ title: 'Prepared' });
  const { link } = left.agent.invite();
  await left.live.pair({ kind: 'link', link }, 'My phone');
  expect(left.live.access()).toMatchObject({ state: 'paired', role: 'owner', agent: { name: 'Study' } });
  expect(left.agent.devices().map((device) => device.name)).toEqual(['My phone']);
  const there = openWorkspace(hub.doc('workspace'), agent);
  await until(() => there.project(id) !== undefined, 'the project');
  await isHere(left);
  await until(() => right.live.access().state === 'paired', 'the other tab');
  await isHere(right);
});

test("an invitation in the address pairs by itself on the agent's own machine, and is asked about elsewhere", async () => {
  const own = await createFakeAgent();
  const here = await world({
    paired: false,
    agent: own,
    invited: own.invite().link,
    isOwnMachine: true,
  });
  await until(() => here.live.access().state === 'paired', 'the pairing');
  expect(own.devices().map((device) => device.name)).toEqual(['Test']);
  expect(here.live.invitation()).toBeUndefined();

  const { link } = own.invite();
  const elsewhere = await world({ paired: false, agent: own, invited: link });
  await settled();
  expect(elsewhere.live.access()).toEqual({ state: 'unpaired' });
  expect(elsewhere.live.invitation()).toEqual(link);
  elsewhere.live.dismissInvitation();
  expect(elsewhere.live.invitation()).toBeUndefined();
});

test('an invitation of the workstation that this device is paired with is left for another device, and that is said', async () => {
  const own = await createFakeAgent();
  const { link } = own.invite();
  const here = await world({ agent: own, invited: link });
  await isHere(here);
  expect(here.live.invitation()).toBeUndefined();
  expect(own.asked).not.toContain(endpoints.pairingStart);
  expect(here.live.strayLink()).toBe('paired-already');
  here.live.dismissStrayLink();
  expect(here.live.strayLink()).toBeUndefined();
});

test("on the agent's own machine its link opens the app, and nothing is said when that is paired already", async () => {
  const own = await createFakeAgent();
  const here = await world({ agent: own, invited: own.invite().link, isOwnMachine: true });
  await isHere(here);
  expect(here.live.strayLink()).toBeUndefined();
  expect(own.asked).not.toContain(endpoints.pairingStart);
});

test('an invitation that cannot be read is told, paired or not', async () => {
  for (const paired of [{}, { paired: false } as const]) {
    const { live } = await world(paired);
    live.invited(undefined);
    expect(live.strayLink()).toBe('damaged');
    expect(live.invitation()).toBeUndefined();
  }
});

test('an invitation counts after all when the workstation turns out not to know this device any more', async () => {
  const hub = createFakeHub();
  const own = await createFakeAgent({ isHere: hub.isHere });
  const here = await world({ hub, agent: own, invited: own.invite().link });
  await isHere(here);
  own.forget(here.device);
  hub.cut(here.device);
  await until(() => here.live.invitation() !== undefined, 'the question');
  const link = here.live.invitation()!;
  await here.live.pair({ kind: 'link', link }, 'Again');
  await isHere(here);
  expect(here.live.invitation()).toBeUndefined();
});

test('an invitation that was used up is asked about on the own machine too, so that somebody hears why', async () => {
  const own = await createFakeAgent();
  const { link } = own.invite();
  await (await world({ paired: false, agent: own })).live.pair({ kind: 'link', link }, 'First');
  const second = await world({ paired: false, agent: own, invited: link, isOwnMachine: true });
  await until(() => second.live.invitation() !== undefined, 'the question');
  // It was tried already: nobody has to press to hear why.
  expect(second.live.invitationTrouble()).toMatchObject({ code: 'wrong-code' });
  await expect(second.live.pair({ kind: 'link', link }, 'Second')).rejects.toMatchObject({
    code: 'wrong-code',
  });
});

test('a guest sees the room of its project, sends nothing, and may change nothing', async () => {
  const hub = createFakeHub();
  // The workstation writes a copy of what devices wrote.
  const there = openWorkspace(hub.doc(`guest/${robin}`), { role: 'device', id: 'd_somebody' });
  there.putProject({ id: robin, title: 'Robin', createdAt: 1, updatedAt: 1, deleted: false });
  const here = await world({ hub, paired: guest });
  await isHere(here);
  await until(() => here.live.projects.length === 1, 'the project');
  const project = createRoot(() => here.live.openProject(robin));
  await until(project.ready, 'the project');
  await until(() => hub.connected(here.device).length === 2, 'both rooms');
  expect(hub.connected(here.device).sort()).toEqual([`guest/${robin}`, `project/${robin}`]);
  expect(here.live.mayEdit()).toBe(false);
  const refused = { code: 'refused' };
  expect(() => project.setScript('mine')).toThrow(expect.objectContaining(refused));
  expect(() => project.set({ title: 'mine' })).toThrow(expect.objectContaining(refused));
  expect(() => here.live.deleteProject(robin, true)).toThrow(expect.objectContaining(refused));
  expect(() => here.live.cancel('j_1' as never)).toThrow(expect.objectContaining(refused));
  expect(() => here.live.retry('j_1' as never)).toThrow(expect.objectContaining(refused));
  expect(() => here.live.hide('j_1' as never, true)).toThrow(expect.objectContaining(refused));
  await expect(here.live.createProject()).rejects.toMatchObject(refused);
  await expect(here.live.keepFile(picture('x'))).rejects.toMatchObject(refused);
  await expect(here.live.spin(project)).rejects.toMatchObject(refused);
  // A second visit, and time for the index to be mended.
  here.clock.turn(5000);
  await settled();
  expect(hub.doc(`project/${robin}`).store.clients.size).toBe(0);
  expect(here.live.projects.map((entry) => entry.title)).toEqual(['Robin']);
});

test('a device that becomes a guest does not ask for the room it sat before until then', async () => {
  const hub = createFakeHub();
  const own = await createFakeAgent({ isHere: hub.isHere });
  const here = await world({ hub, paired: false, agent: own });
  const { link } = own.invite({ role: 'guest', project: robin });
  await here.live.pair({ kind: 'link', link }, 'Grandpa');
  await isHere(here);
  await settled();
  const { id } = own.devices()[0]!;
  expect(hub.connected(id)).toEqual([`guest/${robin}`]);
});

test('a device hears what it is called, also when an owner has renamed it, and remembers', async () => {
  const name = newDatabaseName();
  const hub = createFakeHub();
  const here = await world({ name, hub, paired: { role: 'member', project: null } });
  await isHere(here);
  expect(nameOf(here)).toBe('Test');
  here.agent.rename(here.device, 'Kitchen tablet');
  hub.cut(here.device);
  await until(() => {
    here.clock.turn(1000);
    return nameOf(here) === 'Kitchen tablet';
  }, 'the new name');
  await here.live.flush();
  here.crash();
  hub.goAway();
  const after = await world({ name, hub });
  expect(nameOf(after)).toBe('Kitchen tablet');
});

test('what a member wrote offline is not sent by the guest it became, and is sent when it is a member again', async () => {
  const hub = createFakeHub();
  hub.goAway();
  const here = await world({ hub, paired: { role: 'member', project: null } });
  const id = await here.live.createProject({ title: 'Mine' });
  const edited = createRoot(() => here.live.openProject(id));
  await until(edited.ready);
  edited.setScript('Mine alone');
  await here.live.flush();
  here.agent.seat(here.device, { role: 'guest', project: id });
  hub.comeBack();
  here.live.wake();
  await until(() => !here.live.mayEdit(), 'the new role');
  await until(() => hub.connected(here.device).includes(`project/${id}`), 'the project');
  here.clock.turn(2000);
  await settled();
  expect(hub.doc(`project/${id}`).getText('script').toString()).toBe('');
  expect(hub.doc('workspace').store.clients.size).toBe(0);

  here.agent.seat(here.device, { role: 'member', project: null });
  hub.cut(here.device);
  await until(() => here.live.mayEdit(), 'the old role');
  await until(() => {
    here.clock.turn(1000);
    return hub.doc(`project/${id}`).getText('script').toString() === 'Mine alone';
  }, 'the script');
  expect(here.live.projects.map((entry) => entry.title)).toEqual(['Mine']);
});

test('a device that is removed is cut, keeps what it has, and asks no more', async () => {
  const name = newDatabaseName();
  const hub = createFakeHub();
  const here = await world({ name, hub });
  await isHere(here);
  await here.live.createProject({ title: 'Kept' });
  here.agent.remove(here.device, false);
  hub.cut(here.device);
  await until(() => here.live.access().state === 'removed', 'the removal');
  expect(here.live.access()).toEqual({ state: 'removed', agentName: 'Study', erase: false });
  expect(here.live.workstation().state).toBe('away');
  expect(here.live.projects.map((entry) => entry.title)).toEqual(['Kept']);
  expect(await openIdentity(here.db).credentials()).toBeUndefined();
  const asked = here.agent.asked.length;
  here.clock.turn(60_000);
  here.live.wake();
  await settled();
  expect(here.agent.asked.length).toBe(asked);
  await here.live.flush();
  here.crash();

  hub.comeBack();
  const after = await world({ name, hub });
  expect(after.live.access()).toEqual({ state: 'removed', agentName: 'Study', erase: false });
  expect(after.live.projects.map((entry) => entry.title)).toEqual(['Kept']);
});

test('a device that was removed and kept what it has still erases it when that is asked for later', async () => {
  const name = newDatabaseName();
  const hub = createFakeHub();
  const here = await world({ name, hub });
  await isHere(here);
  await here.live.createProject({ title: 'Private' });
  here.agent.remove(here.device, false);
  hub.cut(here.device);
  await until(() => here.live.access().state === 'removed', 'the removal');
  await here.live.flush();
  here.agent.remove(here.device, true);
  expect(here.agent.wasHeard(here.device)).toBe(false);
  here.clock.turn(300_000);
  await until(() => here.live.projects.length === 0, 'the end of what was kept');
  expect(here.live.access()).toEqual({ state: 'removed', agentName: 'Study', erase: true });
  // The owner sees that it was this device that heard it, and not somebody who knows its name.
  expect(here.agent.wasHeard(here.device)).toBe(true);
});

test('nobody but the workstation it was removed from can have it erased', async () => {
  let isForged = false;
  const forger = await createFakeAgent({
    tamper: (path, answer) =>
      isForged && path === endpoints.challenge ? { ...answer, state: 'removed', erase: true } : answer,
  });
  const here = await world({ agent: forger });
  await isHere(here);
  await here.live.createProject({ title: 'Private' });
  forger.remove(here.device, false);
  here.hub.cut(here.device);
  await until(() => here.live.access().state === 'removed', 'the removal');
  isForged = true;
  here.clock.turn(300_000);
  await settled();
  expect(here.live.projects.map(({ title }) => title)).toEqual(['Private']);
});

test('a removal that asks for it leaves nothing in any tab, and the next start says why', async () => {
  const name = newDatabaseName();
  const hub = createFakeHub();
  const tabs = createMemoryTabs();
  const own = notes();
  own.setItem('theme', 'dark');
  const cached = new Set(['workbox-precache']);
  let workers = 1;
  const kept = {
    caches: {
      keys: async () => [...cached],
      delete: async (cache: string) => cached.delete(cache),
    },
    workers: {
      getRegistrations: async () => [
        {
          unregister: async () => {
            workers--;
            return true;
          },
        } as ServiceWorkerRegistration,
      ],
    },
    notes: [own],
  };
  const left = await world({ name, hub, tabs, notes: own, kept });
  const right = await world({ name, hub, tabs, notes: own, kept });
  await isHere(left);
  await left.live.keepFile(picture('a private face'));
  await left.live.createProject({ title: 'Private' });
  left.agent.remove(left.device, true);
  hub.cut(left.device);
  await until(() => left.seen.left > 0 && right.seen.left > 0, 'both tabs to leave');
  await settled();
  expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name);
  expect([...cached]).toEqual([]);
  expect(workers).toBeLessThanOrEqual(0);
  expect(own.getItem('theme')).toBeNull();
  expect(own.length).toBe(1);
  expect(left.live.projects).toEqual([]);
  expect(left.live.access()).toEqual({ state: 'removed', agentName: 'Study', erase: true });
  expect(left.seen.ended).toBeGreaterThan(0);

  const next = await world({ name, hub, notes: own, paired: false });
  expect(next.live.access()).toEqual({ state: 'removed', agentName: 'Study', erase: true });
  expect(next.live.projects).toEqual([]);
  const { link } = next.agent.invite();
  await next.live.pair({ kind: 'link', link }, 'Again');
  expect(next.live.access()).toMatchObject({ state: 'paired' });
  expect(own.length).toBe(0);
});

test('erasing by hand leaves nothing, not even a note', async () => {
  const name = newDatabaseName();
  const own = notes();
  const here = await world({
    name,
    notes: own,
    kept: { caches: undefined, workers: undefined, notes: [own] },
  });
  await isHere(here);
  await here.live.createProject({ title: 'Private' });
  await here.live.eraseAll();
  await settled();
  expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name);
  expect(own.length).toBe(0);
  expect(here.live.projects).toEqual([]);
  expect(here.hub.connected(here.device)).toEqual([]);
});

test('a workstation that forgot this device is told so, nothing is erased, and it is found again', async () => {
  const hub = createFakeHub();
  let memory = true;
  const clock = createHandClock();
  const own = await createFakeAgent({
    isHere: hub.isHere,
    now: clock.now,
    tamper: (path, answer) => (path === endpoints.challenge && !memory ? { state: 'unknown' } : answer),
  });
  const here = await world({ hub, clock, agent: own });
  await isHere(here);
  await here.live.createProject({ title: 'Kept' });
  memory = false;
  hub.cut(here.device);
  await until(() => here.live.access().state === 'forgotten', 'being forgotten');
  expect(here.live.access()).toEqual({ state: 'forgotten', agentName: 'Study', why: 'unknown-here' });
  expect(here.live.projects).toHaveLength(1);
  memory = true;
  here.live.wake();
  await until(() => here.live.access().state === 'paired', 'being known again');
  await isHere(here);
});

test("another workstation at the same address hears nothing of this device's documents", async () => {
  const name = newDatabaseName();
  const before = await world({ name });
  await isHere(before);
  await before.live.createProject({ title: 'Ours' });
  await before.live.flush();
  before.crash();
  const hub = createFakeHub();
  const other = await createFakeAgent({ id: 'agent-2', name: 'Neighbour', isHere: hub.isHere });
  const after = await world({ name, hub, agent: other });
  await until(() => after.live.access().state === 'forgotten', 'the other one');
  expect(after.live.access()).toMatchObject({ agentName: 'Study', why: 'another-workstation' });
  after.clock.turn(10_000);
  await settled();
  expect(hub.rooms()).toEqual([]);
  expect(other.asked).toEqual([endpoints.challenge]);
});

test("an owner's documents go along to a new workstation; a member's are set aside until it returns", async () => {
  const name = newDatabaseName();
  const home = createFakeHub();
  const before = await world({ name, hub: home });
  await isHere(before);
  const id = await before.live.createProject({ title: 'Ours' });
  await before.live.keepFile(picture('ours'));
  await before.live.flush();
  before.crash();

  // Somebody else's, as their member.
  const away = createFakeHub();
  const theirs = await createFakeAgent({ id: 'agent-2', name: 'Neighbour', isHere: away.isHere });
  const visiting = await world({ name, hub: away, agent: theirs });
  const { link } = theirs.invite({ role: 'member', project: null });
  await visiting.live.pair({ kind: 'link', link }, 'Visitor');
  await until(() => visiting.seen.left === 1, 'a new start');
  visiting.crash();
  away.comeBack();
  const visitor = await world({ name, hub: away, agent: theirs });
  await isHere(visitor);
  visitor.clock.turn(5000);
  await settled();
  expect(visitor.live.projects).toEqual([]);
  expect(away.rooms()).toEqual(['workspace']);
  expect(openWorkspace(away.doc('workspace'), agent).projectIds()).toEqual([]);
  visitor.crash();

  // Home again.
  home.comeBack();
  const back = await world({ name, hub: home });
  await back.live.pair(
    { kind: 'link', link: back.agent.invite({ role: 'member', project: null }).link },
    'Me',
  );
  back.crash();
  home.comeBack();
  const returned = await world({ name, hub: home });
  await isHere(returned);
  await until(() => returned.live.projects.length === 1, 'what was ours');
  await returned.live.flush();
  returned.crash();

  // The same machine with an empty data folder, as its owner: it gets everything back, whoever had it last.
  const anew = createFakeHub();
  const mine = await createFakeAgent({ id: 'agent-3', isHere: anew.isHere });
  const moved = await world({ name, hub: anew, agent: mine });
  await moved.live.pair({ kind: 'link', link: mine.invite().link }, 'Mine');
  const there = openWorkspace(anew.doc('workspace'), agent);
  await until(() => there.project(id) !== undefined, 'the list');
  await until(() => anew.doc(`project/${id}`).store.clients.size > 0, 'the project');
  await until(async () => (await moved.db.outbox.count()) === 1, 'the files');
});

test('a workstation that answers but opens no line is not away', async () => {
  const hub = createFakeHub();
  const here = await world({ hub });
  await isHere(here);
  hub.admit(async () => undefined);
  hub.cut(here.device);
  for (let attempt = 0; attempt < 2; attempt++) {
    const asked = here.agent.asked.length;
    await until(() => here.agent.asked.length > asked, 'the next attempt');
    await settled();
    here.clock.turn(2000);
  }
  expect(here.live.workstation().state).toBe('looking');
  hub.admit(here.agent.admits);
  await isHere(here);
});

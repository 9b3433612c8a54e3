// The documents as two devices and an agent write them, joined by hand in a seeded order.
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { AssetHash } from '../asset/asset.ts';
import { type JobId, type JobRequest, type JobRun, jobRequestSchema } from '../job/job.ts';
import type { ProjectId } from '../project/project.ts';
import { type Author, isRoom, keys, projectRoom, roomProject, WORKSPACE_ROOM } from './layout.ts';
import { openProjectDocument } from './project-document.ts';
import { openWorkspace, type Workspace, type WorkspaceChange } from './workspace.ts';

const phone: Author = { role: 'device', id: 'd_phone' };
const laptop: Author = { role: 'device', id: 'd_laptop' };
const agent: Author = { role: 'agent', id: 'a_home' };

const photo = 'ab'.repeat(32) as AssetHash;
const request = (id: string): JobRequest =>
  jobRequestSchema.parse({
    id,
    project: 'p_0123456789abcdef',
    options: { photos: [photo], narration: { kind: 'text', text: 'Hi' } },
    assets: [{ hash: photo, bytes: 3, type: 'image/png' }],
    device: 'd_phone',
    requestedAt: 5,
  });
const run = (state: JobRun['state']): JobRun => ({ state, attempt: 1, retry: 0, queuedAt: 6, stages: [] });
const jobId = 'j_0123456789abcdef' as JobId;

function join(a: Y.Doc, b: Y.Doc): void {
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a, Y.encodeStateVector(b)), 'wire');
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b, Y.encodeStateVector(a)), 'wire');
}

describe('the workspace', () => {
  test('opening it writes nothing', () => {
    const doc = new Y.Doc();
    openWorkspace(doc, phone);
    expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(new Y.Doc()));
  });

  test('a job is request, wish and run together', () => {
    const doc = new Y.Doc();
    const device = openWorkspace(doc, phone);
    device.request(request(jobId));
    expect(device.job(jobId)).toEqual({
      request: request(jobId),
      wish: { retry: 0, hidden: false },
      run: undefined,
    });
    openWorkspace(doc, agent).report(jobId, run('running'));
    device.cancel(jobId, 9);
    device.hide(jobId, true);
    expect(device.job(jobId)).toMatchObject({
      wish: { cancelledAt: 9, retry: 0, hidden: true },
      run: { state: 'running' },
    });
    device.retry(jobId);
    expect(device.job(jobId)?.wish).toEqual({ retry: 1, hidden: true });
  });

  test('a request is never changed', () => {
    const device = openWorkspace(new Y.Doc(), phone);
    device.request(request(jobId));
    expect(() => device.request(request(jobId))).toThrow(/asked for already/);
  });

  test('nobody writes what is not theirs', () => {
    const doc = new Y.Doc();
    const device = openWorkspace(doc, phone);
    const home = openWorkspace(doc, agent);
    expect(() => device.report(jobId, run('queued'))).toThrow(/written by the agent/);
    expect(() => device.announce({} as never)).toThrow(/written by the agent/);
    expect(() => home.request(request(jobId))).toThrow(/written by the device/);
    expect(() => home.cancel(jobId, 1)).toThrow(/written by the device/);
    expect(() => home.retry(jobId)).toThrow(/written by the device/);
    expect(() => home.hide(jobId, true)).toThrow(/written by the device/);
    expect(() => home.putProject({} as never)).toThrow(/written by the device/);
  });

  test.each<[string, (doc: Y.Doc) => void]>([
    ['a number', (doc) => doc.getMap(keys.requests).set(jobId, 5)],
    ['a list', (doc) => doc.getMap(keys.requests).set(jobId, [])],
    ['a shared type', (doc) => doc.getMap(keys.requests).set(jobId, new Y.Map())],
    ['another id', (doc) => doc.getMap(keys.requests).set(jobId, request('j_anotherjob0000'))],
    [
      'an option out of range',
      (doc) =>
        doc.getMap(keys.requests).set(jobId, {
          ...request(jobId),
          options: { ...request(jobId).options, fps: 1000 },
        }),
    ],
  ])('a request that is %s reads as none', (_what, damage) => {
    const doc = new Y.Doc();
    damage(doc);
    expect(openWorkspace(doc, agent).job(jobId)).toBeUndefined();
  });

  test('a malformed wish or run does not take the job away', () => {
    const doc = new Y.Doc();
    const device = openWorkspace(doc, phone);
    device.request(request(jobId));
    doc.getMap(keys.cancels).set(jobId, 'now');
    doc.getMap(keys.retries).set(jobId, { retry: -1 });
    doc.getMap(keys.runs).set(jobId, { state: 'flying' });
    expect(device.job(jobId)).toEqual({
      request: request(jobId),
      wish: { retry: 0, hidden: false },
      run: undefined,
    });
    doc.getMap(keys.agents).set('a', { id: 'a' });
    expect(device.agents()).toEqual([]);
    doc.getMap(keys.projects).set('p_0123456789abcdef', null);
    expect(device.project('p_0123456789abcdef' as ProjectId)).toBeUndefined();
  });

  test('a watcher hears what changed, once per transaction, and whose it was', () => {
    const [here, there] = [new Y.Doc(), new Y.Doc()];
    const device = openWorkspace(here, phone);
    const other = openWorkspace(there, laptop);
    const heard: WorkspaceChange[] = [];
    const stop = device.watch((change) => heard.push(change));
    device.request(request(jobId));
    join(here, there);
    other.cancel(jobId, 3);
    other.putProject({
      id: 'p_0123456789abcdef' as ProjectId,
      title: 'Anna',
      createdAt: 1,
      updatedAt: 1,
      deleted: false,
    });
    join(here, there);
    expect(heard).toEqual([
      { projects: new Set(), jobs: new Set([jobId]), agents: false, rules: false, own: true },
      {
        projects: new Set(['p_0123456789abcdef']),
        jobs: new Set([jobId]),
        agents: false,
        rules: false,
        own: false,
      },
    ]);
    stop();
    device.cancel(jobId, 4);
    expect(heard).toHaveLength(2);
  });

  test.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'a cancel is never lost, whatever else is written at the same time (seed %i)',
    (seed) => {
      let state = seed * 2_654_435_761 + 1;
      const roll = (sides: number) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * sides);
      };
      const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
      const [a, b, home] = [
        openWorkspace(docs[0]!, phone),
        openWorkspace(docs[1]!, laptop),
        openWorkspace(docs[2]!, agent),
      ] as [Workspace, Workspace, Workspace];
      a.request(request(jobId));
      for (const doc of docs) join(docs[0]!, doc);
      const states: JobRun['state'][] = ['queued', 'running', 'failed'];
      const moves = [
        () => b.hide(jobId, roll(2) === 0),
        () => a.hide(jobId, roll(2) === 0),
        () => home.report(jobId, run(states[roll(3)]!)),
        () => join(docs[roll(3)]!, docs[roll(3)]!),
      ];
      let cancelled = false;
      for (let step = 0; step < 30; step++) {
        if (!cancelled && roll(10) === 0) {
          b.cancel(jobId, 42);
          cancelled = true;
        }
        moves[roll(moves.length)]!();
      }
      if (!cancelled) b.cancel(jobId, 42);
      for (let round = 0; round < 2; round++) for (const x of docs) for (const y of docs) join(x, y);
      const seen = [a, b, home].map((one) => one.job(jobId));
      expect(seen[0]?.wish.cancelledAt).toBe(42);
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[2]).toEqual(seen[0]);
    },
  );
});

describe('a project', () => {
  test('fields that are absent or malformed read as their defaults', () => {
    const doc = new Y.Doc();
    const project = openProjectDocument(doc, phone);
    const fresh = project.fields();
    doc.getMap(keys.fields).set('size', '9x9');
    doc.getMap(keys.fields).set('title', new Y.Text());
    doc.getMap(keys.fields).set('junk', 1);
    expect(project.fields()).toEqual(fresh);
    project.set({ title: 'Anna', size: '1280x720' });
    expect(project.fields()).toMatchObject({ title: 'Anna', size: '1280x720' });
  });

  test('two people editing different ends of a script both keep their words', () => {
    const [here, there] = [new Y.Doc(), new Y.Doc()];
    const [a, b] = [openProjectDocument(here, phone), openProjectDocument(there, laptop)];
    a.setScript('Hello there, friend.');
    join(here, there);
    a.setScript('Hello there, dear friend.');
    b.setScript('Oh, Hello there, friend.');
    join(here, there);
    expect(a.script.toString()).toBe('Oh, Hello there, dear friend.');
    expect(b.script.toString()).toBe(a.script.toString());
  });

  test.each([
    ['', 'abc'],
    ['abc', ''],
    ['aaa', 'aa'],
    ['aa', 'aaa'],
    ['abcabc', 'abc'],
    ['one two', 'one 2 two'],
    ['😀😁', '😀😂'],
    ['😀😁', '🤀😁'],
    ['😀', '😀😀'],
    ['a😀b', 'a😁b'],
    ['\ud83dx\ude00', '\ud83dy\ude00'],
    ['same', 'same'],
  ])('from %j to %j', (before, after) => {
    const project = openProjectDocument(new Y.Doc(), phone);
    project.setScript(before);
    project.setScript(after);
    expect(project.script.toString()).toBe(after);
  });

  test('photos are in the order in which they were added, malformed ones left out', () => {
    const doc = new Y.Doc();
    const project = openProjectDocument(doc, phone);
    const asset = (sign: string) => ({
      hash: sign.repeat(64) as AssetHash,
      bytes: 1,
      type: 'image/png' as const,
    });
    project.addPhoto({ asset: asset('b'), addedAt: 1 });
    project.addPhoto({ asset: asset('a'), addedAt: 2 });
    doc.getMap(keys.photos).set('../x', { asset: asset('c'), addedAt: 0 });
    doc.getMap(keys.photos).set('d'.repeat(64), { asset: asset('e'), addedAt: 0 });
    expect(project.photos().map(({ asset: { hash } }) => hash[0])).toEqual(['b', 'a']);
    project.removePhoto(asset('b').hash);
    expect(project.photos()).toHaveLength(1);
  });
});

describe('rooms', () => {
  const id = 'p_0123456789abcdef' as ProjectId;
  test('name one project or the workspace', () => {
    expect(roomProject(projectRoom(id))).toBe(id);
    expect(roomProject(WORKSPACE_ROOM)).toBeUndefined();
    expect(isRoom(WORKSPACE_ROOM)).toBe(true);
    expect(isRoom(projectRoom(id))).toBe(true);
  });
  test.each(['', 'Workspace', 'project/', 'project/p_x', `project/${id}/..`, ` ${WORKSPACE_ROOM}`, `x${id}`])(
    '%j is no room',
    (room) => expect(isRoom(room)).toBe(false),
  );
});

import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { trainedVersionSchema, versionKey } from '../job/trained.ts';
import { keys, projectRoom, WORKSPACE_ROOM } from './layout.ts';
import { openTrained } from './trained.ts';
import { invalidEntry } from './validity.ts';

const agent = { role: 'agent', id: 'a_home' } as const;
const device = { role: 'device', id: 'd_phone' } as const;
const look = trainedVersionSchema.parse({
  project: 'p_0123456789abcdef',
  job: 'j_0123456789abcdef',
  stage: 'look',
  fingerprint: 'ab'.repeat(32),
  version: 1,
  engine: 'look/builtin',
  madeAt: 5,
  notes: [],
  photos: [{ hash: 'cd'.repeat(32), bytes: 3, type: 'image/png' }],
});
const key = versionKey(look);
const both = (a: Y.Doc, b: Y.Doc) => {
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
};

test('the agent tells of versions, devices throw them away; each writes its own key alone', () => {
  const doc = new Y.Doc();
  openTrained(doc, agent).report(
    [look, { ...look, fingerprint: 'ef'.repeat(32), version: 2, madeAt: 9 }],
    [],
  );
  const phone = openTrained(doc, device);
  expect(phone.all().map(({ version }) => version)).toEqual([2, 1]);
  phone.discard(look);
  expect(phone.all().map(({ version }) => version)).toEqual([2]);
  expect(phone.discards()).toEqual(new Map([[key, 5]]));
  expect(() => phone.report([look], [])).toThrow('written by the agent');
  expect(() => openTrained(doc, agent).discard(look)).toThrow('written by the device');
});

test('thrown away on one side while it is made again on the other: the new one stays', () => {
  const [home, away] = [new Y.Doc(), new Y.Doc()];
  openTrained(home, agent).report([look], []);
  both(home, away);
  openTrained(away, device).discard(look);
  openTrained(home, agent).report([{ ...look, madeAt: 7 }], []);
  both(home, away);
  for (const doc of [home, away]) expect(openTrained(doc, device).all()).toMatchObject([{ madeAt: 7 }]);
});

test('what is no version, or stands under another name, is not there', () => {
  const doc = new Y.Doc();
  const trained = doc.getMap<unknown>(keys.trained);
  trained.set('p_ffffffffffffffff/x', look);
  trained.set(key, { ...look, version: 0 });
  doc.getMap<unknown>(keys.discards).set(key, 'all');
  expect(openTrained(doc, device).entries()).toEqual([]);
  expect(openTrained(doc, device).discards().size).toBe(0);
});

test('somebody who listens hears of both, and of nothing else', () => {
  const doc = new Y.Doc();
  const phone = openTrained(doc, device);
  let heard = 0;
  const stop = phone.watch(() => heard++);
  openTrained(doc, agent).report([look], []);
  phone.discard(look);
  doc.getMap(keys.projects).set('p', 1);
  expect(heard).toBe(2);
  stop();
  openTrained(doc, agent).report([], [key]);
  expect(heard).toBe(2);
});

describe('what a peer may write', () => {
  test.each([
    [keys.trained, key, look, undefined],
    [
      keys.trained,
      key,
      { ...look, fingerprint: 'ef'.repeat(32) },
      'it is about another version than its key',
    ],
    [keys.trained, key, { madeAt: 1 }, 'it is no look or voice'],
    [keys.discards, key, { madeAt: 5 }, undefined],
    [keys.discards, key, { madeAt: 'now' }, 'it throws nothing away'],
    [keys.discards, 'look 1', { madeAt: 5 }, 'the key is no name of a look or voice'],
  ])('%s %s', (map, name, value, why) => {
    expect(invalidEntry(WORKSPACE_ROOM, map, name, value)).toBe(why);
    expect(invalidEntry(projectRoom(look.project), map, name, value)).toBe(
      'there is no such map in this room',
    );
  });
});

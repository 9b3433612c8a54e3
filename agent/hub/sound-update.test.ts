import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { isKnownTo, isSoundFor } from './sound-update.ts';

function docOf(client: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = client;
  return doc;
}

/** Everything a device does to a document, by two of them that hear of each other now and then. */
const edit = fc.record({
  who: fc.constantFrom(0, 1),
  what: fc.constantFrom(
    'set',
    'nest',
    'bytes',
    'delete',
    'type',
    'append',
    'erase',
    'format',
    'undo',
    'hear',
    'late',
  ),
  key: fc.constantFrom('a', 'b'),
  at: fc.nat({ max: 20 }),
});

test('whatever devices write is sound for a document that has its past', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 60, size: 'max' }), (edits) => {
      const devices = [docOf(1), docOf(2)] as const;
      const hub = docOf(3);
      const undo = devices.map((doc) => new Y.UndoManager([doc.getMap('fields'), doc.getText('script')]));
      /** What the hub said it had, at some time before. */
      let known = Y.encodeStateVector(hub);
      const hear = (from: Y.Doc, to: Y.Doc) => {
        const update = Y.encodeStateAsUpdate(from, Y.encodeStateVector(to));
        if (to === hub) expect(isSoundFor(hub, update)).toBe(true);
        Y.applyUpdate(to, update);
      };
      for (const { who, what, key, at } of edits) {
        const doc = devices[who]!;
        const map = doc.getMap('fields');
        const text = doc.getText('script');
        if (what === 'set') map.set(key, { at });
        else if (what === 'nest') map.set(key, new Y.Map([['in', at]]));
        else if (what === 'bytes') map.set(key, Uint8Array.of(at));
        else if (what === 'delete') map.delete(key);
        else if (what === 'type') text.insert(Math.min(at, text.length), 'typed');
        else if (what === 'append') text.insert(text.length, 'more');
        else if (what === 'erase') text.delete(0, Math.min(at, text.length));
        else if (what === 'format') text.format(0, Math.min(at, text.length), { bold: true });
        else if (what === 'undo') undo[who]!.undo();
        else if (what === 'late') {
          // An answer to a question from before: pieces of it are here in part by now.
          const answer = Y.encodeStateAsUpdate(doc, known);
          expect(isSoundFor(hub, answer)).toBe(true);
          known = Y.encodeStateVector(hub);
          Y.applyUpdate(hub, answer);
        } else {
          hear(devices[0], hub);
          hear(devices[1], hub);
          hear(hub, doc);
        }
      }
      for (const doc of devices) hear(doc, hub);
      // Also all of it at once, to one who has nothing.
      expect(isSoundFor(docOf(9), Y.encodeStateAsUpdate(hub))).toBe(true);
    }),
    { numRuns: 400 },
  );
});

/** An update that types after the first letter of client 1, whatever that is where it arrives. */
function typedAfterTheFirst(): Uint8Array {
  const first = docOf(1);
  first.getText('script').insert(0, 'a');
  const writer = docOf(2);
  Y.applyUpdate(writer, Y.encodeStateAsUpdate(first));
  const before = Y.encodeStateVector(writer);
  writer.getText('script').insert(1, 'bcd');
  return Y.encodeStateAsUpdate(writer, before);
}

test('letters that name a map’s value as their neighbour are not sound, and those after a letter are', () => {
  const letters = docOf(1);
  letters.getText('script').insert(0, 'a');
  expect(isSoundFor(letters, typedAfterTheFirst())).toBe(true);
  const values = docOf(1);
  values.getMap('fields').set('title', 'Robin');
  expect(isSoundFor(values, typedAfterTheFirst())).toBe(false);
  // And with the value in the same update.
  const together = Y.mergeUpdates([Y.encodeStateAsUpdate(values), typedAfterTheFirst()]);
  expect(isSoundFor(docOf(5), together)).toBe(false);
});

/** What `was` and `is` of client 1 look like to a document that heard of `was` alone, and whether the rest is sound. */
function goesOn(was: (doc: Y.Doc) => void, is: (doc: Y.Doc) => void): boolean {
  const [before, after] = [docOf(1), docOf(1)];
  was(before);
  is(after);
  return isSoundFor(before, Y.encodeStateAsUpdate(after));
}
const letters = (doc: Y.Doc) => doc.getText('script').insert(0, 'abc');

test('a piece that is here in part goes on where its part stands, and nowhere else', () => {
  expect(goesOn((doc) => doc.getText('script').insert(0, 'a'), letters)).toBe(true);
  // A value of a map, another text, and a place that is gone, where the document has the first letter.
  expect(goesOn((doc) => doc.getMap('fields').set('title', 'Robin'), letters)).toBe(false);
  expect(goesOn((doc) => doc.getText('notes').insert(0, 'a'), letters)).toBe(false);
  const buried = (doc: Y.Doc) => {
    const owner = docOf(7);
    owner.getMap('fields').set('nested', new Y.Text());
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(owner));
    (doc.getMap('fields').get('nested') as Y.Text).insert(0, 'a');
    doc.getMap('fields').delete('nested');
  };
  expect(goesOn(buried, letters)).toBe(false);
  expect(
    goesOn(buried, (doc) => {
      buried(doc);
      letters(doc);
    }),
  ).toBe(true);
});

test('a chain of neighbours as long as a document is looked at in a moment', () => {
  const doc = docOf(1);
  const map = doc.getMap('fields');
  for (let count = 0; count < 20_000; count++) map.set('seed', count);
  expect(isSoundFor(docOf(2), Y.encodeStateAsUpdate(doc))).toBe(true);
});

test('what is no update throws, and what is here already is known', () => {
  const doc = docOf(1);
  doc.getMap('fields').set('title', 'Robin');
  expect(isKnownTo(doc, Y.encodeStateAsUpdate(doc))).toBe(true);
  expect(isKnownTo(docOf(2), Y.encodeStateAsUpdate(doc))).toBe(false);
  expect(() => isSoundFor(doc, Uint8Array.of(1, 2, 3))).toThrow();
});

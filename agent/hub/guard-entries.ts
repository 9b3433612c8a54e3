// Sets a document right after a peer wrote what does not fit it: an entry that is no such thing is put back to what it
// was, or taken away. What fits is asked of shared/document/validity.ts; the agent's own keys are guard.ts's business.
import { keys } from '@myspinbot/shared/document/layout.ts';
import {
  changedEntries,
  invalidEntry,
  MAX_SCRIPT_LENGTH,
  misfits,
} from '@myspinbot/shared/document/validity.ts';
import * as Y from 'yjs';
import { GUARD } from './guard.ts';

/** Guarded by guard.ts. */
const agentsOwn: ReadonlySet<string> = new Set([keys.runs, keys.history, keys.trained, keys.agents]);

/** `restored` is told how many entries did not fit, and why the first did not. */
export function guardEntries(
  doc: Y.Doc,
  room: string,
  isPeer: (origin: unknown) => boolean,
  restored: (count: number, why: string) => void,
): void {
  doc.on('afterTransaction', (transaction) => {
    if (!isPeer(transaction.origin)) return;
    const found = misfits(room, doc, changedEntries(transaction)).filter(
      ({ map, key }) => !agentsOwn.has(map) && !isUnreadableRequest(room, doc, map, key),
    );
    if (found.length === 0) return;
    // Looked up before anything is written: afterwards the past is gone.
    const repairs = found.map(({ map, key }) => () => {
      if (key !== undefined) return putBack(doc, map, key, pastOf(doc, transaction, map, key));
      if (map !== keys.script) return;
      const script = doc.getText(keys.script);
      if (script.length > MAX_SCRIPT_LENGTH) {
        script.delete(MAX_SCRIPT_LENGTH, script.length - MAX_SCRIPT_LENGTH);
      }
    });
    doc.transact(() => {
      for (const repair of repairs) repair();
    }, GUARD);
    restored(found.length, found[0]!.why);
  });
}

/** A request this version cannot read stays: the queue answers it with a sentence, where silence would lose a wish. */
function isUnreadableRequest(room: string, doc: Y.Doc, map: string, key: string | undefined): boolean {
  if (map !== keys.requests || key === undefined) return false;
  return invalidEntry(room, map, key, doc.getMap(map).get(key)) === 'it is no request for a job';
}

function putBack(doc: Y.Doc, map: string, key: string, value: unknown): void {
  const entries = doc.getMap<unknown>(map);
  if (value === undefined) entries.delete(key);
  else entries.set(key, value);
}

/** What stood there before the transaction, when it was a plain value; Yjs collects it only afterwards. */
function pastOf(doc: Y.Doc, transaction: Y.Transaction, map: string, key: string): unknown {
  let item = doc.getMap(map)._map.get(key) ?? null;
  while (item !== null && item.id.clock >= (transaction.beforeState.get(item.id.client) ?? 0))
    item = item.left;
  if (item === null || (item.deleted && !Y.isDeleted(transaction.deleteSet, item.id))) return undefined;
  const value = item.content.getContent().at(-1) as unknown;
  return value instanceof Y.AbstractType ? undefined : value;
}

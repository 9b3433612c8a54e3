// Keeps the agent's own keys of the workspace as the agent wrote them. Anybody who is connected can write
// anything into a Yjs document; so after a peer's change the runs, the history, looks, voices and agents are put back. A run this agent never
// wrote is kept when it is the end of a job: devices carry the history of an agent whose data folder was lost.
import { keys } from '@myspinbot/shared/document/layout.ts';
import { historyLineSchema } from '@myspinbot/shared/job/history.ts';
import { jobRunSchema } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import * as Y from 'yjs';

/** Transaction origin of what the guard puts back. */
export const GUARD = { role: 'guard' } as const;

/**
 * Watches `doc` from now on; what is in it is taken for the agent's own. `isPeer` tells from a transaction's origin
 * whether it came from a socket; `restored` is told how many keys a peer had changed.
 */
export function guardWorkspace(
  doc: Y.Doc,
  isPeer: (origin: unknown) => boolean,
  restored: (count: number) => void,
): void {
  const guarded = [keys.runs, keys.history, keys.trained, keys.agents].map((key) => {
    const map = doc.getMap<unknown>(key);
    return { key, map, own: new Map<string, string>([...map].map(([id, value]) => [id, asJson(value)])) };
  });

  doc.on('afterTransaction', (transaction) => {
    const changes = guarded.flatMap(({ key, map, own }) => {
      const names = transaction.changed.get(
        map as unknown as Y.AbstractType<Y.YEvent<Y.AbstractType<unknown>>>,
      );
      return [...(names ?? [])].flatMap((name) => (name === null ? [] : [{ key, map, own, name }]));
    });
    if (changes.length === 0 || transaction.origin === GUARD) return;
    if (!isPeer(transaction.origin)) {
      for (const { map, own, name } of changes) {
        if (map.has(name)) own.set(name, asJson(map.get(name)));
        else own.delete(name);
      }
      return;
    }
    const wrong = changes.filter(({ key, map, own, name }) => {
      const value = map.get(name);
      if (own.has(name)) return asJson(value) !== own.get(name);
      if ((key === keys.runs && isEndedRun(value)) || (key === keys.history && isLine(value))) {
        own.set(name, asJson(value));
        return false;
      }
      return map.has(name);
    });
    if (wrong.length === 0) return;
    doc.transact(() => {
      for (const { map, own, name } of wrong) {
        const mine = own.get(name);
        if (mine === undefined) map.delete(name);
        else map.set(name, JSON.parse(mine));
      }
    }, GUARD);
    restored(wrong.length);
  });
}

function isEndedRun(value: unknown): boolean {
  const run = jobRunSchema.safeParse(value);
  return run.success && isEnded(run.data.state);
}

function isLine(value: unknown): boolean {
  return historyLineSchema.safeParse(value).success;
}

/** A nested Y type, which the agent never writes, reads as something that no JSON equals. */
function asJson(value: unknown): string {
  return value instanceof Y.AbstractType ? 'a shared type' : (JSON.stringify(value) ?? 'undefined');
}

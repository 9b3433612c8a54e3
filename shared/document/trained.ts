// Accessors of the looks and voices in the workspace document: the agent writes which there are, devices which they throw
// away. Same rules as workspace.ts. A version that a device threw away is gone for everybody at once; the agent follows.
import type * as Y from 'yjs';
import { z } from 'zod';
import { type TrainedVersion, trainedVersionSchema, versionKey } from '../job/trained.ts';
import { type Author, keys } from './layout.ts';

/** Names the very one that was made then: the same recipe, made again later, is another one and stays. */
export const discardSchema = z.object({ madeAt: z.number() });

export interface TrainedVersions {
  /** Newest first, without those that were thrown away. */
  all(): TrainedVersion[];
  /** All that stand there, also those that were thrown away and are not forgotten yet; in no order. */
  entries(): TrainedVersion[];
  /** When the one under this key was made that is thrown away. */
  discards(): ReadonlyMap<string, number>;
  /** Device only. */
  discard(version: TrainedVersion): void;
  /** Agent only: writes these, and takes those away. */
  report(versions: readonly TrainedVersion[], gone: readonly string[]): void;
  /** Calls back once per transaction that changed any of it; returns the way to stop. */
  watch(changed: () => void): () => void;
}

export function openTrained(doc: Y.Doc, author: Author): TrainedVersions {
  const trained = doc.getMap<unknown>(keys.trained);
  const discards = doc.getMap<unknown>(keys.discards);
  const discarded = (key: string) => discardSchema.safeParse(discards.get(key)).data?.madeAt;

  const entries = () => {
    const found: TrainedVersion[] = [];
    for (const [key, value] of trained.entries()) {
      const { data } = trainedVersionSchema.safeParse(value);
      if (data !== undefined && versionKey(data) === key) found.push(data);
    }
    return found;
  };

  return {
    all: () =>
      entries()
        .filter((version) => discarded(versionKey(version)) !== version.madeAt)
        .sort((a, b) => b.madeAt - a.madeAt || b.version - a.version),
    entries,
    discards() {
      const found = new Map<string, number>();
      for (const key of discards.keys()) {
        const madeAt = discarded(key);
        if (madeAt !== undefined) found.set(key, madeAt);
      }
      return found;
    },
    discard(version) {
      if (author.role !== 'device') throw new Error('discard is written by the device');
      doc.transact(() => discards.set(versionKey(version), { madeAt: version.madeAt }), author);
    },
    report(versions, gone) {
      if (author.role !== 'agent') throw new Error('report is written by the agent');
      doc.transact(() => {
        for (const version of versions) trained.set(versionKey(version), version);
        for (const key of gone) if (trained.has(key)) trained.delete(key);
      }, author);
    },
    watch(changed) {
      const types = new Set<unknown>([trained, discards]);
      const listen = (transaction: Y.Transaction) => {
        for (const type of transaction.changed.keys()) {
          if (!types.has(type)) continue;
          changed();
          return;
        }
      };
      doc.on('afterTransaction', listen);
      return () => doc.off('afterTransaction', listen);
    },
  };
}

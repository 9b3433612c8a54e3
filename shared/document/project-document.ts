// Accessors of one project's document: its fields (one key each), script text and photos. Same rules as
// workspace.ts: verbs are transactions, reads are decoded, a malformed field reads as its default.
import type * as Y from 'yjs';
import { type AssetHash, assetHashSchema } from '../asset/asset.ts';
import { type Photo, type ProjectFields, photoSchema, projectFieldsSchema } from '../project/project.ts';
import { type Author, keys } from './layout.ts';

export interface ProjectDocument {
  readonly doc: Y.Doc;
  /** Bound to editors directly, so that two devices can write in the same line. */
  readonly script: Y.Text;
  fields(): ProjectFields;
  set(fields: Partial<ProjectFields>): void;
  /** Replaces the script with the smallest edit (common prefix and suffix kept). */
  setScript(text: string): void;
  /** In the order in which they were added. */
  photos(): Photo[];
  addPhoto(photo: Photo): void;
  removePhoto(hash: AssetHash): void;
  watch(changed: () => void): () => void;
}

export function openProjectDocument(doc: Y.Doc, author: Author): ProjectDocument {
  const fields = doc.getMap<unknown>(keys.fields);
  const script = doc.getText(keys.script);
  const photos = doc.getMap<unknown>(keys.photos);
  const write = (change: () => void) => doc.transact(change, author);

  return {
    doc,
    script,
    fields() {
      const shape = projectFieldsSchema.shape;
      const decoded: Record<string, unknown> = {};
      for (const [name, schema] of Object.entries(shape)) {
        const parsed = schema.safeParse(fields.get(name));
        decoded[name] = parsed.success ? parsed.data : schema.parse(undefined);
      }
      return decoded as ProjectFields;
    },
    set(change) {
      write(() => {
        for (const [name, value] of Object.entries(change)) {
          if (value !== undefined) fields.set(name, value);
        }
      });
    },
    setScript(text) {
      const old = script.toString();
      if (old === text) return;
      let head = 0;
      while (head < old.length && head < text.length && old[head] === text[head]) head++;
      // Never between the halves of a pair: Yjs replaces half an emoji for ever.
      if (head > 0 && /[\ud800-\udbff]/.test(old[head - 1]!)) head--;
      let tail = 0;
      while (
        tail < old.length - head &&
        tail < text.length - head &&
        old[old.length - 1 - tail] === text[text.length - 1 - tail]
      ) {
        tail++;
      }
      if (tail > 0 && /[\udc00-\udfff]/.test(old[old.length - tail]!)) tail--;
      write(() => {
        script.delete(head, old.length - head - tail);
        script.insert(head, text.slice(head, text.length - tail));
      });
    },
    photos() {
      const list: Photo[] = [];
      for (const [hash, value] of photos.entries()) {
        const parsed = photoSchema.safeParse(value);
        if (parsed.success && assetHashSchema.safeParse(hash).success && parsed.data.asset.hash === hash) {
          list.push(parsed.data);
        }
      }
      return list.sort((a, b) => a.addedAt - b.addedAt || (a.asset.hash < b.asset.hash ? -1 : 1));
    },
    addPhoto(photo) {
      write(() => photos.set(photo.asset.hash, photo));
    },
    removePhoto(hash) {
      write(() => photos.delete(hash));
    },
    watch(changed) {
      const listen = (transaction: Y.Transaction) => {
        if (transaction.changed.size > 0) changed();
      };
      doc.on('afterTransaction', listen);
      return () => doc.off('afterTransaction', listen);
    },
  };
}

// One project opened for editing: its document as Solid state. Writes go to the document and come back through it;
// writes before the stored document was read wait for it, because a value set on an empty document may lose
// against the older stored one.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { Author } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument, type ProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { type Photo, type ProjectId, projectFieldsSchema } from '@myspinbot/shared/project/project.ts';
import { draftSpin } from '@myspinbot/shared/project/spin.ts';
import { batch, createMemo, createRoot, createSignal } from 'solid-js';
import { createStore, reconcile, unwrap } from 'solid-js/store';
import type { OpenProject } from './live.ts';
import type { OpenRoom } from './rooms.ts';

export interface EditedProject extends OpenProject {
  readonly document: ProjectDocument;
  readonly room: OpenRoom;
  readonly loaded: Promise<void>;
  close(): void;
}

export function createEditedProject(
  id: ProjectId,
  room: OpenRoom,
  author: Author,
  /** Throws when nothing may be changed from here. */
  mustEdit: () => void,
  onChange: (project: EditedProject) => void,
): EditedProject {
  const document = openProjectDocument(room.doc, author);
  const [ready, setReady] = createSignal(false);
  const [script, setScript] = createSignal('');
  const [order, setOrder] = createSignal<readonly AssetHash[]>([]);
  const [state, set] = createStore({
    fields: projectFieldsSchema.parse({}),
    photos: {} as Record<AssetHash, Photo>,
  });

  const show = () =>
    batch(() => {
      set('fields', reconcile(document.fields()));
      setScript(document.script.toString());
      const photos = document.photos();
      set('photos', reconcile(Object.fromEntries(photos.map((photo) => [photo.asset.hash, photo]))));
      const now = photos.map((photo) => photo.asset.hash);
      setOrder((old) => (old.length === now.length && old.every((hash, at) => hash === now[at]) ? old : now));
    });

  let stopWatching: (() => void) | undefined;
  let disposed = false;
  let early: (() => void)[] = [];
  const whenReady = (write: () => void) => {
    mustEdit();
    if (ready()) write();
    else early.push(write);
  };
  const { photos, missing, dispose } = createRoot((end) => ({
    photos: createMemo(() => order().flatMap((hash) => state.photos[hash] ?? [])),
    missing: createMemo(() => {
      const draft = draftSpin(state.fields, script(), photosNow());
      return draft.ready ? [] : draft.missing;
    }),
    dispose: end,
  }));
  function photosNow(): Photo[] {
    return order().flatMap((hash) => state.photos[hash] ?? []);
  }

  const loaded = room.stored.loaded.then(() => {
    const writes = early;
    early = [];
    if (disposed) {
      // Nothing that was asked for is dropped, even when the screen left before the document was read.
      for (const write of writes) write();
      return;
    }
    batch(() => {
      show();
      setReady(true);
    });
    stopWatching = document.watch(() => {
      show();
      onChange(project);
    });
    for (const write of writes) write();
    onChange(project);
  });
  // Unreadable store: the project stays a skeleton and the saved state says why.
  loaded.catch(() => undefined);

  const project: EditedProject = {
    id,
    document,
    room,
    loaded,
    ready,
    fields: () => state.fields,
    script,
    photos,
    missing,
    set: (fields) => whenReady(() => document.set(plain(fields))),
    setScript: (text) => whenReady(() => document.setScript(text)),
    addPhoto: (photo) => whenReady(() => document.addPhoto(plain(photo))),
    removePhoto: (hash) => whenReady(() => document.removePhoto(hash)),
    close() {
      if (disposed) return;
      disposed = true;
      stopWatching?.();
      dispose();
      // After the writes that waited for it.
      void loaded.catch(() => undefined).then(() => room.release());
    },
  };
  return project;
}

/** What screens hand over may be a piece of a store; the document gets a value of its own. */
function plain<T extends object>(value: T): T {
  return structuredClone(unwrap(value));
}

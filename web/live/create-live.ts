// The live world of the app, composed: documents, the device's store and the links become what live.ts promises to
// screens. It owns the order in which things start and end, and the verbs; the parts beside it own the rest.
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { type Author, projectRoom, WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import { type ProjectId, projectFieldsSchema } from '@myspinbot/shared/project/project.ts';
import { draftSpin } from '@myspinbot/shared/project/spin.ts';
import { liveQuery } from 'dexie';
import {
  createEffect,
  createMemo,
  createRoot,
  createSignal,
  getOwner,
  on,
  onCleanup,
  runWithOwner,
} from 'solid-js';
import { unwrap } from 'solid-js/store';
import { Awareness } from 'y-protocols/awareness';
import type { Bytes } from '../link/bytes.ts';
import type { Clock } from '../link/clock.ts';
import { nextReach, type Reach, type ReachEvent } from '../link/reachability.ts';
import { openAssetStore } from '../vault/assets.ts';
import type { AppDatabase } from '../vault/database.ts';
import { openDocumentLog } from '../vault/document-log.ts';
import { persistStorage, storageUse } from '../vault/persistence.ts';
import { openProjection } from '../vault/projection.ts';
import type { TabChannel } from '../vault/tab-channel.ts';
import { createAssetUrls } from './asset-urls.ts';
import { keepFile } from './keep-file.ts';
import type { Live, Workstation } from './live.ts';
import { createEditedProject, type EditedProject } from './open-project.ts';
import { inspectPhoto } from './photo-check.ts';
import { createProgressView } from './progress-view.ts';
import { createProjectIndex } from './project-index.ts';
import { newId } from './random-id.ts';
import { openRooms } from './rooms.ts';
import { createWorkspaceView } from './workspace-view.ts';

/** Everything of the outside that the live layer touches. */
export interface LiveWorld {
  db: AppDatabase;
  tabs: TabChannel;
  bytes: Pick<Bytes, 'hash' | 'reach' | 'move'>;
  clock: Clock;
  /** `ws://host/sync`, without the room. */
  syncUrl: string;
  socket: typeof WebSocket;
  fetch: typeof fetch;
  urls: { create(blob: Blob): string; revoke(url: string): void };
  storage: StorageManager | undefined;
  /** What this device is called when others see it. */
  deviceName: string;
}

export interface OpenLive extends Live {
  /** The page is visible or online again. */
  wake(): void;
  /** Resolves when everything written so far is on disk, lists included. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Resolves as soon as the lists can be painted from the device's own store. */
export async function createLive(world: LiveWorld): Promise<OpenLive> {
  const { db, clock } = world;
  const projection = openProjection(db);
  const [first, device] = await Promise.all([projection.first(), deviceId(db)]);
  const author: Author = { role: 'device', id: device };
  const store = openAssetStore(db, clock.now);
  const log = openDocumentLog(db);
  const stops: (() => void)[] = [];

  return createRoot((dispose): OpenLive => {
    const owner = getOwner();
    const view = createWorkspaceView(projection, first);
    const presence = createProgressView();
    const rooms = openRooms({
      log,
      tabs: world.tabs,
      clock,
      serverUrl: world.syncUrl,
      socket: world.socket,
    });
    const [saved, setSaved] = createSignal(rooms.state());
    stops.push(rooms.onState(setSaved));

    const [reach, setReach] = createSignal<Reach>({ state: 'looking', since: clock.now() });
    const heard = (event: ReachEvent) => setReach((now) => nextReach(now, event, clock.now()));
    stops.push(clock.every(500, () => heard('tick')));
    const workstation = createMemo<Workstation>(() => {
      const now = reach();
      if (now.state !== 'here') return now;
      const present = presence.agents();
      const known = view.agents();
      const agent =
        known.find((entry) => present.includes(entry.id)) ??
        [...known].sort((a, b) => b.startedAt - a.startedAt)[0];
      return { state: 'here', agent };
    });

    const lead = rooms.lead(
      WORKSPACE_ROOM,
      (doc) => {
        const awareness = new Awareness(doc);
        awareness.setLocalState({ presence: { kind: 'device', id: device, name: world.deviceName } });
        stops.push(presence.follow(awareness));
        return awareness;
      },
      (is) => {
        heard(is ? 'connected' : 'lost');
        world.bytes.reach(is);
        if (!is) resent.clear();
      },
    );
    const workspace = openWorkspace(lead.doc, author);

    /** Jobs whose assets were queued again because the workstation says it lacks them; once per connection. */
    const resent = new Set<JobId>();
    const onJob = (job: Job) => {
      if (job.run?.state === 'waiting-for-assets' && !resent.has(job.request.id)) {
        resent.add(job.request.id);
        quietly(store.send(job.request.assets.map((asset) => asset.hash)));
      }
      const isOurs = job.request.device === device || edited.has(job.request.project);
      if (isOurs && !job.wish.hidden) quietly(wantResult(job));
    };
    const wantResult = async (job: Job) => {
      const result = job.run?.result;
      if (result === undefined) return;
      const files = [result.video, result.poster, result.vtt, result.srt];
      await store.want(files.flatMap((file) => (file === null ? [] : [file.hash])));
    };

    const outbox = liveQuery(() => db.outbox.toArray()).subscribe({
      next(rows) {
        view.outbox(new Map(rows.map((row) => [row.hash, row.left])));
        if (rows.length > 0) world.bytes.move();
      },
      // The count of bytes is a nicety; that the store cannot be read is said by `saved`.
      error: () => undefined,
    });
    const wanted = liveQuery(() => db.wanted.count()).subscribe({
      next: (count) => {
        if (count > 0) world.bytes.move();
      },
      error: () => undefined, // As above.
    });
    stops.push(
      () => outbox.unsubscribe(),
      () => wanted.unsubscribe(),
    );

    const loaded = lead.stored.loaded.then(() => {
      runWithOwner(owner, () => stops.push(view.follow(workspace, onJob)));
    });
    quietly(loaded);
    /** Writes wait until the stored document was read: see open-project.ts. */
    const whenLoaded = (write: () => void) => quietly(loaded.then(write));

    const urls = createAssetUrls({
      store,
      clock,
      urls: world.urls,
      onArrival(hash, arrived) {
        const subscription = liveQuery(() => db.assets.where('hash').equals(hash).count()).subscribe({
          next: (count) => {
            if (count > 0) arrived();
          },
          error: () => undefined, // No picture; `saved` says that the store cannot be read.
        });
        return () => subscription.unsubscribe();
      },
    });

    const edited = new Map<ProjectId, Set<EditedProject>>();
    const index = createProjectIndex(workspace, clock);
    stops.push(index.close);

    const open = (id: ProjectId): EditedProject => {
      const project = createEditedProject(id, rooms.open(projectRoom(id)), author, (changed) =>
        whenLoaded(() => index.changed(changed)),
      );
      const others = edited.get(id) ?? new Set();
      edited.set(id, others.add(project));
      return project;
    };
    const letGo = (project: EditedProject) => {
      index.flush(project.id);
      const all = edited.get(project.id);
      all?.delete(project);
      if (all?.size === 0) edited.delete(project.id);
      project.close();
    };

    return {
      workstation,
      get projects() {
        return view.projects();
      },
      get jobs() {
        return view.jobs();
      },
      job: view.job,
      progress: presence.progress,
      saved,

      async createProject(fields = {}) {
        await loaded;
        const id = newId('p') as ProjectId;
        const project = open(id);
        try {
          await project.loaded;
          const whole = projectFieldsSchema.parse({ ...unwrap(fields) });
          const at = clock.now();
          project.document.set(whole);
          workspace.putProject({ id, title: whole.title, createdAt: at, updatedAt: at, deleted: false });
          await Promise.all([lead.stored.flush(), project.room.stored.flush()]);
        } finally {
          letGo(project);
        }
        return id;
      },
      deleteProject(id, deleted) {
        whenLoaded(() => {
          const entry = workspace.project(id);
          if (entry !== undefined) workspace.putProject({ ...entry, deleted });
        });
      },
      openProject(id) {
        const project = open(id);
        // What this project made is kept here, so that it plays with the workstation off.
        for (const job of view.jobs()) if (job.request.project === id) quietly(wantResult(job));
        if (getOwner() !== null) onCleanup(() => letGo(project));
        return project;
      },

      keepFile: (file, name) => keepFile(file, name, { store, hash: world.bytes.hash }),
      assetUrl(asset) {
        const [shown, show] = createSignal<() => string | undefined>(() => undefined);
        // An effect: it waits until what shows the asset is in the page. A film whose address is set before that
        // (in a screen still being loaded) is refused by Chromium for good.
        createEffect(
          on(
            () => asset()?.hash,
            (hash) => {
              if (hash === undefined) return show(() => () => undefined);
              const taken = urls.take(hash);
              onCleanup(taken.release);
              show(() => taken.url);
            },
          ),
        );
        return () => shown()();
      },
      hasAsset: store.has,
      checkPhoto: (asset: AssetRef) =>
        inspectPhoto(asset, {
          fetch: world.fetch,
          clock,
          isHere: () => reach().state === 'here',
          isSent: async () => (await db.outbox.get(asset.hash)) === undefined,
          onOutbox: (changed) => {
            const subscription = liveQuery(() => db.outbox.toCollection().primaryKeys()).subscribe({
              next: changed,
              error: changed,
            });
            return () => subscription.unsubscribe();
          },
        }),

      async spin(project) {
        await loaded;
        const draft = draftSpin(project.fields(), project.script(), project.photos());
        if (!draft.ready) {
          throw new Failure({
            code: 'bad-input',
            message: `This project still needs: ${draft.missing.join(', ').replaceAll('-', ' ')}.`,
            hint: 'Add what is missing, then tap Spin again.',
          });
        }
        const id = newId('j') as JobId;
        workspace.request({
          id,
          project: project.id,
          pipeline: 'portrait',
          options: draft.options,
          assets: draft.assets.map((asset) => ({ ...unwrap(asset) })),
          device,
          requestedAt: clock.now(),
        });
        // The request carries everything; the project's own edits are durable with it all the same.
        await Promise.all([lead.stored.flush(), rooms.flush()]);
        return id;
      },
      cancel: (id) => whenLoaded(() => workspace.cancel(id, clock.now())),
      retry: (id) => whenLoaded(() => workspace.retry(id)),
      hide: (id, hidden) => whenLoaded(() => workspace.hide(id, hidden)),

      storage: () => storageUse(world.storage),
      persist: () => persistStorage(world.storage),

      wake: () => rooms.wake(),
      async flush() {
        await loaded;
        await rooms.flush();
        await view.settled();
      },
      async close() {
        for (const stop of stops.splice(0)) stop();
        for (const all of edited.values()) for (const project of all) project.close();
        urls.close();
        await rooms.close();
        await view.settled();
        dispose();
      },
    };
  });
}

/** This device's own id, made once; a wiped store is a new device. */
async function deviceId(db: AppDatabase): Promise<string> {
  return db.transaction('rw', db.notes, async () => {
    const known = await db.notes.get('device');
    if (known !== undefined) return known.value;
    const value = newId('d');
    await db.notes.put({ name: 'device', value });
    return value;
  });
}

/** Work whose failure another part reports already: the store's state says when it cannot be read or written. */
function quietly(work: Promise<unknown>): void {
  work.catch(() => undefined);
}

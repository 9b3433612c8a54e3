// The live world of the app, composed: documents, the device's store and the links become what live.ts promises to
// screens. It owns the order in which things start and end, and the verbs; the parts beside it own the rest.
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { type Author, projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openTrained } from '@myspinbot/shared/document/trained.ts';
import { openWorkspace, type Workspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Job, JobId, JobRequest } from '@myspinbot/shared/job/job.ts';
import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import { type ProjectId, projectFieldsSchema } from '@myspinbot/shared/project/project.ts';
import { draftSpin } from '@myspinbot/shared/project/spin.ts';
import type { Urgency } from '@myspinbot/shared/wire/transfer.ts';
import { liveQuery } from 'dexie';
import {
  createComputed,
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
import type { DeviceLook } from '../identity/device-kind.ts';
import { openIdentity } from '../identity/identity.ts';
import { provenSocket } from '../identity/proven-socket.ts';
import { noteRemoval } from '../identity/removal-note.ts';
import type { Bytes } from '../link/bytes.ts';
import type { Clock } from '../link/clock.ts';
import type { LinkStates } from '../link/link-states.ts';
import { servePeerPort } from '../link/peer-port.ts';
import { nextReach, type Reach, type ReachEvent } from '../link/reachability.ts';
import { openAssetStore } from '../vault/assets.ts';
import type { AppDatabase } from '../vault/database.ts';
import { openDocumentLog } from '../vault/document-log.ts';
import { eraseEverything, type KeptElsewhere } from '../vault/erase.ts';
import { openProjection } from '../vault/projection.ts';
import { openShares } from '../vault/shares.ts';
import { ANEW_NOTE, ERASE_NOTE, ROOM_NOTE, type TabChannel } from '../vault/tab-channel.ts';
import { createAccessDesk, type NewWorkstation, type Place } from './access-desk.ts';
import { createAssetUrls } from './asset-urls.ts';
import { createCastNotes } from './cast-notes.ts';
import { createDevicesDesk } from './devices-desk.ts';
import { keepFile } from './keep-file.ts';
import { createLineDesk } from './line-desk.ts';
import type { Live, OpenProject, Workstation } from './live.ts';
import { followFilm, type MakingFilmWorld } from './making-film.ts';
import { askWorker, createMediaUrl } from './media-url.ts';
import { createMonitorDesk } from './monitor-desk.ts';
import { createEditedProject, type EditedProject } from './open-project.ts';
import { inspectPhoto } from './photo-check.ts';
import { createProgressView } from './progress-view.ts';
import { createProjectIndex } from './project-index.ts';
import { newId } from './random-id.ts';
import { openRooms } from './rooms.ts';
import { type BackgroundWorld, createSending } from './sending.ts';
import { createSharedDesk } from './shared-desk.ts';
import { createStorageDesk } from './storage-desk.ts';
import { createTrainedDesk, spinFields } from './trained-desk.ts';
import { createTransfersDesk } from './transfers-desk.ts';
import { createWorkspaceView } from './workspace-view.ts';

/** Older videos of a project that is opened come when they are opened themselves. */
const KEPT_OF_PROJECT = 50;

/** Everything of the outside that the live layer touches. */
export interface LiveWorld {
  db: AppDatabase;
  tabs: TabChannel;
  bytes: Pick<Bytes, 'hash' | 'reach' | 'move' | 'watchLive' | 'close' | 'onDirect'>;
  /** What the workers of all tabs say of the link. */
  links: Pick<LinkStates, 'listen' | 'close'>;
  film: Omit<MakingFilmWorld, 'bytes'>;
  clock: Clock;
  /** `ws://host/sync`, without the room. */
  syncUrl: string;
  /** Both as the browser has them; here they are given this device's proof. */
  socket: typeof WebSocket;
  fetch: typeof fetch;
  urls: { create(blob: Blob): string; revoke(url: string): void };
  storage: StorageManager | undefined;
  /** Who answers for files of this device; undefined where pages have no worker. */
  workers: Pick<ServiceWorkerContainer, 'controller'> | undefined;
  /** What this device is called when others see it, and what it is. */
  device: DeviceLook;
  /** Whether the page comes from this very machine. */
  isOwnMachine: boolean;
  /** Small notes that outlive the store. */
  notes: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  /** What else the browser keeps for this app, to be erased with the store. */
  kept: KeptElsewhere;
  /** What helps bytes to arrive when the page is not looked at. */
  background: BackgroundWorld;
  /** Leaves this page for the app's first one, started anew. */
  leave(): void;
}

export interface OpenLive extends Live {
  /** The page was opened with this invitation in its address, or was given it there later; undefined = unreadable. */
  invited(link: InvitationLink | undefined): void;
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
  const identity = openIdentity(db);
  const [first, device, standing] = await Promise.all([projection.first(), deviceId(db), identity.read()]);
  const author: Author = { role: 'device', id: device };
  const store = openAssetStore(db, clock.now);
  const log = openDocumentLog(db);
  const stops: (() => void)[] = [];

  return createRoot((dispose): OpenLive => {
    const owner = getOwner();
    const view = createWorkspaceView(projection, first);
    const presence = createProgressView();
    const desk = createAccessDesk({
      identity,
      first: standing,
      fetch: world.fetch,
      clock,
      device: world.device,
      notes: world.notes,
      isOwnMachine: world.isOwnMachine,
      onAnswer: () => heard('answered'),
      onErase: (agentName) => quietly(erase(agentName).finally(world.leave)),
      onNewWorkstation: (...change) => changeWorkstation(...change),
      onReplaced: () => quietly(letGo().finally(world.leave)),
    });
    const rooms = openRooms({
      log,
      tabs: world.tabs,
      clock,
      serverUrl: world.syncUrl,
      socket: provenSocket({ session: desk.session, socket: world.socket }),
      mayWrite: () => desk.place().mayWrite,
    });
    const transfers = createTransfersDesk({ db, states: world.links });
    world.bytes.onDirect((port) => {
      quietly(
        servePeerPort(port, async () => {
          const { callWorkstation } = await import('../link/peer-link.ts');
          return callWorkstation({ line: rooms.signals, identity, clock });
        }),
      );
    });
    const [saved, setSaved] = createSignal(rooms.state());
    stops.push(rooms.onState(setSaved));

    const [reach, setReach] = createSignal<Reach>({ state: 'away', since: clock.now() });
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

    const trained = createTrainedDesk({
      ask: (project, job) => ask(project, job),
      discard: (version) => wish((workspace) => openTrained(workspace.doc, author).discard(version)),
    });

    /** Takes the document that this device may sit before; only one at a time. */
    const sit = (place: Place) => {
      const ends: (() => void)[] = [];
      const lead = rooms.lead(
        place.room,
        (doc) => {
          const awareness = new Awareness(doc);
          awareness.setLocalState({ presence: { kind: 'device', id: device, name: world.device.name } });
          ends.push(presence.follow(awareness));
          return awareness;
        },
        (is) => {
          heard(is ? 'connected' : 'lost');
          world.bytes.reach(is);
          if (!is) resent.clear();
        },
      );
      const workspace = openWorkspace(lead.doc, author);
      const index = createProjectIndex(workspace, clock);
      let hasLeft = false;
      const loaded = lead.stored.loaded.then(() => {
        if (hasLeft) return;
        runWithOwner(owner, () => {
          ends.push(view.follow(workspace, onJob), trained.follow(openTrained(lead.doc, author)));
        });
      });
      quietly(loaded);
      return {
        place,
        lead,
        workspace,
        index,
        loaded,
        leave() {
          hasLeft = true;
          index.close();
          for (const end of ends.splice(0)) end();
          lead.release();
        },
      };
    };

    /** Jobs whose assets were queued again because the workstation says it lacks them; once per connection. */
    const resent = new Set<JobId>();
    const onJob = (job: Job) => {
      if (job.run?.state === 'waiting-for-assets' && !resent.has(job.request.id)) {
        resent.add(job.request.id);
        quietly(store.send(job.request.assets.map((asset) => asset.hash)));
      }
      const isOurs = job.request.device === device || edited.has(job.request.project);
      // What an open project makes is waited for; the rest is fetched because it may be wanted offline.
      if (isOurs && !job.wish.hidden)
        quietly(wantResult(job, edited.has(job.request.project) ? 'usual' : 'ahead'));
    };
    const wantResult = async (job: Job, urgency: Urgency) => {
      const result = job.run?.result;
      if (result === undefined) return;
      const files = [result.video, result.poster, result.vtt, result.srt];
      const hashes = files.flatMap((file) => (file === null ? [] : [file.hash]));
      await storage.asking(store.prefetch(hashes, urgency), hashes);
    };

    const sending = createSending({
      db,
      clock,
      isHere: () => reach().state === 'here',
      maySend: () => desk.access().state === 'paired' && desk.place().mayWrite,
      background: world.background,
    });
    stops.push(sending.close);

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

    /** Writes wait until the stored document was read: see open-project.ts. */
    const whenLoaded = (write: (workspace: Workspace) => void) => {
      const { loaded, workspace } = sitting;
      quietly(loaded.then(() => write(workspace)));
    };
    /** The same, for a person's wish. */
    const wish = (write: (workspace: Workspace) => void) => {
      desk.mustEdit();
      whenLoaded(write);
    };

    /** Writes the request where the workstation finds it; resolves when it is durable here. */
    const ask = async (
      { id: project }: OpenProject,
      job: Pick<JobRequest, 'pipeline' | 'options' | 'assets'>,
      wished: Pick<JobRequest, 'supersedes'> = {},
    ): Promise<JobId> => {
      desk.mustEdit();
      const { lead, loaded, workspace } = sitting;
      await loaded;
      const id = newId('j') as JobId;
      const { pipeline, options, assets } = job;
      workspace.request({
        id,
        project,
        pipeline,
        options,
        assets: assets.map((asset) => ({ ...unwrap(asset) })),
        device,
        requestedAt: clock.now(),
        ...wished,
      });
      // The request carries everything; the project's own edits are durable with it all the same.
      await Promise.all([lead.stored.flush(), rooms.flush()]);
      return id;
    };

    const urls = createAssetUrls({
      store: {
        blob: store.blob,
        want: (hashes) => storage.asking(store.want(hashes), hashes),
      },
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

    const casts = createCastNotes(db);
    /** The pump gives up what was refused until its next connection. */
    const stir = () => {
      if (reach().state !== 'here') return;
      world.bytes.reach(false);
      world.bytes.reach(true);
    };
    const storage = createStorageDesk({
      db,
      store,
      storage: world.storage,
      now: clock.now,
      every: clock.every,
      isPaired: () => desk.access().state === 'paired',
      isHere: () => reach().state === 'here',
      cannotWrite: () => saved() === 'failed',
      forget: urls.forget,
      hold(id) {
        if (!desk.place().mayWrite) return undefined;
        const room = rooms.open(projectRoom(id));
        const stop = casts.follow(id, openProjectDocument(room.doc, author), room);
        return () => {
          stop();
          room.release();
        };
      },
      stir() {
        stir();
        world.tabs.tell(ROOM_NOTE);
      },
    });
    stops.push(storage.close);
    const shared = createSharedDesk({
      shares: openShares(db, clock.now),
      urls: world.urls,
      flush: () => rooms.flush(),
    });
    stops.push(shared.close);

    const edited = new Map<ProjectId, Set<EditedProject>>();
    let sitting = sit(desk.place());
    stops.push(() => sitting.index.close());
    let wasOpen = false;
    createComputed(
      on([desk.place, desk.isOpen], ([place, isOpen]) => {
        if (place.room !== sitting.place.room || place.mayWrite !== sitting.place.mayWrite) {
          rooms.allow(false);
          sitting.leave();
          sitting = sit(place);
        }
        rooms.allow(isOpen);
        if (isOpen !== wasOpen) setReach({ state: isOpen ? 'looking' : 'away', since: clock.now() });
        wasOpen = isOpen;
      }),
    );

    const open = (id: ProjectId): EditedProject => {
      const project = createEditedProject(
        id,
        rooms.open(projectRoom(id)),
        author,
        desk.mustEdit,
        (changed) => {
          const { index, place, loaded } = sitting;
          casts.note(id, changed.document);
          if (place.mayWrite) quietly(loaded.then(() => index.changed(changed)));
        },
      );
      const others = edited.get(id) ?? new Set();
      edited.set(id, others.add(project));
      return project;
    };
    const putAway = (project: EditedProject) => {
      sitting.index.flush(project.id);
      const all = edited.get(project.id);
      all?.delete(project);
      if (all?.size === 0) edited.delete(project.id);
      project.close();
    };

    /** Writes what is left and lets go of the store; nothing works on this page afterwards. */
    const letGo = async () => {
      rooms.allow(false);
      for (const stop of stops.splice(0)) stop();
      desk.close();
      world.bytes.close();
      world.links.close();
      urls.close();
      await rooms.close().catch(() => undefined); // What cannot be written now is lost with the page.
      await view.settled();
      db.close({ disableAutoOpen: true });
    };
    const erase = async (agentName?: string) => {
      world.tabs.tell(ERASE_NOTE);
      await letGo();
      view.empty();
      try {
        await eraseEverything(db.name, world.kept, clock);
      } finally {
        noteRemoval(world.notes, agentName);
      }
    };
    /**
     * A new owner's documents go along: they are one person's, and the same machine with an empty data folder gets
     * everything back. Whoever comes as somebody's member or guest brings nothing of another workstation there; it is
     * set aside until this device is paired with that one again.
     */
    const changeWorkstation: NewWorkstation = async (before, next, keep, { bringAlong, setAside }) => {
      if (next.role === 'owner') return bringAlong(db, clock.now, keep);
      world.tabs.tell(ANEW_NOTE);
      rooms.allow(false);
      await rooms.close();
      await view.settled();
      const fingerprints = { before: before.agent.fingerprint, next: next.agent.fingerprint };
      await setAside(db, clock.now, fingerprints, keep);
      world.leave();
    };
    stops.push(
      world.tabs.listen((note) => {
        if (note === ROOM_NOTE) stir();
        if (note === ANEW_NOTE) quietly(letGo().finally(world.leave));
        if (note !== ERASE_NOTE) return;
        db.close({ disableAutoOpen: true });
        quietly(letGo().finally(world.leave));
      }),
    );

    const assetUrl: Live['assetUrl'] = (asset) => {
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
    };

    return {
      workstation,
      access: desk.access,
      mayEdit: () => desk.place().mayWrite,
      invitation: desk.invitation,
      invitationTrouble: desk.invitationTrouble,
      dismissInvitation: desk.dismissInvitation,
      strayLink: desk.strayLink,
      dismissStrayLink: desk.dismissStrayLink,
      pair: desk.pair,
      deviceName: world.device.name,
      devices: createDevicesDesk({ fetch: desk.session.fetch, clock }),
      transfers,
      monitor: createMonitorDesk({
        fetch: desk.session.fetch,
        clock,
        sight: world.background.sight,
        isHere: () => reach().state === 'here',
      }),
      eraseAll: () => erase(),
      get projects() {
        return view.projects();
      },
      get line() {
        return view.line();
      },
      premieres: view.premieres,
      stopped: view.stopped,
      jobsOf: view.jobsOf,
      counts: view.counts,
      job: view.job,
      progress: presence.progress,
      makingFilm: (wanted) => followFilm({ ...world.film, bytes: world.bytes }, wanted),
      saved,

      async createProject(fields = {}) {
        desk.mustEdit();
        const { lead, loaded, workspace } = sitting;
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
          putAway(project);
        }
        return id;
      },
      deleteProject(id, deleted) {
        wish((workspace) => {
          const entry = workspace.project(id);
          if (entry !== undefined) workspace.putProject({ ...entry, deleted });
        });
      },
      openProject(id) {
        const project = open(id);
        // What this project made is kept here, so that it plays with the workstation off.
        for (const made of view.jobsOf(id).slice(0, KEPT_OF_PROJECT)) {
          const job = view.job(made);
          if (job !== undefined) quietly(wantResult(job, 'usual'));
        }
        if (getOwner() !== null) onCleanup(() => putAway(project));
        return project;
      },

      async keepFile(file, name) {
        desk.mustEdit();
        try {
          return await keepFile(file, name, { store, hash: world.bytes.hash });
        } catch (cause) {
          if (cause instanceof Failure && cause.code === 'disk-full') storage.ranFull();
          throw cause;
        }
      },
      assetUrl,
      mediaUrl: (asset) =>
        createMediaUrl(asset, assetUrl(asset), askWorker({ workers: world.workers, fetch: world.fetch })),
      hasAsset: store.has,
      checkPhoto: (asset: AssetRef) =>
        inspectPhoto(asset, {
          fetch: desk.session.fetch,
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

      async spin(project, wished = {}) {
        desk.mustEdit();
        // Which looks and voices there are is known then.
        await sitting.loaded;
        const draft = draftSpin(spinFields(trained.desk, project), project.script(), project.photos());
        if (!draft.ready) {
          throw new Failure({
            code: 'bad-input',
            message: `This project still needs: ${draft.missing.join(', ').replaceAll('-', ' ')}.`,
            hint: 'Add what is missing, then tap Spin again.',
          });
        }
        const { pipeline, options, assets } = draft;
        return ask(project, { pipeline, options, assets }, wished);
      },
      trained: trained.desk,
      cancel: (id) => wish((workspace) => workspace.cancel(id, clock.now())),
      retry: (id, from) => wish((workspace) => workspace.retry(id, from)),
      queue: createLineDesk({
        line: view.line,
        rules: view.rules,
        rest: () => (reach().state === 'here' ? presence.rest() : undefined),
        now: clock.now,
        wish,
      }),
      ownDevice: device,
      hide: (id, hidden) => wish((workspace) => workspace.hide(id, hidden)),

      sending: sending.sending,
      shared,
      storage,

      invited: desk.invite,
      wake() {
        desk.lookAgain();
        rooms.wake();
        storage.wake();
      },
      async flush() {
        await sitting.loaded;
        await rooms.flush();
        await view.settled();
      },
      async close() {
        for (const stop of stops.splice(0)) stop();
        desk.close();
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

// A whole live world in memory, for tests of screens and parts: two projects and a job in every interesting
// phase. It keeps the promises of live.ts (views change only through verbs) and knows no storage and no link;
// `stage` is the test's hand on what the workstation would do. Never part of the app.
import type { AssetHash, AssetType } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Job, JobId, JobRequest, JobRun } from '@myspinbot/shared/job/job.ts';
import { jobPhase } from '@myspinbot/shared/job/life.ts';
import type { Rest } from '@myspinbot/shared/job/rules.ts';
import type { TrainedVersion } from '@myspinbot/shared/job/trained.ts';
import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import {
  type ProjectFields,
  type ProjectId,
  projectFieldsSchema,
} from '@myspinbot/shared/project/project.ts';
import { draftSpin } from '@myspinbot/shared/project/spin.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import { batch, createSignal } from 'solid-js';
import { createStore, produce, reconcile, unwrap } from 'solid-js/store';
import { createFakeDesk, guestRefused } from './fake-devices-desk.ts';
import { fakeMonitor } from './fake-monitor.ts';
import { drawn, emptyWorld, fakeAccess, MINUTE, NOW, peopleWorld, view, type World } from './fake-people.ts';
import { createFakeSharedDesk, type FakeShare } from './fake-shared-desk.ts';
import { createFakeStorage } from './fake-storage.ts';
import { createFakeTrained } from './fake-trained-desk.ts';
import { createJobLists } from './job-lists.ts';
import { createLineDesk } from './line-desk.ts';
import type {
  Access,
  JobView,
  Live,
  MakingFilm,
  MonitorView,
  OpenProject,
  PhotoCheck,
  StrayLink,
  Workstation,
} from './live.ts';
import type { Sending } from './sending.ts';
import { spinFields } from './trained-desk.ts';

export interface FakeLiveOptions {
  /** Default: paired as owner. */
  access?: Access;
  /** The page was opened with this invitation. */
  invitation?: InvitationLink;
  /** It was tried already, and this came of it. */
  invitationTrouble?: Failure;
  strayLink?: StrayLink;
}

export interface FakeLive extends Live {
  readonly stage: {
    workstation(state: Workstation): void;
    saved(state: 'saved' | 'saving' | 'failed'): void;
    run(id: JobId, run: JobRun | undefined): void;
    progress(id: JobId, progress: JobProgress | undefined): void;
    /** The job's film, as far as there is one. */
    film(id: JobId, film: MakingFilm | undefined): void;
    uploadLeft(id: JobId, bytes: number): void;
    /** Somebody asks for one more job. */
    job(job: Job): void;
    /** Why the workstation says that nothing new is begun. */
    rest(rest: Rest | undefined): void;
    /** What the next face checks answer; undefined = the workstation says nothing. */
    photoCheck(check: PhotoCheck | undefined): void;
    /** Makes the next keepFile refuse with this failure. */
    refuseNextFile(failure: Failure): void;
    access(access: Access): void;
    invitation(link: InvitationLink | undefined): void;
    /** Makes the next pairing fail with this. */
    refuseNextPairing(failure: Failure): void;
    /** Makes the next question about devices fail with this. */
    refuseNextDevices(failure: Failure): void;
    /** Somebody takes the open invitation: a device with this name comes in, or it ends otherwise. */
    invitationEnds(as: { name: string } | 'expired' | 'spent'): void;
    sending(sending: Partial<Sending>): void;
    /** What the monitor tells from now on. */
    monitor(view: MonitorView): void;
    /** Something is shared to the app. */
    share(share: FakeShare): string;
    /** The workstation trained these. */
    trained(versions: readonly TrainedVersion[]): void;
    /** How often everything was erased. */
    erased(): number;
    /** What lies where: everything is here and sent at first. */
    readonly storage: ReturnType<typeof createFakeStorage>['stage'];
    /** Shows an asset at this URL. */
    url(hash: AssetHash, url: string): void;
  };
}

/** A world with two projects and jobs that run, failed, succeeded and wait; or an empty one. */
export function createFakeLive(seed: 'people' | 'empty' = 'people', options: FakeLiveOptions = {}): FakeLive {
  const [world, set] = createStore<World>({
    ...(seed === 'people' ? peopleWorld() : emptyWorld()),
    ...(options.access === undefined ? {} : { access: structuredClone(options.access) }),
    invited: options.invitation,
    invitationTrouble: options.invitationTrouble,
    strayLink: options.strayLink,
  });
  const [films, setFilms] = createSignal<ReadonlyMap<JobId, MakingFilm>>(new Map());
  const [monitor, setMonitor] = createSignal<MonitorView>({ figures: fakeMonitor, failure: undefined });
  let made = 0;
  let check: PhotoCheck | undefined = {
    width: 1200,
    height: 1200,
    faces: [{ box: { x: 380, y: 240, width: 420, height: 520 } }],
  };
  let refusal: Failure | undefined;
  let pairingRefusal: Failure | undefined;
  let erased = 0;
  const isGuest = () => world.access.state === 'paired' && world.access.role === 'guest';
  const mayWrite = () => {
    if (isGuest()) throw guestRefused();
  };
  const nextId = (prefix: 'p' | 'j') => `${prefix}_made${String(++made).padStart(16, '0')}`;

  const touch = (id: ProjectId) => {
    const project = world.projects[id];
    if (project === undefined) return;
    const cover = project.photos[0]?.asset;
    set('projects', id, 'entry', {
      title: project.fields.title,
      updatedAt: NOW + ++made * MINUTE,
      ...(cover === undefined ? {} : { cover }),
    });
  };
  const putJob = (id: JobId, change: (job: JobView) => void) => {
    const now = world.jobs[id];
    if (now === undefined) return;
    const job = structuredClone(unwrap(now));
    change(job);
    job.phase = jobPhase(job);
    set('jobs', id, reconcile(job));
  };

  const lists = () => {
    const made = createJobLists();
    made.fill(Object.values(world.jobs));
    made.tell();
    return made;
  };
  const line = () =>
    lists()
      .line()
      .map((id) => world.jobs[id]!);

  const openProject = (id: ProjectId): OpenProject => ({
    id,
    ready: () => world.projects[id] !== undefined,
    fields: () => world.projects[id]?.fields ?? projectFieldsSchema.parse({}),
    script: () => world.projects[id]?.script ?? '',
    photos: () => world.projects[id]?.photos ?? [],
    set(fields) {
      mayWrite();
      batch(() => {
        for (const [name, value] of Object.entries(fields)) {
          if (value !== undefined) set('projects', id, 'fields', name as keyof ProjectFields, value as never);
        }
        touch(id);
      });
    },
    setScript(text) {
      mayWrite();
      batch(() => {
        set('projects', id, 'script', text);
        touch(id);
      });
    },
    addPhoto(photo) {
      mayWrite();
      batch(() => {
        set('projects', id, 'photos', (photos) => [...photos, photo]);
        touch(id);
      });
    },
    removePhoto(hash) {
      mayWrite();
      batch(() => {
        set('projects', id, 'photos', (photos) => photos.filter((photo) => photo.asset.hash !== hash));
        touch(id);
      });
    },
    missing() {
      const project = world.projects[id];
      if (project === undefined) return ['photo', 'script'];
      const draft = draftSpin(project.fields, project.script, project.photos);
      return draft.ready ? [] : draft.missing;
    },
  });

  const ask = async (
    project: OpenProject,
    { pipeline, options, assets }: Pick<JobRequest, 'pipeline' | 'options' | 'assets'>,
    wished: Pick<JobRequest, 'supersedes'> = {},
  ): Promise<JobId> => {
    mayWrite();
    const id = nextId('j') as JobId;
    const request: JobRequest = {
      id,
      project: project.id,
      pipeline,
      options: structuredClone(options),
      assets: structuredClone(assets.map((asset) => unwrap(asset))),
      device: 'device-fake',
      requestedAt: NOW + made * MINUTE,
      ...wished,
    };
    set('jobs', id, view({ request, wish: { retry: 0, hidden: false }, run: undefined }));
    return id;
  };
  const trained = createFakeTrained({ mayWrite, ask });

  const shared = createFakeSharedDesk(() => NOW + ++made * MINUTE);
  const desk = createFakeDesk({
    world: () => world,
    devices: (change) => set('devices', produce(change)),
    scripts: (change) => set('scripts', produce(change)),
    next: () => ++made,
  });

  const storage = createFakeStorage(
    () => ({ projects: Object.values(world.projects), jobs: Object.values(world.jobs) }),
    NOW,
  );

  return {
    workstation: () => world.workstation,
    access: () => world.access,
    mayEdit: () => !isGuest(),
    invitation: () => world.invited,
    invitationTrouble: () => world.invitationTrouble,
    dismissInvitation: () => set({ invited: undefined, invitationTrouble: undefined }),
    strayLink: () => world.strayLink,
    dismissStrayLink: () => set('strayLink', undefined),
    deviceName: 'Android phone',
    async pair() {
      const thrown = pairingRefusal;
      pairingRefusal = undefined;
      if (thrown !== undefined) throw thrown;
      batch(() => {
        set('access', reconcile<Access, Access>(structuredClone(fakeAccess.owner)));
        set('invited', undefined);
      });
    },
    devices: desk.desk,
    async eraseAll() {
      erased++;
    },
    get projects() {
      return Object.values(world.projects)
        .map((project) => project.entry)
        .filter((entry) => !entry.deleted)
        .sort((a, b) => b.updatedAt - a.updatedAt);
    },
    get line() {
      return line();
    },
    premieres: () => lists().premieres(),
    stopped: () => lists().stopped(),
    jobsOf: (id) => lists().ofProject(id),
    counts: () => ({ done: lists().premieres().length, stopped: lists().stopped().length }),
    job: (id) => world.jobs[id],
    progress: (id) => world.progress[id],
    makingFilm: (wanted) => () => {
      const id = wanted();
      return id === undefined ? undefined : films().get(id);
    },
    saved: () => world.saved,

    async createProject(fields = {}) {
      mayWrite();
      const id = nextId('p') as ProjectId;
      const whole = { ...projectFieldsSchema.parse({}), ...fields };
      const at = NOW + made * MINUTE;
      set('projects', id, {
        entry: { id, title: whole.title, createdAt: at, updatedAt: at, deleted: false },
        fields: whole,
        script: '',
        photos: [],
      });
      return id;
    },
    deleteProject(id, deleted) {
      mayWrite();
      if (world.projects[id] !== undefined) set('projects', id, 'entry', 'deleted', deleted);
    },
    openProject,

    async keepFile(file, name) {
      mayWrite();
      if (refusal !== undefined) {
        const thrown = refusal;
        refusal = undefined;
        throw thrown;
      }
      const hash = (++made).toString(16).padStart(64, '0') as AssetHash;
      set('urls', hash, drawn((made * 57) % 360));
      const type = (file.type === '' ? 'application/octet-stream' : file.type) as AssetType;
      return { hash, bytes: file.size, type, ...(name === undefined ? {} : { name }) };
    },
    assetUrl: (asset) => () => {
      const ref = asset();
      return ref === undefined || storage.isGone(ref.hash) ? undefined : world.urls[ref.hash];
    },
    hasAsset: async (hash) => world.urls[hash] !== undefined && !storage.isGone(hash),
    checkPhoto: async () => (world.workstation.state === 'here' ? check : undefined),

    async spin(project, wished = {}) {
      mayWrite();
      const draft = draftSpin(spinFields(trained.desk, project), project.script(), project.photos());
      if (!draft.ready) {
        throw new Failure({
          code: 'bad-input',
          message: `This project still needs: ${draft.missing.join(', ')}.`,
          hint: 'Add what is missing, then tap Spin again.',
        });
      }
      const { pipeline, options, assets } = draft;
      return ask(project, { pipeline, options, assets }, wished);
    },
    trained: trained.desk,
    cancel(id) {
      mayWrite();
      putJob(id, (job) => {
        job.wish.cancelledAt = NOW + ++made * MINUTE;
      });
    },
    retry(id, from) {
      mayWrite();
      putJob(id, (job) => {
        const { retry, hidden } = job.wish;
        job.wish = { retry: retry + 1, hidden, ...(from === undefined ? {} : { from }) };
      });
    },
    queue: createLineDesk({
      line,
      rules: () => world.rules,
      rest: () => (world.workstation.state === 'here' ? world.rest : undefined),
      now: () => NOW,
      wish(write) {
        mayWrite();
        write({
          rules: () => world.rules,
          putRules: (rules) => set('rules', reconcile({ ...rules })),
          pause: (id, at) =>
            putJob(id, (job) => {
              const { pausedAt: _before, ...wish } = job.wish;
              job.wish = at === undefined ? wish : { ...wish, pausedAt: at };
            }),
          place: (id, place) =>
            putJob(id, (job) => {
              const { place: _place, now: _now, ...wish } = job.wish;
              job.wish = { ...wish, ...place };
            }),
        });
      },
    }),
    ownDevice: 'device-fake',
    hide(id, hidden) {
      mayWrite();
      putJob(id, (job) => {
        job.wish.hidden = hidden;
      });
    },
    mediaUrl: (asset) => () => {
      const ref = asset();
      return ref === undefined || storage.isGone(ref.hash) ? undefined : world.urls[ref.hash];
    },
    transfers: {
      link: () => world.link,
      wishes: () => world.transferWishes,
      async wish(wish) {
        set('transferWishes', wish);
      },
    },
    monitor: { follow: () => monitor },
    sending: () => world.sending,
    shared: shared.desk,
    storage: storage.desk,

    stage: {
      workstation: (state) => set('workstation', reconcile(state)),
      saved: (state) => set('saved', state),
      run: (id, run) =>
        putJob(id, (job) => {
          job.run = run;
        }),
      progress: (id, progress) =>
        progress === undefined
          ? set(
              'progress',
              produce((all) => {
                delete all[id];
              }),
            )
          : set('progress', id, reconcile(progress)),
      film: (id, film) =>
        setFilms((all) => {
          const next = new Map(all);
          if (film === undefined) next.delete(id);
          else next.set(id, film);
          return next;
        }),
      uploadLeft: (id, bytes) => set('jobs', id, 'uploadLeft', bytes),
      job: (job) => set('jobs', job.request.id, view(structuredClone(unwrap(job)))),
      rest: (rest) => set('rest', reconcile(rest)),
      photoCheck: (answer) => {
        check = answer;
      },
      refuseNextFile: (failure) => {
        refusal = failure;
      },
      url: (hash, url) => set('urls', hash, url),
      access: (access) => set('access', reconcile<Access, Access>(structuredClone(access))),
      invitation: (link) => set('invited', link),
      refuseNextPairing: (failure) => {
        pairingRefusal = failure;
      },
      refuseNextDevices: desk.refuseNext,
      invitationEnds: desk.invitationEnds,
      erased: () => erased,
      storage: storage.stage,
      sending: (sending) => set('sending', sending),
      monitor: (view) => setMonitor(view),
      share: shared.share,
      trained: trained.made,
    },
  };
}

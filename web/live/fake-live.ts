// A whole live world in memory, for tests of screens and parts: two projects and a job in every interesting
// phase. It keeps the promises of live.ts (views change only through verbs) and knows no storage and no link;
// `stage` is the test's hand on what the workstation would do. Never part of the app.
import type { AssetHash, AssetRef, AssetType } from '@myspinbot/shared/asset/asset.ts';
import type { AgentEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Job, JobId, JobRequest, JobResult, JobRun } from '@myspinbot/shared/job/job.ts';
import { stageNames } from '@myspinbot/shared/job/job.ts';
import { jobPhase } from '@myspinbot/shared/job/life.ts';
import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import {
  type Photo,
  type ProjectEntry,
  type ProjectFields,
  type ProjectId,
  projectFieldsSchema,
} from '@myspinbot/shared/project/project.ts';
import { draftSpin } from '@myspinbot/shared/project/spin.ts';
import {
  AUDIT_PAGE,
  type AuditEntry,
  type DeviceRecord,
  type Invitation,
  type ScriptToken,
  type SecurityReport,
} from '@myspinbot/shared/wire/pairing.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import { batch, createSignal } from 'solid-js';
import { createStore, produce, reconcile, unwrap } from 'solid-js/store';
import { createFakeSharedDesk, type FakeShare } from './fake-shared-desk.ts';
import { createFakeStorage } from './fake-storage.ts';
import type {
  Access,
  DevicesDesk,
  JobView,
  LinkState,
  Live,
  MakingFilm,
  OpenProject,
  PhotoCheck,
  StrayLink,
  TransfersDesk,
  Workstation,
} from './live.ts';
import type { Sending } from './sending.ts';

interface FakeProject {
  entry: ProjectEntry;
  fields: ProjectFields;
  script: string;
  photos: Photo[];
}

interface World {
  workstation: Workstation;
  saved: 'saved' | 'saving' | 'failed';
  projects: Record<string, FakeProject>;
  jobs: Record<string, JobView>;
  progress: Record<string, JobProgress>;
  urls: Record<string, string>;
  access: Access;
  invited: InvitationLink | undefined;
  link: LinkState;
  transferWishes: ReturnType<TransfersDesk['wishes']>;
  invitationTrouble: Failure | undefined;
  strayLink: StrayLink | undefined;
  devices: DeviceRecord[];
  scripts: ScriptToken[];
  audit: AuditEntry[];
  sending: Sending;
}

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
    /** Something is shared to the app. */
    share(share: FakeShare): string;
    /** How often everything was erased. */
    erased(): number;
    /** What lies where: everything is here and sent at first. */
    readonly storage: ReturnType<typeof createFakeStorage>['stage'];
    /** Shows an asset at this URL. */
    url(hash: AssetHash, url: string): void;
  };
}

/** Ids of the seeded world, so that a test can name what it looks at. */
export const seeded = {
  robin: 'p_robin0000000000000000' as ProjectId,
  ada: 'p_ada000000000000000000' as ProjectId,
  running: 'j_running0000000000000' as JobId,
  failed: 'j_failed00000000000000' as JobId,
  succeeded: 'j_succeeded00000000000' as JobId,
  waiting: 'j_waiting0000000000000' as JobId,
  photo: '1'.repeat(64) as AssetHash,
  poster: '2'.repeat(64) as AssetHash,
  video: '3'.repeat(64) as AssetHash,
} as const;

const NOW = 1_780_000_000_000;
const MINUTE = 60_000;

/** Devices of the seeded world: this one, another member's, a guest's and one that was removed. */
export const seededDevices = {
  own: `d_${'1'.repeat(24)}`,
  member: `d_${'2'.repeat(24)}`,
  guest: `d_${'3'.repeat(24)}`,
  removed: `d_${'4'.repeat(24)}`,
} as const;

const fingerprint = 'kS3vZ0mW8yQ1tRfLhB7nXcJpEoGdAuVi2wT4xY6zK5M';

/** Access as one role or another, to begin with or for `stage.access`. */
export const fakeAccess = {
  unpaired: { state: 'unpaired' },
  owner: {
    state: 'paired',
    device: seededDevices.own,
    role: 'owner',
    project: null,
    agent: { id: 'agent-fake', name: 'Study', fingerprint },
  },
  member: {
    state: 'paired',
    device: seededDevices.own,
    role: 'member',
    project: null,
    agent: { id: 'agent-fake', name: 'Study', fingerprint },
  },
  guest: {
    state: 'paired',
    device: seededDevices.own,
    role: 'guest',
    project: seeded.robin,
    agent: { id: 'agent-fake', name: 'Study', fingerprint },
  },
  removed: { state: 'removed', agentName: 'Study', erase: false },
  erased: { state: 'removed', agentName: 'Study', erase: true },
  forgotten: { state: 'forgotten', agentName: 'Study', why: 'unknown-here' },
  anotherWorkstation: { state: 'forgotten', agentName: 'Study', why: 'another-workstation' },
} as const satisfies Record<string, Access>;

const drawn = (hue: number) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80"><rect width="80" height="80" fill="hsl(${hue} 45% 78%)"/><circle cx="40" cy="34" r="16" fill="hsl(${hue} 35% 45%)"/><rect x="16" y="54" width="48" height="30" rx="15" fill="hsl(${hue} 35% 45%)"/></svg>`,
  )}`;

export const fakeAgent: AgentEntry = {
  id: 'agent-fake',
  name: 'Study',
  version: '0.1.0',
  startedAt: NOW,
  engines: [
    {
      id: 'speech/builtin',
      capability: 'speech',
      tier: 'builtin',
      version: '1',
      readiness: { ready: true, detail: '21 languages' },
    },
    {
      id: 'portrait/gpu',
      capability: 'portrait',
      tier: 'gpu',
      version: '1',
      readiness: { ready: false, reason: 'no-gpu', hint: 'The built-in portrait is used instead.' },
    },
  ],
  voices: [
    { name: 'en-warm', lang: 'en', label: 'Warm' },
    { name: 'en-bright', lang: 'en', label: 'Bright' },
    { name: 'de-warm', lang: 'de', label: 'Warm' },
  ],
};

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
    get jobs() {
      return Object.values(world.jobs)
        .filter((job) => !job.wish.hidden)
        .sort((a, b) => b.request.requestedAt - a.request.requestedAt);
    },
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

    async spin(project) {
      mayWrite();
      const draft = draftSpin(project.fields(), project.script(), project.photos());
      if (!draft.ready) {
        throw new Failure({
          code: 'bad-input',
          message: `This project still needs: ${draft.missing.join(', ')}.`,
          hint: 'Add what is missing, then tap Spin again.',
        });
      }
      const id = nextId('j') as JobId;
      const request: JobRequest = {
        id,
        project: project.id,
        pipeline: 'portrait',
        options: structuredClone(draft.options),
        assets: structuredClone(draft.assets.map((asset) => unwrap(asset))),
        device: 'device-fake',
        requestedAt: NOW + made * MINUTE,
      };
      set('jobs', id, view({ request, wish: { retry: 0, hidden: false }, run: undefined }));
      return id;
    },
    cancel(id) {
      mayWrite();
      putJob(id, (job) => {
        job.wish.cancelledAt = NOW + ++made * MINUTE;
      });
    },
    retry(id) {
      mayWrite();
      putJob(id, (job) => {
        delete job.wish.cancelledAt;
        job.wish.retry += 1;
      });
    },
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
      share: shared.share,
    },
  };
}

/** Devices as an owner looks after them: everybody else is refused, as by the workstation. */
function createFakeDesk(world: {
  world(): World;
  devices(change: (devices: DeviceRecord[]) => void): void;
  scripts(change: (scripts: ScriptToken[]) => void): void;
  next(): number;
}) {
  let refusal: Failure | undefined;
  let invitation: Invitation | undefined;
  const asked = () => {
    const thrown = refusal;
    refusal = undefined;
    if (thrown !== undefined) throw thrown;
    const { access, workstation } = world.world();
    if (workstation.state !== 'here') throw notReached();
    if (access.state !== 'paired' || access.role !== 'owner') throw ownersOnly();
  };
  const known = (id: string): DeviceRecord => {
    const device = world.world().devices.find((each) => each.id === id);
    if (device === undefined) throw notFound('That device is not known here.');
    return device;
  };
  const desk: DevicesDesk = {
    async list() {
      asked();
      return structuredClone(unwrap(world.world().devices));
    },
    async change(id, change) {
      asked();
      known(id);
      world.devices((devices) => {
        const device = devices.find((each) => each.id === id)!;
        if (change.name !== undefined) device.name = change.name;
        if (change.role !== undefined) device.role = change.role;
        if (change.project !== undefined) device.project = change.project;
      });
    },
    async remove(id, erase) {
      asked();
      known(id);
      world.devices((devices) => {
        devices.find((each) => each.id === id)!.removed = { at: NOW, erase };
      });
    },
    async invite(invite) {
      asked();
      const id = String(10 + (world.next() % 90));
      invitation = {
        id,
        role: invite.role,
        project: invite.project ?? null,
        code: `${id}-345-678`,
        trustLinks: ['http://192.168.1.5:7777/'],
        links: [`https://192.168.1.5:7777/#pair=${id}.${'A'.repeat(22)}.${fingerprint}`],
        expiresInMs: 120_000,
        attemptsLeft: 3,
        state: { state: 'open' },
      };
      return structuredClone(invitation);
    },
    async invitation(id) {
      asked();
      if (invitation?.id !== id) throw notFound('That invitation is not known any more.');
      return structuredClone(invitation);
    },
    async withdraw(id) {
      asked();
      if (invitation?.id === id) invitation = { ...invitation, state: { state: 'withdrawn' } };
    },
    async scripts() {
      asked();
      return structuredClone(unwrap(world.world().scripts));
    },
    async makeScript(name, scope) {
      asked();
      const record = { id: `t_${world.next()}`, name, scope, madeAt: NOW, seenAt: null };
      world.scripts((scripts) => void scripts.push(record));
      return { token: `msb_${'t'.repeat(43)}`, record };
    },
    async removeScript(id) {
      asked();
      world.scripts((scripts) => {
        const at = scripts.findIndex((each) => each.id === id);
        if (at >= 0) scripts.splice(at, 1);
      });
    },
    async audit(before = Number.POSITIVE_INFINITY) {
      asked();
      return structuredClone(unwrap(world.world().audit))
        .filter((entry) => entry.at < before)
        .slice(0, AUDIT_PAGE);
    },
    async security() {
      asked();
      return structuredClone(fakeSecurity);
    },
    async rotateAuthority() {
      asked();
    },
  };
  return {
    desk,
    refuseNext(failure: Failure) {
      refusal = failure;
    },
    invitationEnds(as: { name: string } | 'expired' | 'spent') {
      if (invitation === undefined) return;
      if (typeof as === 'string') {
        invitation = { ...invitation, state: { state: as } };
        return;
      }
      const device = `d_${String(world.next()).padStart(24, '0')}`;
      const { role, project } = invitation;
      world.devices(
        (devices) =>
          void devices.push({
            id: device,
            name: as.name,
            kind: 'phone',
            role,
            project,
            pairedAt: NOW,
            seenAt: NOW,
            isConnected: true,
            broughtBytes: 0,
          }),
      );
      invitation = { ...invitation, state: { state: 'used', device, name: as.name } };
    },
  };
}

function guestRefused(): Failure {
  return new Failure({
    code: 'refused',
    message: 'A guest sees this project and changes nothing.',
    hint: 'Ask for another invitation to make something yourself.',
  });
}

function ownersOnly(): Failure {
  return new Failure({
    code: 'refused',
    message: 'Only an owner looks after devices.',
    hint: 'Ask whoever set up the workstation.',
  });
}

function notReached(): Failure {
  return new Failure({
    code: 'engine-missing',
    message: 'The workstation was not reached.',
    hint: 'Switch it on, or join its network, and try again.',
    retry: 'soon',
  });
}

function notFound(message: string): Failure {
  return new Failure({ code: 'not-found', message, hint: 'Load the page again.' });
}

const fakeSecurity: SecurityReport = {
  fingerprint,
  addresses: ['https://192.168.1.5:7777', 'https://myspinbot.local:7777'],
  authority: { name: 'MySpinBot Study', sha256: 'AB:'.repeat(31).concat('AB'), notAfter: NOW + 5e10 },
  leafNotAfter: NOW + 3e10,
  confinement: { network: true, files: true, memory: true, by: 'bubblewrap' },
  quota: { usedBytes: 2_400_000_000, totalBytes: 50_000_000_000, deviceBytes: 20_000_000_000 },
};

function view(job: Job): JobView {
  return { ...job, phase: jobPhase(job), uploadLeft: 0 };
}

function emptyWorld(): World {
  return {
    workstation: { state: 'here', agent: fakeAgent },
    saved: 'saved',
    projects: {},
    jobs: {},
    progress: {},
    urls: {},
    access: structuredClone(fakeAccess.owner),
    invited: undefined,
    link: { kind: 'socket', bytesPerSecond: 62_000_000 },
    transferWishes: { link: undefined, isPaused: false },
    invitationTrouble: undefined,
    strayLink: undefined,
    devices: [],
    scripts: [],
    audit: [],
    sending: { files: 0, leftBytes: 0, refused: [], goesOn: false },
  };
}

function peopleDevices(): DeviceRecord[] {
  const device = (
    id: string,
    name: string,
    kind: DeviceRecord['kind'],
    more: Partial<DeviceRecord>,
  ): DeviceRecord => ({
    id,
    name,
    kind,
    role: 'member',
    project: null,
    pairedAt: NOW - 9000 * MINUTE,
    seenAt: NOW - MINUTE,
    isConnected: false,
    broughtBytes: 48_000_000,
    ...more,
  });
  return [
    device(seededDevices.own, 'Android phone', 'phone', { role: 'owner', isConnected: true }),
    device(seededDevices.member, "Ada's laptop", 'laptop', { seenAt: NOW - 300 * MINUTE }),
    device(seededDevices.guest, 'Grandpa', 'tablet', {
      role: 'guest',
      project: seeded.robin,
      isConnected: true,
      broughtBytes: 0,
    }),
    device(seededDevices.removed, 'Old phone', 'phone', {
      seenAt: NOW - 4000 * MINUTE,
      removed: { at: NOW - 3000 * MINUTE, erase: true },
    }),
  ];
}

function peopleAudit(): AuditEntry[] {
  const from = '192.168.1.20';
  return [
    {
      at: NOW - 2 * MINUTE,
      kind: 'downloaded',
      who: seededDevices.member,
      name: "Ada's laptop",
      from,
      what: 'Took a film of 3.4 MB.',
    },
    {
      at: NOW - 40 * MINUTE,
      kind: 'pairing-failed',
      who: null,
      name: null,
      from: '192.168.1.77',
      what: 'A wrong code; 2 tries were left.',
    },
    {
      at: NOW - 3000 * MINUTE,
      kind: 'removed',
      who: seededDevices.own,
      name: 'Android phone',
      from,
      what: 'Removed Old phone and asked it to erase its data.',
    },
  ];
}

function peopleWorld(): World {
  const photo: AssetRef = { hash: seeded.photo, bytes: 240_000, type: 'image/jpeg', name: 'robin.jpg' };
  const poster: AssetRef = { hash: seeded.poster, bytes: 60_000, type: 'image/jpeg' };
  const video: AssetRef = { hash: seeded.video, bytes: 3_400_000, type: 'video/mp4', name: 'robin.mp4' };
  const script = 'Hello! I am Robin, and I live on your own machine.';
  const robin: FakeProject = {
    entry: {
      id: seeded.robin,
      title: 'Robin says hello',
      createdAt: NOW - 90 * MINUTE,
      updatedAt: NOW - 5 * MINUTE,
      cover: photo,
      deleted: false,
    },
    fields: projectFieldsSchema.parse({ title: 'Robin says hello' }),
    script,
    photos: [{ asset: photo, addedAt: NOW - 80 * MINUTE, width: 1200, height: 1200 }],
  };
  const ada: FakeProject = {
    entry: {
      id: seeded.ada,
      title: 'Ada reads the news',
      createdAt: NOW - 3000 * MINUTE,
      updatedAt: NOW - 2000 * MINUTE,
      deleted: false,
    },
    fields: projectFieldsSchema.parse({
      title: 'Ada reads the news',
      mode: 'topic',
      topic: 'The weather',
      size: '1280x720',
      background: { kind: 'scene', scene: 'newsroom' },
    }),
    script: '',
    photos: [],
  };
  const draft = draftSpin(robin.fields, robin.script, robin.photos);
  if (!draft.ready) throw new Error('the seeded project can spin');
  const request = (id: JobId, minutesAgo: number): JobRequest => ({
    id,
    project: seeded.robin,
    pipeline: 'portrait',
    options: structuredClone(draft.options),
    assets: structuredClone(draft.assets),
    device: 'device-fake',
    requestedAt: NOW - minutesAgo * MINUTE,
  });
  const wish = { retry: 0, hidden: false };
  const result: JobResult = {
    video,
    poster,
    vtt: null,
    srt: null,
    durationMs: 4_200,
    width: 720,
    height: 720,
    engines: { speech: 'speech/builtin', portrait: 'portrait/builtin' },
    notes: ['The language was taken to be English.'],
  };
  const jobs: JobView[] = [
    view({ request: request(seeded.waiting, 1), wish: { ...wish }, run: undefined }),
    view({
      request: request(seeded.running, 2),
      wish: { ...wish },
      run: {
        state: 'running',
        attempt: 1,
        retry: 0,
        queuedAt: NOW - 2 * MINUTE,
        startedAt: NOW - MINUTE,
        stages: stageNames.map((stage, index) => ({
          stage,
          state: index < 5 ? 'done' : index === 5 ? 'running' : 'waiting',
          engine: `${stage}/builtin`,
        })),
      },
    }),
    view({
      request: request(seeded.failed, 30),
      wish: { ...wish },
      run: {
        state: 'failed',
        attempt: 1,
        retry: 0,
        queuedAt: NOW - 30 * MINUTE,
        startedAt: NOW - 30 * MINUTE,
        finishedAt: NOW - 29 * MINUTE,
        stages: [
          { stage: 'script', state: 'done', engine: 'script/builtin' },
          { stage: 'look', state: 'failed', engine: 'look/builtin' },
        ],
        failure: {
          code: 'no-face',
          message: 'No face was found in robin.jpg.',
          hint: 'Use a photo in which one face looks at the camera.',
          retry: 'never',
          stage: 'look',
        },
      },
    }),
    view({
      request: request(seeded.succeeded, 60),
      wish: { ...wish },
      run: {
        state: 'succeeded',
        attempt: 1,
        retry: 0,
        queuedAt: NOW - 60 * MINUTE,
        startedAt: NOW - 60 * MINUTE,
        finishedAt: NOW - 59 * MINUTE,
        stages: stageNames.map((stage) => ({ stage, state: 'done', engine: `${stage}/builtin` })),
        result,
      },
    }),
  ];
  return {
    ...emptyWorld(),
    projects: { [seeded.robin]: robin, [seeded.ada]: ada },
    jobs: Object.fromEntries(jobs.map((job) => [job.request.id, job])),
    progress: {
      [seeded.running]: {
        job: seeded.running,
        stage: 'portrait',
        stageFraction: 0.4,
        fraction: 0.62,
        leftMs: 9_000,
        preview: poster,
      },
    },
    urls: { [seeded.photo]: drawn(30), [seeded.poster]: drawn(30), [seeded.video]: 'data:video/mp4;base64,' },
    devices: peopleDevices(),
    scripts: [{ id: 't_backup', name: 'backup', scope: 'read', madeAt: NOW - 5000 * MINUTE, seenAt: null }],
    audit: peopleAudit(),
  };
}

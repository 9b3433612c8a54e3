// A whole live world in memory, for tests of screens and parts: two projects and a job in every interesting
// phase. It keeps the promises of live.ts (views change only through verbs) and knows no storage and no link;
// `stage` is the test's hand on what the workstation would do. Never part of the app.
import type { AssetHash, AssetRef, AssetType } from '@myspinbot/shared/asset/asset.ts';
import type { AgentEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Job, JobId, JobRequest, JobResult, JobRun } from '@myspinbot/shared/job/job.ts';
import { stageNames } from '@myspinbot/shared/job/job.ts';
import { jobPhase } from '@myspinbot/shared/job/life.ts';
import {
  type Photo,
  type ProjectEntry,
  type ProjectFields,
  type ProjectId,
  projectFieldsSchema,
} from '@myspinbot/shared/project/project.ts';
import { draftSpin } from '@myspinbot/shared/project/spin.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import { batch } from 'solid-js';
import { createStore, produce, reconcile, unwrap } from 'solid-js/store';
import type { JobView, Live, OpenProject, PhotoCheck, Workstation } from './live.ts';

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
}

export interface FakeLive extends Live {
  readonly stage: {
    workstation(state: Workstation): void;
    saved(state: 'saved' | 'saving' | 'failed'): void;
    run(id: JobId, run: JobRun | undefined): void;
    progress(id: JobId, progress: JobProgress | undefined): void;
    uploadLeft(id: JobId, bytes: number): void;
    /** What the next face checks answer; undefined = the workstation says nothing. */
    photoCheck(check: PhotoCheck | undefined): void;
    /** Makes the next keepFile refuse with this failure. */
    refuseNextFile(failure: Failure): void;
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
export function createFakeLive(seed: 'people' | 'empty' = 'people'): FakeLive {
  const [world, set] = createStore<World>(seed === 'people' ? peopleWorld() : emptyWorld());
  let made = 0;
  let check: PhotoCheck | undefined = {
    width: 1200,
    height: 1200,
    faces: [{ box: { x: 380, y: 240, width: 420, height: 520 } }],
  };
  let refusal: Failure | undefined;
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
      batch(() => {
        for (const [name, value] of Object.entries(fields)) {
          if (value !== undefined) set('projects', id, 'fields', name as keyof ProjectFields, value as never);
        }
        touch(id);
      });
    },
    setScript(text) {
      batch(() => {
        set('projects', id, 'script', text);
        touch(id);
      });
    },
    addPhoto(photo) {
      batch(() => {
        set('projects', id, 'photos', (photos) => [...photos, photo]);
        touch(id);
      });
    },
    removePhoto(hash) {
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

  return {
    workstation: () => world.workstation,
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
    saved: () => world.saved,

    async createProject(fields = {}) {
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
      if (world.projects[id] !== undefined) set('projects', id, 'entry', 'deleted', deleted);
    },
    openProject,

    async keepFile(file, name) {
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
      return ref === undefined ? undefined : world.urls[ref.hash];
    },
    hasAsset: async (hash) => world.urls[hash] !== undefined,
    checkPhoto: async () => (world.workstation.state === 'here' ? check : undefined),

    async spin(project) {
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
      putJob(id, (job) => {
        job.wish.cancelledAt = NOW + ++made * MINUTE;
      });
    },
    retry(id) {
      putJob(id, (job) => {
        delete job.wish.cancelledAt;
        job.wish.retry += 1;
      });
    },
    hide(id, hidden) {
      putJob(id, (job) => {
        job.wish.hidden = hidden;
      });
    },
    storage: async () => ({ usedBytes: 48_000_000, quotaBytes: 12_000_000_000, persisted: false }),
    persist: async () => true,

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
      uploadLeft: (id, bytes) => set('jobs', id, 'uploadLeft', bytes),
      photoCheck: (answer) => {
        check = answer;
      },
      refuseNextFile: (failure) => {
        refusal = failure;
      },
      url: (hash, url) => set('urls', hash, url),
    },
  };
}

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
  };
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
  };
}

// The world that screens are tested in: two people's projects, a job in every interesting phase, devices and a log; and
// one with nothing in it. Plain values; what moves them is fake-live.ts. Never part of the app.
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { AgentEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Job, JobId, JobRequest, JobResult } from '@myspinbot/shared/job/job.ts';
import { stageNames } from '@myspinbot/shared/job/job.ts';
import { jobPhase } from '@myspinbot/shared/job/life.ts';
import { defaultRules, type QueueRules, type Rest } from '@myspinbot/shared/job/rules.ts';
import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import {
  type Photo,
  type ProjectEntry,
  type ProjectFields,
  type ProjectId,
  projectFieldsSchema,
} from '@myspinbot/shared/project/project.ts';
import { draftSpin } from '@myspinbot/shared/project/spin.ts';
import type { AuditEntry, DeviceRecord, ScriptToken } from '@myspinbot/shared/wire/pairing.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { Access, JobView, LinkState, StrayLink, TransfersDesk, Workstation } from './live.ts';
import type { Sending } from './sending.ts';

export interface FakeProject {
  entry: ProjectEntry;
  fields: ProjectFields;
  script: string;
  photos: Photo[];
}

export interface World {
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
  rules: QueueRules;
  rest: Rest | undefined;
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

export const NOW = 1_780_000_000_000;
export const MINUTE = 60_000;

/** Devices of the seeded world: this one, another member's, a guest's and one that was removed. */
export const seededDevices = {
  own: `d_${'1'.repeat(24)}`,
  member: `d_${'2'.repeat(24)}`,
  guest: `d_${'3'.repeat(24)}`,
  removed: `d_${'4'.repeat(24)}`,
} as const;

export const fingerprint = 'kS3vZ0mW8yQ1tRfLhB7nXcJpEoGdAuVi2wT4xY6zK5M';

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
    deviceName: 'Android phone',
    role: 'member',
    project: null,
    agent: { id: 'agent-fake', name: 'Study', fingerprint },
  },
  guest: {
    state: 'paired',
    device: seededDevices.own,
    deviceName: 'Android phone',
    role: 'guest',
    project: seeded.robin,
    agent: { id: 'agent-fake', name: 'Study', fingerprint },
  },
  removed: { state: 'removed', agentName: 'Study', erase: false },
  erased: { state: 'removed', agentName: 'Study', erase: true },
  forgotten: { state: 'forgotten', agentName: 'Study', why: 'unknown-here' },
  anotherWorkstation: { state: 'forgotten', agentName: 'Study', why: 'another-workstation' },
} as const satisfies Record<string, Access>;

export const drawn = (hue: number) =>
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

export function view(job: Job): JobView {
  return { ...job, phase: jobPhase(job), uploadLeft: 0 };
}

export function emptyWorld(): World {
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
    rules: { ...defaultRules },
    rest: undefined,
  };
}

export function peopleDevices(): DeviceRecord[] {
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

export function peopleAudit(): AuditEntry[] {
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

export function peopleWorld(): World {
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

// What stays of an ended job when it is old: the few things a list shows and where the video is, in some 130 bytes instead
// of 2,000. How it was asked for, how it went and its captions are with the workstation, which forgets nothing.
import { z } from 'zod';
import { type AssetHash, type AssetRef, assetHashSchema } from '../asset/asset.ts';
import { failureCodes } from '../failure/failure.ts';
import { fromBase64Url, toBase64Url } from '../pairing/bytes.ts';
import { type ProjectId, projectIdSchema } from '../project/project.ts';
import type { Job, JobRun } from './job.ts';

const states = ['succeeded', 'failed', 'cancelled', 'superseded'] as const;
/** SHA-256 in base64url and the size: two thirds of what hex and names would take. */
const fileSchema = z.tuple([z.string().regex(/^[\w-]{43}$/), z.int().min(0)]);

/** Bare values in a fixed order: names would take half of it. */
export const historyLineSchema = z.tuple([
  projectIdSchema,
  /** Asked for at, epoch ms; and so many ms from then to its end. */
  z.number(),
  z.number(),
  z
    .int()
    .min(0)
    .max(states.length - 1),
  /** Of a video: the video, its poster, duration in ms, width, height. Of a failure: its code. */
  z.union([z.null(), z.enum(failureCodes), z.tuple([fileSchema, fileSchema, z.number(), z.int(), z.int()])]),
]);
export type HistoryLine = z.infer<typeof historyLineSchema>;

/** The line of an ended job; undefined while it has not ended. */
export function historyLine({ request, run }: Job): HistoryLine | undefined {
  const state = states.indexOf(run?.state as (typeof states)[number]);
  if (run === undefined || state < 0) return undefined;
  const { requestedAt, project } = request;
  return [project, requestedAt, (run.finishedAt ?? run.queuedAt) - requestedAt, state, rest(run)];
}

function rest({ result, failure }: JobRun): HistoryLine[4] {
  if (result === undefined) return failure?.code ?? null;
  const { video, poster, durationMs, width, height } = result;
  return [packed(video), packed(poster), durationMs, width, height];
}

/** The job as far as its line tells; what is not in it is empty, and `isOld` says so. */
export function jobOfHistory(id: Job['request']['id'], line: HistoryLine): Job {
  const [project, requestedAt, tookMs, state, made] = line;
  const run: JobRun = {
    state: states[state]!,
    attempt: 1,
    retry: 0,
    queuedAt: requestedAt,
    finishedAt: requestedAt + tookMs,
    stages: [],
  };
  if (typeof made === 'string') {
    run.failure = {
      code: made,
      message: 'This video could not be made. Why is kept on the workstation.',
      hint: 'Spin again; if it fails again, it says why.',
      retry: 'never',
    };
  } else if (made !== null) {
    const [video, poster, durationMs, width, height] = made;
    run.result = {
      video: unpacked(video, 'video/mp4'),
      poster: unpacked(poster, 'image/jpeg'),
      vtt: null,
      srt: null,
      durationMs,
      width,
      height,
      engines: {},
      notes: [],
    };
  }
  return {
    request: {
      id,
      project: project as ProjectId,
      pipeline: 'portrait',
      options: {
        photos: [],
        narration: { kind: 'text', text: '', lang: 'auto' },
        size: '720x720',
        fps: 25,
        captions: true,
        seed: 1,
      },
      assets: [],
      device: '',
      requestedAt,
    },
    wish: { retry: 0, hidden: false },
    run,
    isOld: true,
  };
}

function packed({ hash, bytes }: AssetRef): [string, number] {
  const raw = Uint8Array.from({ length: 32 }, (_, at) => Number.parseInt(hash.slice(2 * at, 2 * at + 2), 16));
  return [toBase64Url(raw), bytes];
}

function unpacked([hash, bytes]: readonly [string, number], type: AssetRef['type']): AssetRef {
  const raw = fromBase64Url(hash) ?? new Uint8Array(32);
  const hex = [...raw].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { hash: assetHashSchema.parse(hex) as AssetHash, bytes, type };
}

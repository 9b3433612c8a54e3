// The conversation between the agent and a stage host, its child process. Both sides decode what they get:
// a host of another version, or one that went mad, must not confuse the agent.
//
//   agent                      host
//   host/open          ->                          once, first
//   stage/run {call}   ->   stage/progress*, stage/preview*, stage/live*, stage/done | call/failed
//   photo/inspect      ->   photo/inspected | call/failed
//   engines/describe   ->   engines/described | call/failed
//                      <-   host/alive, log
//
// There is no cancel message: the host's process group is ended instead, which works in every state.
import { type AssetHash, assetRefSchema } from '@myspinbot/shared/asset/asset.ts';
import { engineEntrySchema, voiceEntrySchema } from '@myspinbot/shared/document/agent-entry.ts';
import { failureRecordSchema } from '@myspinbot/shared/failure/failure.ts';
import { stageNames } from '@myspinbot/shared/job/job.ts';
import { spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import { faceChoiceSchema } from '@myspinbot/shared/puppet/face-mesh.ts';
import { z } from 'zod';
import { capabilities } from '../engines/engine.ts';

const call = z.int().min(1);
const keptSchema = z.object({ ref: assetRefSchema, file: z.string() });

export const hostWorldSchema = z.object({
  /** Directories searched for ffmpeg before and after the PATH. */
  ffmpegFirst: z.array(z.string()).default([]),
  ffmpegLast: z.array(z.string()).default([]),
  /** Where the language model server is, and which model; what is absent is left to the engine. */
  ollama: z.object({ url: z.string().exactOptional(), model: z.string().exactOptional() }).default({}),
  /** Where a ComfyUI is; absent = where it is by itself. */
  comfyui: z.string().exactOptional(),
});
/** What a host is told of the machine; everything else it finds itself. */
export type HostWorld = z.infer<typeof hostWorldSchema>;

export const toHostSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('host/open'), world: hostWorldSchema }),
  z.object({
    type: z.literal('stage/run'),
    call,
    stage: z.enum(stageNames),
    options: spinOptionsSchema,
    earlier: z.partialRecord(z.enum(stageNames), z.unknown()),
    engines: z.partialRecord(z.enum(capabilities), z.string()),
    smaller: z.boolean().optional(),
    workDir: z.string(),
    assets: z
      .record(z.string(), z.string())
      .transform((paths) => paths as Readonly<Record<AssetHash, string>>),
  }),
  z.object({ type: z.literal('photo/inspect'), call, path: z.string() }),
  /** Without `only` every engine is asked. */
  z.object({ type: z.literal('engines/describe'), call, only: z.array(z.string()).optional() }),
]);
export type ToHost = z.infer<typeof toHostSchema>;

export const photoInspectionSchema = z.object({
  width: z.number(),
  height: z.number(),
  faces: z.array(faceChoiceSchema),
  unfit: z.object({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
});

export const fromHostSchema = z.discriminatedUnion('type', [
  /** Every few seconds, from the thread that the stage runs on: it is not stuck in a computation. */
  z.object({ type: z.literal('host/alive') }),
  z.object({ type: z.literal('stage/progress'), call, done: z.number(), total: z.number() }),
  z.object({ type: z.literal('stage/preview'), call, still: keptSchema }),
  /** A film in the work directory that grows: so many bytes of it are written. */
  z.object({
    type: z.literal('stage/live'),
    call,
    film: z.object({ file: z.string(), bytes: z.int().min(0) }),
  }),
  z.object({ type: z.literal('stage/done'), call, output: z.unknown(), kept: z.array(keptSchema) }),
  z.object({ type: z.literal('photo/inspected'), call, inspection: photoInspectionSchema }),
  z.object({
    type: z.literal('engines/described'),
    call,
    engines: z.array(engineEntrySchema),
    voices: z.array(voiceEntrySchema),
  }),
  z.object({ type: z.literal('call/failed'), call, failure: failureRecordSchema }),
  z.object({
    type: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    event: z.string().max(200),
    fields: z.record(z.string(), z.unknown()),
  }),
]);
export type FromHost = z.infer<typeof fromHostSchema>;
/** What ends a call. */
export type HostAnswer = Extract<
  FromHost,
  { type: 'stage/done' | 'photo/inspected' | 'engines/described' | 'call/failed' }
>;

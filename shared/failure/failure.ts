// The one class that stages, engines and tools throw, and the closed list of its codes.
// It owns the words' form (message = what happened; hint = what the person does next), not the screens.
import { z } from 'zod';

export const failureCodes = [
  'bad-input', // the person's file or text cannot be used
  'no-face',
  'several-faces',
  'face-too-small',
  'face-unclear', // blurred, upside down, turned too far
  'audio-silent',
  'audio-too-short',
  'audio-too-long',
  'text-empty',
  'text-too-long',
  'language-unknown',
  'block-damaged', // bytes of an upload that do not match their hash
  'not-found', // an asset, project or job that is not here
  'engine-missing', // a tool is not installed or not reachable
  'engine-failed', // a tool ran and did not do its work
  'timed-out',
  'out-of-memory',
  'disk-full',
  'fenced', // an old holder tried to commit
  'refused', // not allowed from here
  'unpaired', // who asks has not proved who they are
  'wrong-code', // a pairing code or link that is wrong, used, expired or spent
  'too-often', // a limit on how often; later it works again
  'no-room', // a quota: of one file, of a device, or of all
  'internal', // ours
] as const;
export type FailureCode = (typeof failureCodes)[number];

export const failureRecordSchema = z.object({
  code: z.enum(failureCodes),
  message: z.string().max(2000),
  hint: z.string().max(2000),
  retry: z.enum(['soon', 'never']),
  stage: z.string().max(40).optional(),
});
/** A failure as it is stored and sent: plain data, no stack. */
export type FailureRecord = z.infer<typeof failureRecordSchema>;

/**
 * What a stage, an engine or a tool throws. `message` is one sentence saying what was tried, the rule or
 * exit, and the value; `hint` is what the person does next. An abort is not a Failure: rethrow `signal.reason`.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly hint: string;
  readonly retry: 'soon' | 'never';

  constructor(fields: {
    code: FailureCode;
    message: string;
    hint: string;
    retry?: 'soon' | 'never';
    cause?: unknown;
  }) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'Failure';
    this.code = fields.code;
    this.hint = fields.hint;
    this.retry = fields.retry ?? 'never';
  }

  toRecord(stage?: string): FailureRecord {
    return {
      code: this.code,
      message: this.message.slice(0, 2000),
      hint: this.hint.slice(0, 2000),
      retry: this.retry,
      ...(stage === undefined ? {} : { stage }),
    };
  }

  static fromRecord(record: FailureRecord): Failure {
    return new Failure(record);
  }
}

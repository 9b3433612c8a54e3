// What the agent and the process that decodes a picture say to each other: one question, one answer, each a line of JSON
// with bytes behind it. Both sides decode what they get: the other one may have been taken over by a picture.
import { failureRecordSchema } from '@myspinbot/shared/failure/failure.ts';
import { z } from 'zod';

/** A line is a few numbers and sentences. */
export const MAX_LINE_BYTES = 64 * 1024;
const side = z.int().min(1).max(32_768);

export const questionSchema = z.object({
  longestSide: side,
  /** Pixels: three bytes each, row by row; else a file of that kind. */
  into: z.enum(['pixels', 'jpeg', 'png']),
  /** So many come behind the line. */
  bytes: z.int().min(1),
});
export type Question = z.infer<typeof questionSchema>;

export const answerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('picture'),
    width: side,
    height: side,
    notes: z.array(z.string().max(300)).max(10),
    bytes: z.int().min(1),
  }),
  z.object({ type: z.literal('failed'), failure: failureRecordSchema }),
]);
export type Answer = z.infer<typeof answerSchema>;

export function lineOf(message: Question | Answer): string {
  return `${JSON.stringify(message)}\n`;
}

/** The line at the beginning of what came so far, and what came behind it. Throws when it is too long or no JSON. */
export function splitLine(heard: readonly Buffer[]): { message: unknown; rest: Buffer } | undefined {
  const [first] = heard;
  if (first === undefined) return undefined;
  const all = heard.length === 1 ? first : Buffer.concat(heard);
  const end = all.indexOf(0x0a);
  if (end < 0 ? all.length > MAX_LINE_BYTES : end > MAX_LINE_BYTES) throw new Error('the line is too long');
  if (end < 0) return undefined;
  return { message: JSON.parse(all.toString('utf8', 0, end)), rest: all.subarray(end + 1) };
}

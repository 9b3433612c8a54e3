// When the queue may work: what people decide for all jobs together. Pure; whoever asks brings the time.
import { z } from 'zod';

/** "HH:MM", on the workstation's own clock. */
const timeOfDaySchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day is HH:MM');

export const queueRulesSchema = z.object({
  /** Nothing new is begun until a person lets it go on. */
  paused: z.boolean().default(false),
  /** Nothing new is begun between these times of day; over midnight when `from` is the later one. */
  quiet: z.object({ from: timeOfDaySchema, to: timeOfDaySchema }).nullable().default(null),
  /** Only while nobody else uses the machine. */
  onlyWhenIdle: z.boolean().default(false),
  /** Days that files of stages in between are kept after they were last used; results are kept. */
  keepDays: z.int().min(1).max(3650).default(30),
  /** When somebody last said that it shall go on: a queue that rests since its folder was restored does then. */
  goOnAt: z.number().optional(),
});
export type QueueRules = z.infer<typeof queueRulesSchema>;

export const defaultRules: QueueRules = queueRulesSchema.parse({});

export const restReasons = ['paused', 'quiet-hours', 'machine-busy', 'restored', 'disk-full'] as const;
/** Why nothing new is begun; `until` when it is known (epoch ms). */
export type Rest = { why: (typeof restReasons)[number]; until?: number };

/** Whether a minute of the day (0..1439) lies in the quiet hours; `from` belongs to them, `to` does not. */
export function isQuiet(quiet: QueueRules['quiet'], minute: number): boolean {
  if (quiet === null) return false;
  const from = minuteOf(quiet.from);
  const to = minuteOf(quiet.to);
  if (from === to) return false;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** Minutes from `minute` of the day until the quiet hours end; 0 when they are not now. */
export function quietMinutesLeft(quiet: QueueRules['quiet'], minute: number): number {
  if (quiet === null || !isQuiet(quiet, minute)) return 0;
  return (minuteOf(quiet.to) - minute + 1440) % 1440;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

// What an agent says of itself in the workspace: its name and its engines. Written by that agent alone,
// at start and when an engine's readiness changes. Presence (alive now) is awareness, not this.
import { z } from 'zod';

export const readinessSchema = z.discriminatedUnion('ready', [
  z.object({ ready: z.literal(true), detail: z.string().max(400) }),
  z.object({
    ready: z.literal(false),
    reason: z.enum(['not-installed', 'unreachable', 'no-gpu', 'model-missing', 'too-old']),
    hint: z.string().max(400),
  }),
]);
/** An engine's answer to "can you work?": ready, or one reason out of a closed list and what to do. */
export type Readiness = z.infer<typeof readinessSchema>;

export const engineEntrySchema = z.object({
  id: z.string().max(80),
  capability: z.string().max(40),
  tier: z.enum(['builtin', 'gpu']),
  version: z.string().max(60),
  readiness: readinessSchema,
});
export type EngineEntry = z.infer<typeof engineEntrySchema>;

export const voiceEntrySchema = z.object({
  name: z.string().max(60),
  lang: z.string().max(20),
  label: z.string().max(80),
});
export type VoiceEntry = z.infer<typeof voiceEntrySchema>;

export const agentEntrySchema = z.object({
  id: z.string().max(60),
  name: z.string().max(80),
  version: z.string().max(40),
  startedAt: z.number(),
  engines: z.array(engineEntrySchema).max(100),
  voices: z.array(voiceEntrySchema).max(300),
});
export type AgentEntry = z.infer<typeof agentEntrySchema>;

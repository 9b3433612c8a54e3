// The engines that come with the product, in order of preference within a tier. Knowing them is light: each is
// loaded at its first use, and only in the process that uses it.
import { finishBuiltin } from './finish/builtin-id.ts';
import { lookBuiltin } from './look/builtin-id.ts';
import { type EngineCatalog, offer } from './registry.ts';
import { speechBuiltin } from './speech/builtin-id.ts';

export const builtinEngines: EngineCatalog = [
  offer('look', lookBuiltin, async () => (await import('./look/builtin.ts')).createBuiltinLook()),
  offer('speech', speechBuiltin, async () => (await import('./speech/builtin.ts')).createBuiltinSpeech()),
  offer('finish', finishBuiltin, async ({ ffmpeg }) =>
    (await import('./finish/builtin.ts')).createBuiltinFinish({ ffmpeg }),
  ),
];

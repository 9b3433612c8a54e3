// The engines that come with the product, in order of preference within a tier. Knowing them is light: each is
// loaded at its first use, and only in the process that uses it.
import { finishBuiltin } from './finish/builtin-id.ts';
import { lookBuiltin } from './look/builtin-id.ts';
import { portraitBuiltin } from './portrait/builtin-id.ts';
import { type EngineCatalog, offer } from './registry.ts';
import { scriptBuiltin } from './script/builtin-id.ts';
import { scriptOllama } from './script/ollama-id.ts';
import { speechBuiltin } from './speech/builtin-id.ts';
import { timingBuiltin } from './timing/builtin-id.ts';
import { upscaleBuiltin } from './upscale/builtin-id.ts';
import { upscaleComfyUi } from './upscale/comfyui-id.ts';
import { voiceBuiltin } from './voice/builtin-id.ts';

export const builtinEngines: EngineCatalog = [
  offer('script', scriptBuiltin, async () => (await import('./script/builtin.ts')).createTemplateScript()),
  offer('script', scriptOllama, async (world) => {
    const { createOllamaScript } = await import('./script/ollama.ts');
    const { roomFor } = await import('./room.ts');
    // How much a model needs is the server's to know: it takes what there is, and the processor for the rest.
    const makeRoom = roomFor('ollama', world);
    return createOllamaScript({ ...world.ollama, makeRoom: (of) => makeRoom({ ...of, needBytes: 0 }) });
  }),
  offer('look', lookBuiltin, async () => (await import('./look/builtin.ts')).createBuiltinLook()),
  offer('voice', voiceBuiltin, async () => (await import('./voice/builtin.ts')).createBuiltinVoice()),
  offer('speech', speechBuiltin, async () => (await import('./speech/builtin.ts')).createBuiltinSpeech()),
  offer('timing', timingBuiltin, async () => (await import('./timing/builtin.ts')).createBuiltinTiming()),
  offer('portrait', portraitBuiltin, async ({ ffmpeg }) => {
    const { renderScene } = await import('../art/scenes.ts');
    const { createBuiltinPortrait } = await import('./portrait/builtin.ts');
    return createBuiltinPortrait({ ffmpeg: await ffmpeg(), renderScene });
  }),
  offer('upscale', upscaleComfyUi, async (world) => {
    const { createComfyUiUpscale } = await import('./upscale/comfyui.ts');
    const { comfyUiOf, roomFor } = await import('./room.ts');
    const comfyui = () => comfyUiOf(world);
    return createComfyUiUpscale({ ffmpeg: world.ffmpeg, comfyui, makeRoom: roomFor('comfyui', world) });
  }),
  offer('upscale', upscaleBuiltin, async ({ ffmpeg }) =>
    (await import('./upscale/builtin.ts')).createBuiltinUpscale({ ffmpeg }),
  ),
  offer('finish', finishBuiltin, async ({ ffmpeg }) =>
    (await import('./finish/builtin.ts')).createBuiltinFinish({ ffmpeg }),
  ),
];

import { createBuiltinUpscale } from './builtin.ts';
import { upscaleContract } from './contract.ts';

upscaleContract('builtin', async (tools) => createBuiltinUpscale({ ffmpeg: async () => tools }), {
  colourOff: 1.5,
});

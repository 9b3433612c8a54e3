import { createBuiltinFinish } from './builtin.ts';
import { finishContract } from './contract.ts';

finishContract('builtin', (tools) => createBuiltinFinish({ ffmpeg: async () => tools }));

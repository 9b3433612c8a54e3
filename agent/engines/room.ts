// Which tools keep models on the card beside each other, and how each is asked to put them out. The one that is about to
// work keeps its own.

import { systemClock } from '../clock.ts';
import { COMFYUI_ADDRESS } from '../comfyui/address.ts';
import { type ComfyUi, connectComfyUi } from '../comfyui/comfyui.ts';
import { askGpus } from '../gpu/ask.ts';
import { askHolders } from '../gpu/holders.ts';
import { makeRoom, type Room } from '../gpu/make-room.ts';
import type { Logger } from '../log/logger.ts';
import type { EngineWorld } from './registry.ts';
import { OLLAMA_URL, systemAfter } from './script/ollama-link.ts';
import { unloadAll } from './script/ollama-memory.ts';

type Tools = Pick<EngineWorld, 'ollama' | 'comfyui'>;

/** The one that is configured, or the place where it is by itself; it may be away. */
export function comfyUiOf({ comfyui }: Tools): ComfyUi {
  return connectComfyUi({ address: comfyui ?? COMFYUI_ADDRESS, clock: systemClock });
}

export function roomFor(
  who: 'ollama' | 'comfyui',
  tools: Tools,
): (of: { needBytes: number; signal: AbortSignal; log: Logger }) => Promise<Room> {
  const putOut = {
    ollama: (signal: AbortSignal) =>
      unloadAll({ url: tools.ollama?.url ?? OLLAMA_URL, after: systemAfter }, signal),
    comfyui: (signal: AbortSignal) => comfyUiOf(tools).free(signal),
  };
  const neighbours = [who === 'ollama' ? putOut.comfyui : putOut.ollama];
  return (of) => makeRoom({ neighbours, gpus: askGpus, holders: askHolders, clock: systemClock }, of);
}

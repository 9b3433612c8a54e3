// What ComfyUI is there and what it could do, in one look: for whoever wants to know before anything runs. It never throws.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { systemClock } from '../clock.ts';
import { COMFYUI_ADDRESS } from './address.ts';
import { type ComfyStats, type ComfyUi, connectComfyUi } from './comfyui.ts';
import { choicesOf } from './node-schemas.ts';

export type ComfyFound =
  | {
      state: 'there';
      server: string;
      stats: ComfyStats;
      checkpoints: number;
      loras: number;
      upscalers: number;
    }
  | { state: 'absent' | 'wrong'; server: string; message: string; hint: string };

const LIMIT_MS = 5000;

export async function lookOverComfyUi(
  ui: ComfyUi,
  signal = AbortSignal.timeout(LIMIT_MS),
): Promise<ComfyFound> {
  const { server } = ui;
  try {
    const [stats, nodes] = await Promise.all([ui.stats(signal), ui.nodes(signal)]);
    const count = (type: string, input: string) => choicesOf(nodes, type, input)?.length ?? 0;
    return {
      state: 'there',
      server,
      stats,
      checkpoints: count('CheckpointLoaderSimple', 'ckpt_name'),
      loras: count('LoraLoader', 'lora_name'),
      upscalers: count('UpscaleModelLoader', 'model_name'),
    };
  } catch (cause) {
    if (!(cause instanceof Failure)) {
      const hint = 'Look into its window: it may be loading, or hang.';
      return { state: 'wrong', server, message: `${server} did not answer in time.`, hint };
    }
    const { code, message, hint } = cause;
    return { state: code === 'engine-missing' ? 'absent' : 'wrong', server, message, hint };
  }
}

/** Looks where it is said to be, or else where it is by itself. */
export async function findComfyUi(
  configured: string | undefined,
): Promise<ComfyFound & { isWanted: boolean }> {
  const ui = connectComfyUi({ address: configured ?? COMFYUI_ADDRESS, clock: systemClock });
  return { ...(await lookOverComfyUi(ui)), isWanted: configured !== undefined };
}

// The upscale capability: a moving picture becomes larger and, where the engine can, finer. Its frames stay as many.
import type { Engine, EngineContext } from '../engine.ts';

export interface UpscaleRequest {
  /** Silent H.264 MP4 of BT.709 colours, a constant `fps` frames a second. */
  video: string;
  width: number;
  height: number;
  frames: number;
  fps: number;
  /** At least as large, of the same shape, both even. */
  to: { width: number; height: number };
}

export interface Upscaled {
  /** Silent H.264 High MP4 of exactly the size that was asked for, with the frames that there were. */
  video: string;
  notes: readonly string[];
}

export interface UpscaleEngine extends Engine {
  readonly id: `upscale/${string}`;
  upscale(request: UpscaleRequest, context: EngineContext): Promise<Upscaled>;
}

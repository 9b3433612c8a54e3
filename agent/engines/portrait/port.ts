// The portrait capability: from a look and times to a silent moving picture.
import type { Background, Scene, Size } from '@myspinbot/shared/project/options.ts';
import type { FaceMesh } from '@myspinbot/shared/puppet/face-mesh.ts';
import type { Timing } from '@myspinbot/shared/speech/timing.ts';
import type { Engine, EngineContext } from '../engine.ts';

export type Backdrop =
  | Exclude<Background, { kind: 'image' } | { kind: 'scene' }>
  | { kind: 'scene'; scene: Scene }
  /** Path of a picture (hostile bytes). */
  | { kind: 'picture'; path: string };

export interface PortraitRequest {
  photo: string;
  matte: string;
  width: number;
  height: number;
  mesh: FaceMesh;
  timing: Timing;
  size: Size;
  fps: number;
  backdrop: Backdrop;
  /** Burn the words in. */
  captions: boolean;
  seed: number;
}

export interface PortraitFrames {
  /** H.264 High yuv420p in MP4, no sound, in the work directory; duration = timing's +- 1 frame. */
  video: string;
  frames: number;
  /** Share of the wall time spent waiting for the encoder, 0..1. */
  encoderShare: number;
}

/**
 * The video with its sound while it is being made: a fragmented MP4 (H.264 and AAC) in the work directory that begins at
 * 0 and is only ever added to. `bytes` of it are written.
 */
export interface GrowingFilm {
  file: string;
  bytes: number;
}

export interface PortraitContext extends EngineContext {
  /** Called once, as early as possible, with a JPEG still in the work directory. */
  preview(jpeg: string): void;
  /**
   * What is heard in the film that grows beside the video, and who is told of every growth. It must not change a byte of
   * the video, and a film that fails is no failure of the render: it merely grows no more. Absent = nobody wants one.
   */
  live?: { wav: string; grew(film: GrowingFilm): void } | undefined;
}

export interface PortraitEngine extends Engine {
  readonly id: `portrait/${string}`;
  /** It makes the film of `PortraitContext.live`. */
  readonly showsLive?: boolean;
  render(request: PortraitRequest, context: PortraitContext): Promise<PortraitFrames>;
}

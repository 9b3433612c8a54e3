// The look capability: from photos of a person to what the portrait engine animates. Built in: the best
// photo, its face mesh and its matte. Later a trained likeness stands behind the same port.
import type { Box, FaceChoice, FaceMesh } from '@myspinbot/shared/puppet/face-mesh.ts';
import type { Engine, EngineContext } from '../engine.ts';

export interface LookRequest {
  /** Paths of photos as given (hostile bytes: any format, any size, maybe no picture at all). */
  photos: readonly string[];
  /** Index of the face that speaks, in the chosen photo's left-to-right order; absent = the largest. */
  face?: number;
}

export interface Look {
  /** Index into `photos` of the one that is animated. */
  chosen: number;
  /** Upright RGB PNG of the chosen photo, at most 2048 px on its longer side. Written in the work directory. */
  photo: string;
  width: number;
  height: number;
  mesh: FaceMesh;
  /** 8-bit grey PNG, same size as `photo`: 255 = person. */
  matte: string;
  /** All faces in the chosen photo, left to right. */
  faces: FaceChoice[];
  /** Sentences for the person: "Two faces found; the larger one speaks." */
  notes: string[];
}

/** What a photo is good for, told before any job: used by the app, the API and the command line. */
export interface PhotoInspection {
  width: number;
  height: number;
  /** Left to right. */
  faces: FaceChoice[];
  /** Set when the photo as a whole cannot be used: one sentence and the next step. */
  unfit?: { code: string; message: string; hint: string };
}

export interface LookEngine extends Engine {
  readonly id: `look/${string}`;
  /**
   * Throws Failure `bad-input` (not a picture, too large), `no-face`, `several-faces` (only when `face` is out
   * of range), `face-too-small`, `face-unclear`. One unusable photo among usable ones is a note, not a failure.
   */
  prepare(request: LookRequest, context: EngineContext): Promise<Look>;
  /**
   * Never throws for what a person may upload; bad input is `unfit`. Boxes lie in the upright photo: one that
   * was sideways or upside down is turned, and `width` and `height` are those of the turned one.
   */
  inspect(photo: string, signal: AbortSignal): Promise<PhotoInspection>;
}

export type { Box, FaceChoice, FaceMesh };

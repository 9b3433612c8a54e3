// The face as measured in a photo: the form that flows from the look engine to the puppet.
// Topology: MediaPipe Face Mesh, 468 points (https://github.com/google-ai-edge/mediapipe, Apache-2.0).
import { z } from 'zod';

export const FACE_POINTS = 468;

/** Pixel box in the upright photo, x and y of the top left corner. */
export const boxSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export type Box = z.infer<typeof boxSchema>;

export const faceMeshSchema = z.object({
  /** 468 x (x, y, z) in pixels of the upright photo; z is negative towards the camera, same scale as x. */
  points: z.array(z.number()).length(FACE_POINTS * 3),
  box: boxSchema,
  /**
   * Degrees; yaw positive = the face turns to the picture's right, pitch positive = it looks up (about -10 for
   * a level gaze: foreheads slope), roll positive = clockwise.
   */
  yaw: z.number(),
  pitch: z.number(),
  roll: z.number(),
  /** Distance between the eye centres in pixels: the face's unit of length. */
  eyeDistance: z.number().positive(),
  detection: z.number(),
  presence: z.number(),
});
export type FaceMesh = z.infer<typeof faceMeshSchema>;

/** A face found in a photo, before choosing: what the person picks from. */
export const faceChoiceSchema = z.object({
  box: boxSchema,
  /** Undefined when it can be used, else why not, in a sentence. */
  unfit: z.string().optional(),
});
export type FaceChoice = z.infer<typeof faceChoiceSchema>;

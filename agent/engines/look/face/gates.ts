// Which faces can be animated, and the words for those that cannot. The limits were set on real photos: they
// turn away faces upside down, blurred by 5 px and 64 px thumbnails, where the mesh lands beside the face,
// and let through closed and open mouths, 26 degrees of turn, moustaches, grey and dark photos.
import { Failure, type FailureCode } from '@myspinbot/shared/failure/failure.ts';
import type { MeshReading } from './mesh.ts';

export const limits = {
  /** Detector's confidence. */
  detection: 0.6,
  /** Mesh model's own "there is a face in this square". */
  presence: 0.9,
  /** Mean movement between the last two passes, in eye distances: a mesh that wanders is not on the face. */
  movement: 0.03,
  /** Pixels between the eyes: below, teeth and lids are a few pixels and the video a smear. */
  eyeDistance: 40,
  /** Degrees to either side: beyond, half of the mouth is hidden. */
  yaw: 35,
  /** Fine detail of the face (sharpness.ts): below, the photo is out of focus and every mouth shape a smear. */
  detail: 0.03,
} as const;

/** A face that fails a gate with less detail than this fails it because it is soft (for the words only). */
const SOFT = 0.06;

/** A photo with a shorter side than this is called a thumbnail when no face is found. */
const TINY_PHOTO = 200;

export type Verdict = { fit: true } | { fit: false; code: FailureCode; message: string; hint: string };

/** Share of the mesh that may lie outside the picture: hair and chin may touch the edge, an eye may not. */
const CUT_OFF = 0.12;

/** `detail` from sharpness.ts; `outside` = share of the mesh's points beyond the picture's edge. */
export function judgeFace(reading: MeshReading, detail: number, outside: number): Verdict {
  const { mesh, movement } = reading;
  const unclear =
    mesh.detection < limits.detection || mesh.presence < limits.presence || !(movement < limits.movement);
  if (mesh.eyeDistance < limits.eyeDistance) {
    return {
      fit: false,
      code: 'face-too-small',
      message: `The face is too small: ${Math.round(mesh.eyeDistance)} pixels between the eyes, at least ${limits.eyeDistance} are needed.`,
      hint: 'Use a photo taken closer, or the original instead of a thumbnail: the face should fill at least a quarter of it.',
    };
  }
  if (Math.abs(mesh.yaw) > limits.yaw) {
    return {
      fit: false,
      code: 'face-unclear',
      message: `The face is turned ${Math.round(Math.abs(mesh.yaw))} degrees to the side; at most ${limits.yaw} can be animated.`,
      hint: 'Use a photo where the person looks towards the camera and both eyes are visible.',
    };
  }
  if (outside > CUT_OFF) {
    return {
      fit: false,
      code: 'face-unclear',
      message: 'The face is cut off by the edge of the picture.',
      hint: 'Use a photo that shows the whole face, from hair to chin.',
    };
  }
  if (detail < limits.detail || (unclear && detail < SOFT)) {
    return {
      fit: false,
      code: 'face-unclear',
      message: 'The face is too blurred.',
      hint: 'Use a sharp photo: hold still, clean the lens, take it in good light.',
    };
  }
  if (unclear) {
    return {
      fit: false,
      code: 'face-unclear',
      message: 'The face is not clear enough: part of it may be hidden, cut off or in the dark.',
      hint: 'Use a photo with the whole face visible, upright and evenly lit.',
    };
  }
  return { fit: true };
}

/** What to say when a photo shows no face: a reason that can be seen in the photo goes before "none". */
export function noFace(photo: { width: number; height: number; blurred: boolean }): Failure {
  if (Math.min(photo.width, photo.height) < TINY_PHOTO) {
    return new Failure({
      code: 'face-too-small',
      message: `The photo is only ${photo.width} x ${photo.height} pixels, and no face can be made out in it.`,
      hint: 'Use the original photo instead of a thumbnail.',
    });
  }
  if (photo.blurred) {
    return new Failure({
      code: 'face-unclear',
      message: 'The photo is blurred, and no face can be made out in it.',
      hint: 'Use a sharp photo: hold still, clean the lens, take it in good light.',
    });
  }
  return new Failure({
    code: 'no-face',
    message: 'No face was found in this photo.',
    hint: 'Try one where the face fills at least a quarter of the picture and looks towards the camera.',
  });
}

// Where the sample character's features lie, in a square of 1024 units. Drawn by these numbers and tested
// against them: the face mesh must find the eyes and the lips where they were drawn.
export const CANVAS = 1024;

/** The face's axis. Everything is laid out around it, then broken a little by hand. */
export const AXIS = 512;

export interface Spot {
  x: number;
  y: number;
}

/** Left and right as seen in the picture. */
export const features = {
  leftEye: {
    outer: { x: 397, y: 456 },
    inner: { x: 463, y: 461 },
    top: { x: 428, y: 434 },
    bottom: { x: 430, y: 474 },
  },
  rightEye: {
    outer: { x: 627, y: 456 },
    inner: { x: 561, y: 461 },
    top: { x: 596, y: 434 },
    bottom: { x: 594, y: 474 },
  },
  mouth: {
    left: { x: 446, y: 630 },
    right: { x: 578, y: 630 },
    top: { x: 512, y: 615 },
    bottom: { x: 512, y: 663 },
  },
} as const satisfies Record<string, Record<string, Spot>>;

/** Between the eye centres, in units. */
export const EYE_DISTANCE = 164;

// Where the sample character's features lie, in drawing units. Drawn by these numbers and tested
// against them: the face mesh must find the eyes and the lips where they were drawn.
/**
 * The square that is shown. Head and bun fill three fifths of its height: more, and a square video would have to
 * shrink the picture below its own edges.
 */
export const VIEW = { x: -88, y: -58, side: 1200 } as const;

/** The face's axis. Everything is laid out around it, then broken a little by hand. */
export const AXIS = 512;

export interface Spot {
  x: number;
  y: number;
}

/** Left and right as seen in the picture. */
export const features = {
  leftEye: {
    outer: { x: 392, y: 453 },
    inner: { x: 465, y: 462 },
    top: { x: 427, y: 430 },
    bottom: { x: 428, y: 470 },
  },
  rightEye: {
    outer: { x: 630, y: 453 },
    inner: { x: 557, y: 462 },
    top: { x: 596, y: 430 },
    bottom: { x: 594, y: 470 },
  },
  mouth: {
    left: { x: 441, y: 626 },
    right: { x: 579, y: 626 },
    top: { x: 511, y: 617 },
    bottom: { x: 511, y: 666 },
  },
} as const satisfies Record<string, Record<string, Spot>>;

/** Between the eye centres, in units. */
export const EYE_DISTANCE = 164;

/** Where a spot lies in a rendering of `px` pixels a side. */
export function inPicture(spot: Spot, px: number): Spot {
  return { x: ((spot.x - VIEW.x) * px) / VIEW.side, y: ((spot.y - VIEW.y) * px) / VIEW.side };
}

// Which of the 468 face points are what: lips, eyes, brows, outline. Right and left are the person's own;
// "first" is the picture's left side in an unmirrored photo.

/** Outline of the face, clockwise in the picture from the middle of the forehead. */
export const FACE_OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
  150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;

export const MOUTH_CORNER_FIRST = 61;
export const MOUTH_CORNER_LAST = 291;
export const INNER_CORNER_FIRST = 78;
export const INNER_CORNER_LAST = 308;

/** Inner edge of the upper lip between the inner corners, and the points of the lower lip under them. */
export const INNER_UPPER = [191, 80, 81, 82, 13, 312, 311, 310, 415] as const;
export const INNER_LOWER = [95, 88, 178, 87, 14, 317, 402, 318, 324] as const;

/** Rows of the lips from the outer edge inwards, each without its corner points. */
export const UPPER_LIP_ROWS = [
  [185, 40, 39, 37, 0, 267, 269, 270, 409],
  [184, 74, 73, 72, 11, 302, 303, 304, 408],
  [183, 42, 41, 38, 12, 268, 271, 272, 407],
  INNER_UPPER,
] as const;
export const LOWER_LIP_ROWS = [
  [146, 91, 181, 84, 17, 314, 405, 321, 375],
  [77, 90, 180, 85, 16, 315, 404, 320, 307],
  [96, 89, 179, 86, 15, 316, 403, 319, 325],
  INNER_LOWER,
] as const;
/** Corner points of the same rows. */
export const LIP_CORNERS_FIRST = [61, 76, 62, 78] as const;
export const LIP_CORNERS_LAST = [291, 306, 292, 308] as const;

export interface EyeParts {
  /** Corner at the picture's left, upper lid, corner at the picture's right. */
  readonly upper: readonly number[];
  /** Same corners, lower lid. */
  readonly lower: readonly number[];
  readonly brow: readonly number[];
}
/** The eye at the picture's left (the person's right). */
export const EYE_FIRST: EyeParts = {
  upper: [33, 246, 161, 160, 159, 158, 157, 173, 133],
  lower: [33, 7, 163, 144, 145, 153, 154, 155, 133],
  brow: [70, 63, 105, 66, 107, 55, 65, 52, 53, 46],
};
export const EYE_LAST: EyeParts = {
  upper: [362, 398, 384, 385, 386, 387, 388, 466, 263],
  lower: [362, 382, 381, 380, 374, 373, 390, 249, 263],
  brow: [300, 293, 334, 296, 336, 285, 295, 282, 283, 276],
};

export const NOSE_TIP = 1;
export const NOSE_BASE = 2;
export const CHIN = 152;
export const FOREHEAD = 10;
/** In front of the ears: where the jaw hinges. */
export const JAW_HINGE_FIRST = 234;
export const JAW_HINGE_LAST = 454;

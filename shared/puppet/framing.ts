// Where the photo lies in the frame: head and shoulders, composed for each shape of picture, the head never
// cut, the photo's edges outside the frame where that is possible. Knows faces and mattes, no pixels' colours.

import type { FaceMesh } from './face-mesh.ts';
import { CHIN, FOREHEAD, JAW_HINGE_FIRST, JAW_HINGE_LAST } from './face-parts.ts';
import { clamp } from './smoothing.ts';

/** frame = (photo - (x, y)) * scale */
export interface Framing {
  scale: number;
  x: number;
  y: number;
}

export interface FramingRequest {
  photo: { width: number; height: number };
  mesh: FaceMesh;
  /** 255 = person, photo-sized. */
  matte: Uint8Array;
  frame: { width: number; height: number };
  /** The photo's own background is seen, so its edges should not be. */
  keepsBackground: boolean;
}

interface Composition {
  /** Height of the head (hair to chin) and where its top lies, as shares of the frame's height. */
  head: number;
  headroom: number;
  /** Largest head that is still a portrait and not a mask. */
  largest: number;
}

function compositionOf(aspect: number): Composition {
  if (aspect > 1.2) return { head: 0.5, headroom: 0.1, largest: 0.66 };
  if (aspect < 0.8) return { head: 0.3, headroom: 0.16, largest: 0.5 };
  return { head: 0.44, headroom: 0.11, largest: 0.6 };
}

/** Share of the frame, from below, that captions take with their safe area. */
const captionShare = (frame: { width: number; height: number }) => (frame.height > frame.width ? 0.28 : 0.2);

/** Off-centre as far as this the head still looks placed, not pushed. */
const LEAST_SIDE = 0.4;

export function frameFace(request: FramingRequest): Framing {
  const { photo, frame, mesh } = request;
  const head = measureHead(request);
  const composition = compositionOf(frame.width / frame.height);
  const wanted = (composition.head * frame.height) / head.height;
  const largest = (composition.largest * frame.height) / head.height;
  const widest = (0.86 * frame.width) / head.width;

  const touches = request.keepsBackground ? { left: true, right: true } : touchesSides(request);
  const needs = [
    // The cut through the body must lie below the frame.
    ((1 - composition.headroom) * frame.height) / Math.max(1, photo.height - head.top),
    // Words are shown below the chin, not over the mouth.
    (captionShare(frame) * frame.height) / Math.max(1, photo.height - head.top - head.height),
  ];
  if (touches.left) needs.push((LEAST_SIDE * frame.width) / Math.max(1, head.x));
  if (touches.right) needs.push((LEAST_SIDE * frame.width) / Math.max(1, photo.width - head.x));
  if (touches.left && touches.right) needs.push(frame.width / photo.width);
  const scale = Math.min(widest, clamp(Math.max(wanted, ...needs), wanted, Math.max(wanted, largest)));

  const width = frame.width / scale;
  const height = frame.height / scale;
  let x = head.x - width / 2;
  const slack = (0.5 - LEAST_SIDE) * width;
  if (touches.left && x < 0) x = Math.min(0, x + slack);
  if (touches.right && x + width > photo.width) x = Math.max(photo.width - width, x - slack);
  let y = head.top - composition.headroom * height;
  // Room above the head rather than an edge of the photo, but never less than a breath of it.
  if (y < 0 && request.keepsBackground) y = Math.min(0, y + 0.055 * height);
  if (y + height > photo.height) y = photo.height - height;
  y = Math.min(y, head.top - 0.035 * height);
  // A head larger than its frame is shown from the chin up: the speaking mouth is what matters.
  const chin = mesh.points[CHIN * 3 + 1]!;
  if ((chin - y) * scale > frame.height * 0.94) y = chin - (0.94 * frame.height) / scale;
  return { scale, x, y };
}

interface Head {
  x: number;
  top: number;
  width: number;
  height: number;
}

/** Hair included: the matte is followed upwards from the forehead. */
function measureHead(request: FramingRequest): Head {
  const { mesh, matte, photo } = request;
  const at = (i: number): [number, number] => [mesh.points[i * 3]!, mesh.points[i * 3 + 1]!];
  const [leftX] = at(JAW_HINGE_FIRST);
  const [rightX] = at(JAW_HINGE_LAST);
  const [, foreheadY] = at(FOREHEAD);
  const chinY = at(CHIN)[1];
  const x = (leftX + rightX) / 2;
  const reach = mesh.eyeDistance * 0.9;
  const highest = Math.max(0, Math.floor(foreheadY - mesh.eyeDistance * 1.9));
  let top = Math.floor(clamp(foreheadY, 0, photo.height - 1));
  while (top > highest && rowHasPerson(matte, photo.width, top - 1, x - reach, x + reach)) top--;
  // A matte that ends at the forehead has lost the hair.
  top = Math.min(top, Math.max(0, foreheadY - mesh.eyeDistance * 0.45));
  const faceHeight = Math.max(mesh.eyeDistance, chinY - foreheadY);
  return {
    x,
    top,
    width: Math.max(rightX - leftX, mesh.eyeDistance) * 1.3,
    height: Math.max(faceHeight, chinY - top),
  };
}

function rowHasPerson(matte: Uint8Array, width: number, y: number, from: number, to: number): boolean {
  const first = clamp(Math.floor(from), 0, width - 1);
  const last = clamp(Math.ceil(to), 0, width - 1);
  let count = 0;
  for (let x = first; x <= last; x++) if (matte[y * width + x]! > 128) count++;
  return count > (last - first) * 0.06;
}

/** Whether the person is cut by the photo's left or right edge anywhere near the shoulders or above. */
function touchesSides(request: FramingRequest): { left: boolean; right: boolean } {
  const { matte, photo, mesh } = request;
  const chinY = mesh.points[CHIN * 3 + 1]!;
  const bottom = clamp(Math.floor(chinY + mesh.eyeDistance * 3), 1, photo.height);
  let left = 0;
  let right = 0;
  for (let y = 0; y < bottom; y++) {
    if (matte[y * photo.width + 2]! > 128) left++;
    if (matte[y * photo.width + photo.width - 3]! > 128) right++;
  }
  return { left: left > bottom * 0.04, right: right > bottom * 0.04 };
}

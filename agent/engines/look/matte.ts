// Cuts the person out of the photo: selfie segmentation on the part of the photo around the face, the piece
// that holds the face kept, its edge carried to photo size along the photo's own edges.
import type { Box } from '@myspinbot/shared/puppet/face-mesh.ts';
import type { Picture } from '../../media/picture.ts';
import { createLadder } from './face/raster.ts';
import { bilinear, boxMean, fitMatte, type Plane } from './guided-filter.ts';
import type { TensorModel } from './litert.ts';

const INPUT = 256;
/** The model was made for selfies: it sees at most this many face heights around the face. */
const FACE_HEIGHTS = 7;
/** The filter's fit is made at about this size; 512 keeps strands of hair and costs some 30 ms. */
const FIT_SIDE = 512;
const FIT_RADIUS = 6;
/** Squared luma (0..1): edges fainter than about 2 % are not followed. */
const FIT_EPSILON = 4e-4;
/** This many fit pixels inside the model's outline nothing is see-through, and as many outside nothing is left. */
const SURE_DISTANCE = 12;
/** Filtered values under and over these become exactly 0 and 255, so that nothing of the room glimmers through. */
const BLACK = 0.06;
const WHITE = 0.92;

export interface Matte {
  width: number;
  height: number;
  /** 255 = person. */
  data: Uint8Array;
}

export async function cutOut(model: TensorModel, picture: Picture, face: Box): Promise<Matte> {
  const ladder = createLadder(picture);
  const { width, height } = picture;
  // The region around the face, inside the photo where it can be; the model takes any aspect, squashed.
  const reach = FACE_HEIGHTS * face.height;
  const regionWidth = Math.min(width, reach);
  const regionHeight = Math.min(height, reach);
  const left = clamp(face.x + face.width / 2 - regionWidth / 2, 0, width - regionWidth);
  const top = clamp(face.y + face.height / 2 - regionHeight / 2, 0, height - regionHeight);
  const region = {
    cx: left + regionWidth / 2,
    cy: top + regionHeight / 2,
    width: regionWidth,
    height: regionHeight,
    angle: 0,
  };
  const input = ladder.sample(region, INPUT, 0, 1, new Float32Array(INPUT * INPUT * 3));
  const [answer] = (await model.run(input)) as [Float32Array];
  const person = keepPiece(
    { width: INPUT, height: INPUT, data: answer },
    ((face.x + face.width / 2 - left) / regionWidth) * INPUT,
    ((face.y + face.height / 2 - top) / regionHeight) * INPUT,
  );

  const scale = Math.min(1, FIT_SIDE / Math.max(width, height));
  const fitWidth = Math.max(1, Math.round(width * scale));
  const fitHeight = Math.max(1, Math.round(height * scale));
  const guide = lumaPlane(picture, fitWidth, fitHeight);
  const coarse: Plane = { width: fitWidth, height: fitHeight, data: new Float32Array(fitWidth * fitHeight) };
  for (let y = 0; y < fitHeight; y++) {
    const v = ((y + 0.5) / fitHeight) * height;
    if (v < top || v > top + regionHeight) continue;
    for (let x = 0; x < fitWidth; x++) {
      const u = ((x + 0.5) / fitWidth) * width;
      if (u < left || u > left + regionWidth) continue;
      coarse.data[y * fitWidth + x] = bilinear(
        person,
        ((u - left) / regionWidth) * INPUT - 0.5,
        ((v - top) / regionHeight) * INPUT - 0.5,
      );
    }
  }
  // Away from the outline the photo's edges have no say: a grey badge on a jacket is no hole in the person.
  const threshold = (least: number): Plane => ({
    ...coarse,
    data: coarse.data.map((v) => (v >= least ? 1 : 0)),
  });
  const inside = boxMean(threshold(0.6), SURE_DISTANCE);
  const near = boxMean(threshold(0.15), SURE_DISTANCE);
  const { a, b } = fitMatte(guide, coarse, FIT_RADIUS, FIT_EPSILON);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const fy = ((y + 0.5) / height) * fitHeight - 0.5;
    const cellRow = Math.min(fitHeight - 1, Math.max(0, Math.round(fy))) * fitWidth;
    for (let x = 0; x < width; x++) {
      const fx = ((x + 0.5) / width) * fitWidth - 0.5;
      const cell = cellRow + Math.min(fitWidth - 1, Math.max(0, Math.round(fx)));
      if (near.data[cell]! < 1e-4) continue;
      if (inside.data[cell]! > 0.9999) {
        data[y * width + x] = 255;
        continue;
      }
      const luma = lumaAt(picture.data, (y * width + x) * 3);
      const value = bilinear(a, fx, fy) * luma + bilinear(b, fx, fy);
      data[y * width + x] = Math.round(255 * clamp((value - BLACK) / (WHITE - BLACK), 0, 1));
    }
  }
  return { width, height, data };
}

/** Sets everything to 0 but the connected piece (over one half) that holds the face, and its soft rim. */
export function keepPiece(mask: Plane, faceX: number, faceY: number): Plane {
  const { width, height, data } = mask;
  const label = new Int32Array(width * height);
  const sizes: number[] = [0];
  const queue: number[] = [];
  for (let start = 0; start < data.length; start++) {
    if (label[start] !== 0 || data[start]! < 0.5) continue;
    const id = sizes.length;
    sizes.push(0);
    label[start] = id;
    queue.push(start);
    while (queue.length > 0) {
      const i = queue.pop()!;
      sizes[id]!++;
      const x = i % width;
      for (const next of [x > 0 ? i - 1 : -1, x < width - 1 ? i + 1 : -1, i - width, i + width]) {
        if (next < 0 || next >= data.length || label[next] !== 0 || data[next]! < 0.5) continue;
        label[next] = id;
        queue.push(next);
      }
    }
  }
  const at = clamp(Math.round(faceY), 0, height - 1) * width + clamp(Math.round(faceX), 0, width - 1);
  const chosen = label[at] !== 0 ? label[at]! : sizes.indexOf(Math.max(...sizes));
  const out = new Float32Array(data.length);
  if (chosen === 0) return { width, height, data: out };
  // The soft rim reaches three cells (of 256) around the piece; other pieces are not let in.
  const rim = 3;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (label[i] === chosen) {
        out[i] = data[i]!;
        continue;
      }
      if (label[i] !== 0) continue;
      search: for (let dy = -rim; dy <= rim; dy++) {
        for (let dx = -rim; dx <= rim; dx++) {
          const nx = x + dx;
          const ny = y + dy;
          if (nx < 0 || ny < 0 || nx >= width || ny >= height || label[ny * width + nx] !== chosen) continue;
          out[i] = data[i]!;
          break search;
        }
      }
    }
  }
  return { width, height, data: out };
}

/** Luma 0..1 of the picture, averaged down to the given size. */
function lumaPlane(picture: Picture, width: number, height: number): Plane {
  const sums = new Float32Array(width * height);
  const counts = new Uint32Array(width * height);
  for (let y = 0; y < picture.height; y++) {
    const row = Math.min(height - 1, Math.floor((y * height) / picture.height)) * width;
    for (let x = 0; x < picture.width; x++) {
      const cell = row + Math.min(width - 1, Math.floor((x * width) / picture.width));
      sums[cell]! += lumaAt(picture.data, (y * picture.width + x) * 3);
      counts[cell]!++;
    }
  }
  for (let i = 0; i < sums.length; i++) sums[i]! /= Math.max(1, counts[i]!);
  return { width, height, data: sums };
}

function lumaAt(data: Uint8Array, i: number): number {
  return (0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!) / 255;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
